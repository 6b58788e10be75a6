"""`PIL.Image`: pictures from files, from arrays, of one colour and of others."""

from __future__ import annotations

from ctypes import c_float
from enum import IntEnum
from typing import Any

import torch
from torch import _pictures
from torch._pictures import Picture as Image
from torch._pictures import palette_picture_of

from . import UnidentifiedImageError

__all__ = [
    *("Image", "Resampling", "Transpose", "UnidentifiedImageError", "alpha_composite", "blend", "composite"),
    *("eval", "fromarray", "frombuffer", "frombytes", "merge", "new", "open"),
]

# The most pixels of a picture that programs open without a warning; they are not counted here.
MAX_IMAGE_PIXELS: int | None = 1024 * 1024 * 1024 // 4 // 3


class Resampling(IntEnum):
    """Filters of `resize`."""

    NEAREST = _pictures.NEAREST
    LANCZOS = _pictures.LANCZOS
    BILINEAR = _pictures.BILINEAR
    BICUBIC = _pictures.BICUBIC
    BOX = _pictures.BOX
    HAMMING = _pictures.HAMMING


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
# The older name of it.
ANTIALIAS = Resampling.LANCZOS


def open(fp: Any, mode: str = "r", formats: Any = None) -> Image:
    """The picture in a file: of its path, or open for bytes."""
    import builtins

    if hasattr(fp, "read"):
        data = fp.read()
    else:
        with builtins.open(fp, "rb") as file:
            data = file.read()
    try:
        return palette_picture_of(data)
    except (RuntimeError, ValueError) as error:
        raise UnidentifiedImageError(f"cannot identify image file {fp!r}; {error}") from None


def new(mode: str, size: tuple[int, int], color: Any = 0) -> Image:
    """A picture of one colour."""
    numbers = _pictures.numbers_of(0 if color is None else color, mode)
    pixels = torch.tensor(numbers, dtype=torch.uint8).expand(size[1], size[0], len(numbers))
    return Image(pixels.contiguous(), mode)


def frombytes(mode: str, size: tuple[int, int], data: Any, decoder_name: str = "raw", *args: Any) -> Image:
    """The picture of numbers that lie row by row."""
    shape = (size[1], size[0], len(_pictures.bands(mode)))
    if len(data) != shape[0] * shape[1] * shape[2]:
        raise ValueError("not enough image data" if len(data) < shape[0] * shape[1] * shape[2] else "too much image data")
    return Image(Image.from_bytes(data, shape), mode)


frombuffer = frombytes


def fromarray(obj: Any, mode: str | None = None) -> Image:
    """The picture of an array of bytes [H, W] or [H, W, C], or of fractions [H, W]."""
    pixels = torch.as_tensor(obj)
    if pixels.is_floating_point() and pixels.dim() == 2 and mode in (None, "F"):
        from torch._float_pictures import FloatPicture

        return FloatPicture(pixels)  # type: ignore[return-value]
    if pixels.dtype != torch.uint8:
        raise TypeError(f"Cannot handle this data type: {tuple(pixels.shape)}, {pixels.dtype}")
    return Image(pixels.clone(), mode)


def merge(mode: str, bands: Any) -> Image:
    """The picture of which each band is a channel."""
    return Image(torch.cat([band.detach() for band in bands], 2), mode)


def blend(im1: Image, im2: Image, alpha: float) -> Image:
    """The picture between two others, and beyond them."""
    if im1.mode != im2.mode or im1.size != im2.size:
        raise ValueError("images do not match")
    share = c_float(alpha).value
    # Each product is rounded to float32 for itself, which a kernel need not do.
    products = torch.tensor([c_float(share * step).value for step in range(-255, 256)])
    low, high = im1._pixels().long(), im2._pixels().long()
    mixed = low.float() + products[high - low + 255]
    return im1._with(mixed.clamp(0, 255).to(torch.uint8))


def composite(image1: Image, image2: Image, mask: Image) -> Image:
    """The first picture where a mask is 255, and the second where it is 0."""
    made = image2.copy()
    made.paste(image1, None, mask)
    return made


def alpha_composite(im1: Image, im2: Image) -> Image:
    """The second picture over the first, both of mode `RGBA`."""
    if im1.mode != "RGBA" or im2.mode != "RGBA" or im1.size != im2.size:
        raise ValueError("images do not match")
    return _pictures.laid_over(im1, im2)


def eval(image: Image, *args: Any) -> Image:
    """Each number replaced by what a function of 0 to 255 makes of it."""
    return image.point(args[0])
