"""`PIL.ImageFilter`: what `Image.filter` takes."""

from __future__ import annotations

import math
from ctypes import c_float
from typing import Any

import torch
import torch.nn.functional as F


def _around(pixels: Any, across: int, down: int) -> Any:
    """Pixels [H, W, C], and those at the edges so many times more."""
    padded = F.pad(pixels.permute(2, 0, 1)[None].float(), (across, across, down, down), mode="replicate")
    return padded[0].permute(1, 2, 0).to(torch.int32)


def _windows(padded: Any, width: int, height: int) -> list[Any]:
    """The pixels at each place of a window, row by row."""
    rows, columns = padded.shape[0] - height + 1, padded.shape[1] - width + 1
    return [padded[y : y + rows, x : x + columns] for y in range(height) for x in range(width)]


class Filter:
    """What changes pixels by those around them."""

    name = ""

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        raise NotImplementedError


class MultibandFilter(Filter):
    """One that sees all channels."""


class BuiltinFilter(MultibandFilter):
    """Sums with the weights of a window. The pixels at the edges, whose windows lie in part outside, stay."""

    filterargs: tuple[Any, ...]

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        (width, height), scale, offset, kernel = self.filterargs
        made = pixels.clone()
        if pixels.shape[0] < height or pixels.shape[1] < width:
            return made
        # Pillow's rows of weights go upward.
        rows = [kernel[y * width : (y + 1) * width] for y in range(height)][::-1]
        weights = [weight for row in rows for weight in row]
        total = sum(part * weight for part, weight in zip(_windows(pixels.to(torch.int32), width, height), weights) if weight)
        if isinstance(total, int):
            total = torch.zeros_like(pixels[height - 1 :, width - 1 :])
        edge_y, edge_x = height // 2, width // 2
        inner = (total / scale + (offset + 0.5)).floor().clamp(0, 255).to(torch.uint8)
        made[edge_y : edge_y + inner.shape[0], edge_x : edge_x + inner.shape[1]] = inner
        return made


class Kernel(BuiltinFilter):
    """A window of 3 × 3 or 5 × 5 weights; their sums are divided by a scale, and a number is added."""

    name = "Kernel"

    def __init__(self, size: tuple[int, int], kernel: Any, scale: float | None = None, offset: float = 0) -> None:
        if size[0] * size[1] != len(kernel):
            raise ValueError("not enough coefficients in kernel")
        if tuple(size) not in ((3, 3), (5, 5)):
            raise ValueError("bad kernel size")
        self.filterargs = size, sum(kernel) if scale is None else scale, offset, tuple(kernel)


class RankFilter(Filter):
    """The number at a place of a window's numbers in their order."""

    name = "Rank"

    def __init__(self, size: int, rank: int) -> None:
        self.size = size
        self.rank = rank

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        if self.size % 2 == 0:
            raise ValueError("bad filter size")
        edge = self.size // 2
        parts = torch.stack(_windows(_around(pixels, edge, edge), self.size, self.size))
        return parts.sort(0).values[self.rank].to(torch.uint8)


