"""`PIL.ImageChops`: two pictures combined, pixel by pixel, in whole numbers."""

from __future__ import annotations

from typing import Any

import torch

from . import Image


def _combined(image1: Image.Image, image2: Image.Image, make: Any) -> Image.Image:
    if image1.mode != image2.mode:
        raise ValueError("images do not match")
    width, height = (min(sizes) for sizes in zip(image1.size, image2.size))
    a, b = (image._pixels()[:height, :width].to(torch.int32) for image in (image1, image2))
    return image1._with(make(a, b).clamp(0, 255).to(torch.uint8))


def constant(image: Image.Image, value: int) -> Image.Image:
    """A picture of one number, as large as another."""
    return Image.new("L", image.size, value)


def duplicate(image: Image.Image) -> Image.Image:
    """A copy."""
    return image.copy()


def invert(image: Image.Image) -> Image.Image:
    """Each number taken from 255."""
    return image._with(255 - image._pixels())


def lighter(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """The greater numbers."""
    return _combined(image1, image2, torch.maximum)


def darker(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """The lesser numbers."""
    return _combined(image1, image2, torch.minimum)


def difference(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """How far the numbers are apart."""
    return _combined(image1, image2, lambda a, b: (a - b).abs())


def multiply(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """Products, of which 255 is one."""
    return _combined(image1, image2, lambda a, b: a * b // 255)


def screen(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """Products of what is missing to 255, taken from 255."""
    return _combined(image1, image2, _screened)


def _screened(a: Any, b: Any) -> Any:
    return 255 - (255 - a) * (255 - b) // 255


def _hard(a: Any, b: Any) -> Any:
    return torch.where(b < 128, a * b // 127, 255 - (255 - b) * (255 - a) // 127)


def soft_light(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """As if a soft light fell on the first."""
    return _combined(image1, image2, lambda a, b: (255 - a) * (a * b) // 65536 + a * _screened(a, b) // 255)


def hard_light(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """As if a hard light fell on the first."""
    return _combined(image1, image2, _hard)


def overlay(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """As if a hard light fell on the second."""
    return _combined(image1, image2, lambda a, b: _hard(b, a))


def add(image1: Image.Image, image2: Image.Image, scale: float = 1.0, offset: float = 0) -> Image.Image:
    """Sums, divided by a scale, and a number more."""
    return _combined(image1, image2, lambda a, b: ((a + b) / scale + offset).trunc())


def subtract(image1: Image.Image, image2: Image.Image, scale: float = 1.0, offset: float = 0) -> Image.Image:
    """Differences, divided by a scale, and a number more."""
    return _combined(image1, image2, lambda a, b: ((a - b) / scale + offset).trunc())


def add_modulo(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """Sums without what goes beyond 255."""
    return _combined(image1, image2, lambda a, b: (a + b) % 256)


def subtract_modulo(image1: Image.Image, image2: Image.Image) -> Image.Image:
    """Differences that begin again at 255 below 0."""
    return _combined(image1, image2, lambda a, b: (a - b) % 256)


def blend(image1: Image.Image, image2: Image.Image, alpha: float) -> Image.Image:
    """The picture between two others."""
    return Image.blend(image1, image2, alpha)


def composite(image1: Image.Image, image2: Image.Image, mask: Image.Image) -> Image.Image:
    """The first picture where a mask is 255, and the second where it is 0."""
    return Image.composite(image1, image2, mask)


def offset(image: Image.Image, xoffset: int, yoffset: int | None = None) -> Image.Image:
    """The picture moved to the right and down; what leaves it comes in at the other edge."""
    return image._with(image._pixels().roll((xoffset if yoffset is None else yoffset, xoffset), (0, 1)))
