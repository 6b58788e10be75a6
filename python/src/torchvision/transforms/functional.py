"""`torchvision.transforms.functional`: changes to pictures, as functions."""

from __future__ import annotations

from enum import Enum
from typing import Any

from torch import _door


class InterpolationMode(Enum):
    """Ways of interpolation. `BOX` and `HAMMING`, which torchvision knows for Pillow's pictures alone, are refused by what interpolates."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