class MedianFilter(RankFilter):
    """The number in the middle of a window."""

    name = "Median"

    def __init__(self, size: int = 3) -> None:
        super().__init__(size, size * size // 2)


class MinFilter(RankFilter):
    """The least number of a window."""

    name = "Min"

    def __init__(self, size: int = 3) -> None:
        super().__init__(size, 0)


class MaxFilter(RankFilter):
    """The greatest number of a window."""

    name = "Max"

    def __init__(self, size: int = 3) -> None:
        super().__init__(size, size * size - 1)


class ModeFilter(Filter):
    """The number that is most often in a window, where it is there more than twice."""

    name = "Mode"

    def __init__(self, size: int = 3) -> None:
        self.size = size

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        edge = self.size // 2
        # What lies outside is unlike any number.
        padded = F.pad(pixels.permute(2, 0, 1).to(torch.int32), (edge,) * 4, value=-1).permute(1, 2, 0)
        parts = torch.stack(_windows(padded, self.size, self.size))
        counts = torch.stack([(parts == part).sum(0) for part in parts.unbind(0)])
        # Of numbers that are as often there, the least.
        best = torch.where(parts < 0, -1, counts * 256 + 255 - parts).amax(0)
        return torch.where(best // 256 > 2, 255 - best % 256, pixels.to(torch.int32)).to(torch.uint8)


def _radii(radius: Any) -> tuple[float, float]:
    return tuple(radius) if isinstance(radius, tuple | list) else (radius, radius)  # type: ignore[return-value]


def _single(number: float) -> float:
    return c_float(number).value


def _mean_along(pixels: Any, radius: float, dim: int) -> Any:
    """The mean of the numbers as far as a radius, whose fraction counts those beyond, by Pillow's whole numbers of 24 bits."""
    whole = int(radius)
    weight = int(_single(2**24 / _single(radius * 2 + 1)))
    far = (2**24 - (whole * 2 + 1) * weight) // 2
    size = pixels.shape[dim]
    places = torch.arange(-whole - 1, size + whole + 1).clamp(0, size - 1)
    parts = pixels.to(torch.int32).index_select(dim, places)
    sums = F.pad(parts.cumsum(dim, dtype=torch.int32), (0, 0) * (2 - dim) + (1, 0))
    inner = sums.narrow(dim, whole * 2 + 2, size) - sums.narrow(dim, 1, size)
    edges = parts.narrow(dim, 0, size) + parts.narrow(dim, whole * 2 + 2, size)
    # The 32 bits of Pillow's sum, in two halves.
    low = inner * (weight % 4096) + edges * (far % 4096) + 2**23
    high = inner * (weight // 4096) + edges * (far // 4096)
    return ((high + low // 4096) // 4096).to(torch.uint8)


def _mean(pixels: Any, radii: tuple[float, float], passes: int) -> Any:
    for dim, radius in ((1, radii[0]), (0, radii[1])):
        for _ in range(passes if radius else 0):
            pixels = _mean_along(pixels, radius, dim)
    return pixels


def _box_of(radius: float, passes: int) -> float:
    """The radius of a mean that, taken so often, is about as wide as a bell's curve (Gwosdek and others, 2011)."""
    if not radius:
        return 0.0
    square = _single(radius * radius / passes)
    edge = math.floor((_single(math.sqrt(12 * square + 1)) - 1) / 2)
    share = (2 * edge + 1) * (edge * (edge + 1) - 3 * square)
    return _single(edge + share / (6 * (square - (edge + 1) * (edge + 1))))


class BoxBlur(MultibandFilter):
    """The mean of the numbers as far as a radius."""

    name = "BoxBlur"

    def __init__(self, radius: Any) -> None:
        if min(_radii(radius)) < 0:
            raise ValueError("radius must be >= 0")
        self.radius = radius

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        return _mean(pixels, _radii(self.radius), 1)


class GaussianBlur(MultibandFilter):
    """Means by about a bell's curve of a deviation."""

    name = "GaussianBlur"

    def __init__(self, radius: Any = 2) -> None:
        self.radius = radius

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        across, down = (_box_of(each, 3) for each in _radii(self.radius))
        return _mean(pixels, (across, down), 3)


class UnsharpMask(MultibandFilter):
    """Adds a share of what `GaussianBlur` takes away, where it is more than a threshold."""

    name = "UnsharpMask"

    def __init__(self, radius: float = 2, percent: int = 150, threshold: int = 3) -> None:
        self.radius = radius
        self.percent = percent
        self.threshold = threshold

    def applied(self, pixels: Any) -> Any:
        """The pixels [H, W, C] as the filter changes them."""
        own = pixels.to(torch.int32)
        lost = own - GaussianBlur(self.radius).applied(pixels).to(torch.int32)
        more = torch.div(lost * self.percent, 100, rounding_mode="trunc")
        return torch.where(lost.abs() > self.threshold, own + more, own).clamp(0, 255).to(torch.uint8)


def _builtin(name: str, words: str, side: int, scale: int, offset: int, kernel: tuple[int, ...]) -> type[BuiltinFilter]:
    members = {"name": words, "filterargs": ((side, side), scale, offset, kernel), "__doc__": f"{words}.", "__module__": __name__}
    return type(name, (BuiltinFilter,), members)


_RING = (1, 0, 0, 0, 1)
BLUR = _builtin("BLUR", "Blur", 5, 16, 0, ((1,) * 5 + _RING * 3 + (1,) * 5))
CONTOUR = _builtin("CONTOUR", "Contour", 3, 1, 255, (-1, -1, -1, -1, 8, -1, -1, -1, -1))
DETAIL = _builtin("DETAIL", "Detail", 3, 6, 0, (0, -1, 0, -1, 10, -1, 0, -1, 0))
EDGE_ENHANCE = _builtin("EDGE_ENHANCE", "Edge-enhance", 3, 2, 0, (-1, -1, -1, -1, 10, -1, -1, -1, -1))
EDGE_ENHANCE_MORE = _builtin("EDGE_ENHANCE_MORE", "Edge-enhance More", 3, 1, 0, (-1, -1, -1, -1, 9, -1, -1, -1, -1))
EMBOSS = _builtin("EMBOSS", "Emboss", 3, 1, 128, (-1, 0, 0, 0, 1, 0, 0, 0, 0))
FIND_EDGES = _builtin("FIND_EDGES", "Find Edges", 3, 1, 0, (-1, -1, -1, -1, 8, -1, -1, -1, -1))
SHARPEN = _builtin("SHARPEN", "Sharpen", 3, 16, 0, (-2, -2, -2, -2, 32, -2, -2, -2, -2))
SMOOTH = _builtin("SMOOTH", "Smooth", 3, 13, 0, (1, 1, 1, 1, 5, 1, 1, 1, 1))
_INNER = (1, 5, 5, 5, 1)
SMOOTH_MORE = _builtin("SMOOTH_MORE", "Smooth More", 5, 100, 0, ((1,) * 5 + _INNER + (1, 5, 44, 5, 1) + _INNER + (1,) * 5))
