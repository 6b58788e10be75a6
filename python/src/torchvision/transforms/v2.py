"""`torchvision.transforms.v2`: the same transforms, which take boxes and masks beside pictures."""

from __future__ import annotations

from typing import Any

from torchvision import transforms
from torchvision.transforms import Compose, InterpolationMode, Lambda, RandomApply, RandomChoice, RandomOrder, functional

__all__ = ["Compose", "InterpolationMode", "Lambda", "RandomApply", "RandomChoice", "RandomOrder", "functional"]


def __getattr__(name: str) -> Any:
    return getattr(transforms, name)


def __dir__() -> list[str]:
    return dir(transforms)
