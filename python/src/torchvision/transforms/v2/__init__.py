"""`torchvision.transforms.v2`: the same transforms, which take boxes and masks beside pictures."""

from __future__ import annotations

from typing import Any

from torchvision import transforms
from torchvision.transforms import InterpolationMode

from . import functional
from ._containers import Compose, RandomApply, RandomChoice, RandomOrder
from ._kinds import Lambda, Normalize, SanitizeBoundingBoxes, ToDtype
from ._transform import Transform
from ._utils import check_type, get_bounding_boxes, has_all, has_any, query_chw, query_size

__all__ = [
    "Compose",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "RandomApply",
    "RandomChoice",
    "RandomOrder",
    "SanitizeBoundingBoxes",
    "ToDtype",
    "Transform",
    "check_type",
    "functional",
    "get_bounding_boxes",
    "has_all",
    "has_any",
    "query_chw",
    "query_size",
]


def __getattr__(name: str) -> Any:
    return getattr(transforms, name)


def __dir__() -> list[str]:
    return dir(transforms)
