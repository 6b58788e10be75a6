"""`torchvision.transforms.functional`: changes to pictures, as functions."""

from __future__ import annotations

from enum import Enum
from types import FunctionType
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


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """The picture of a tensor [C, H, W] or of an array [H, W, C]; of mode F its numbers as they are."""
    if mode == "F":
        from torch._float_pictures import FloatPicture

        return FloatPicture(pic)
    return _door.attribute(__name__, "to_pil_image", {})(pic, mode)


def __getattr__(name: str) -> Any:
    found = _door.attribute(__name__, name, globals())
    if isinstance(found, FunctionType):
        from ._samples import dispatching

        found = globals()[name] = dispatching(found)
    return found


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
