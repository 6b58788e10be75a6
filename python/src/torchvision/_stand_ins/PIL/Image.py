"""`PIL.Image`: pictures from files, from arrays, and of one colour."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import torch
from torchvision import _pictures
from torchvision._pictures import Picture as Image
from torchvision.io import palette_picture_of

__all__ = ["Image", "Resampling", "Transpose", "fromarray", "merge", "new", "open"]


class Resampling(IntEnum):
    """Filters of `resize`, which does not have `BOX` and `HAMMING`."""

    NEAREST = _pictures.NEAREST
    LANCZOS = _pictures.LANCZOS
    BILINEAR = _pictures.BILINEAR
    BICUBIC = _pictures.BICUBIC
    BOX = 4
    HAMMING = 5


class Transpose(IntEnum):
    """Ways of `transpose`."""

    FLIP_LEFT_RIGHT = _pictures.FLIP_LEFT_RIGHT
    FLIP_TOP_BOTTOM = _pictures.FLIP_TOP_BOTTOM
    ROTATE_90 = _pictures.ROTATE_90
    ROTATE_180 = _pictures.ROTATE_180
    ROTATE_270 = _pictures.ROTATE_270
    TRANSPOSE = _pictures.TRANSPOSE
    TRANSVERSE = _pictures.TRANSVERSE


globals().update(Resampling.__members__)
globals().update(Transpose.__members__)


def open(fp: Any, mode: str = "r", formats: Any = None) -> Image:
    """The picture in a file: of its path, or open for bytes."""
    if hasattr(fp, "read"):
        return palette_picture_of(fp.read())
    import builtins

    with builtins.open(fp, "rb") as file:
        return palette_picture_of(file.read())


def new(mode: str, size: tuple[int, int], color: Any = 0) -> Image:
    """A picture of one colour."""
    bands = len(_pictures.bands(mode))
    numbers = list(color) if isinstance(color, tuple | list) else [color, *[0] * (bands - 1)]
    pixels = torch.tensor(numbers, dtype=torch.uint8).expand(size[1], size[0], bands)
    return Image(pixels.contiguous(), mode)


def fromarray(obj: Any, mode: str | None = None) -> Image:
    """The picture of an array of bytes [H, W] or [H, W, C]."""
    pixels = torch.as_tensor(obj)
    if pixels.dtype != torch.uint8:
        raise TypeError(f"Cannot handle this data type: {tuple(pixels.shape)}, {pixels.dtype}")
    return Image(pixels.clone(), mode)


def merge(mode: str, bands: Any) -> Image:
    """The picture of which each band is a channel."""
    return Image(torch.cat([band.detach() for band in bands], 2), mode)
