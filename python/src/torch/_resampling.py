"""Pictures of another size by Pillow's arithmetic: whole numbers of 22 bits behind the point for the weights of each filter."""

from __future__ import annotations

import math
from ctypes import c_float
from itertools import accumulate
from typing import Any

import torch

from ._tensor import Tensor

_BITS = 22


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def _cubic(x: float) -> float:
    x = abs(x)
    return ((1.5 * x - 2.5) * x * x + 1) if x < 1 else (-0.5 * (((x - 5) * x + 8) * x - 4)) if x < 2 else 0.0


# By Pillow's numbers of filters: how far one reaches, and its weight at a distance. 0 is the nearest pixel.
_FILTERS: dict[int, tuple[float, Any]] = {
    1: (3.0, lambda x: _sinc(x) * _sinc(x / 3) if -3 <= x < 3 else 0.0),
    2: (1.0, lambda x: max(0.0, 1 - abs(x))),
    3: (2.0, _cubic),
    4: (0.5, lambda x: 1.0 if -0.5 < x <= 0.5 else 0.0),
    5: (1.0, lambda x: _sinc(x) * (0.54 + 0.46 * math.cos(math.pi * x)) if abs(x) < 1 else 0.0),
}


def _weights(size: int, start: float, end: float, made: int, kind: int) -> tuple[list[int], list[list[int]]]:
    """For each pixel that is made: the first that it is made of, and the weights from there on."""
    reach, weight = _FILTERS[kind]
    scale = (end - start) / made
    wide = max(scale, 1.0)
    firsts, rows = [], []
    for i in range(made):
        center = start + (i + 0.5) * scale
        first = max(int(center - reach * wide + 0.5), 0)
        last = min(int(center + reach * wide + 0.5), size)
        row = [weight((x + first - center + 0.5) / wide) for x in range(last - first)]
        total = sum(row) or 1.0
        rows.append([int(math.copysign(0.5, share) + share / total * 2**_BITS) for share in row])
        firsts.append(first)
    most = max(map(len, rows))
    return firsts, [row + [0] * (most - len(row)) for row in rows]


def _along(pixels: Tensor, start: float, end: float, made: int, kind: int) -> Tensor:
    """Resampled along the first dimension."""
    firsts, rows = _weights(pixels.shape[0], start, end, made, kind)
    if pixels.is_floating_point():
        return _along_floats(pixels, firsts, rows)
    total = torch.full((made, *pixels.shape[1:]), 2 ** (_BITS - 1), dtype=torch.int32)
    first = torch.tensor(firsts)
    for k, weights in enumerate(zip(*rows)):
        here = pixels[(first + k).clamp(max=pixels.shape[0] - 1)].to(torch.int32)
        total += here * torch.tensor(weights, dtype=torch.int32).view(-1, *[1] * (pixels.dim() - 1))
    return (total // 2**_BITS).clamp(0, 255).to(torch.uint8)


def _along_floats(pixels: Tensor, firsts: list[int], rows: list[list[int]]) -> Tensor:
    """The same of numbers that are not bytes, which stay as they come out."""
    first = torch.tensor(firsts)
    total = torch.zeros(len(firsts), *pixels.shape[1:])
    for k, weights in enumerate(zip(*rows)):
        shares = torch.tensor([weight / 2**_BITS for weight in weights])
        total += pixels[(first + k).clamp(max=pixels.shape[0] - 1)] * shares.view(-1, *[1] * (pixels.dim() - 1))
    return total


def _nearest(start: float, end: float, made: int) -> Tensor:
    step = _single(end - start) / made
    return torch.tensor([int(place) for place in accumulate([start + step * 0.5] + [step] * (made - 1))])


def _single(number: float) -> float:
    return c_float(number).value


def resampled(pixels: Tensor, size: tuple[int, int], kind: int, box: tuple[float, ...]) -> Tensor:
    """The part of a picture [H, W, C] in a box, of another width and height."""
    (width, height), (left, upper, right, lower) = map(int, size), map(_single, box)
    if kind == 0:
        return pixels[_nearest(upper, lower, height)][:, _nearest(left, right, width)]
    if (left, right) != (0, width) or width != pixels.shape[1]:
        pixels = _along(pixels.transpose(0, 1), left, right, width, kind).transpose(0, 1)
    if (upper, lower) != (0, height) or height != pixels.shape[0]:
        pixels = _along(pixels, upper, lower, height, kind)
    return pixels.clone()


def reduced(pixels: Tensor, factors: tuple[int, int]) -> Tensor:
    """A picture [H, W, C] whose pixels are means of blocks of so many columns and rows, and of what is left over at the edges."""
    sums = pixels.to(torch.int32)
    sizes = []
    for dim, factor in ((0, factors[1]), (1, factors[0])):
        rest = -pixels.shape[dim] % factor
        sums = torch.nn.functional.pad(sums, (0, 0) * (2 - dim) + (0, rest)).unflatten(dim, (-1, factor)).sum(dim + 1, dtype=torch.int32)
        sizes.append([factor] * (sums.shape[dim] - 1) + [factor - rest])
    # Pillow multiplies by 2^24 divided by how many there are, in 32 bits, which are two halves here.
    shares = {count: int(_single(2**32 / (256 * count))) for count in {down * across for down in sizes[0] for across in sizes[1]}}
    kinds = [sorted(set(each)) for each in sizes]
    places = [torch.tensor([kind.index(size) for size in each]) for kind, each in zip(kinds, sizes)]
    counts = torch.tensor([[down * across for across in kinds[1]] for down in kinds[0]], dtype=torch.int32)
    factor = torch.tensor([[shares[down * across] for across in kinds[1]] for down in kinds[0]], dtype=torch.int32)
    count, share = (table[places[0]][:, places[1]].unsqueeze(2) for table in (counts, factor))
    total = sums + count // 2
    return ((total * (share // 4096) + total * (share % 4096) // 4096) // 4096).to(torch.uint8)


def size_within(size: tuple[float, float], given: tuple[int, int]) -> tuple[int, int] | None:
    """The largest size within another that has a picture's proportions; None if the picture has room there."""
    width, height = map(math.floor, size)
    if width >= given[0] and height >= given[1]:
        return None
    aspect = given[0] / given[1]

    def whole(number: float, distance: Any) -> int:
        return max(min(math.floor(number), math.ceil(number), key=distance), 1)

    if width / height >= aspect:
        width = whole(height * aspect, lambda n: abs(aspect - n / height))
    else:
        height = whole(width / aspect, lambda n: 0 if n == 0 else abs(aspect - width / n))
    return width, height
