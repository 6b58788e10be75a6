"""`PIL.ImageOps`: ready changes to pictures of the modes `L` and `RGB`."""

from __future__ import annotations

from typing import Any

from . import Image
from .ImageColor import getcolor

_ALL = list(range(256))


def _by_table(image: Image.Image, table: list[int]) -> Image.Image:
    if image.mode not in ("L", "RGB"):
        raise OSError(f"not supported for mode {image.mode}")
    return image.point(table * 3 if image.mode == "RGB" and len(table) == 256 else table)


def _edges(border: int | tuple[int, ...]) -> tuple[int, ...]:
    if isinstance(border, int):
        return (border,) * 4
    if len(border) == 2:
        return (*border, *border)
    if len(border) == 4:
        return tuple(border)
    raise ValueError("border must be an integer, or a tuple of two or four elements")


def _cut(counts: list[int], rest: int, order: range) -> None:
    """Takes so many pixels away, in an order of their numbers."""
    for number in order:
        taken = min(rest, counts[number])
        counts[number] -= taken
        rest -= taken


def autocontrast(image: Image.Image, cutoff: Any = 0, ignore: Any = None, mask: Any = None, preserve_tone: bool = False) -> Image.Image:
    """Stretches each channel to 0 to 255, after a share of the darkest and the lightest pixels."""
    counted = (image.convert("L") if preserve_tone else image).histogram(mask)
    table: list[int] = []
    for start in range(0, len(counted), 256):
        counts = counted[start : start + 256]
        for number in () if ignore is None else (ignore,) if isinstance(ignore, int) else ignore:
            counts[number] = 0
        total = sum(counts)
        low, high = cutoff if isinstance(cutoff, tuple) else (cutoff, cutoff)
        _cut(counts, int(total * low // 100), range(256))
        _cut(counts, int(total * high // 100), range(255, -1, -1))
        there = [number for number in _ALL if counts[number]]
        least, most = (there[0], there[-1]) if there else (255, 0)
        if most <= least:
            table += _ALL
        else:
            scale = 255.0 / (most - least)
            table += [min(max(int(number * scale - least * scale), 0), 255) for number in _ALL]
    return _by_table(image, table)


def _ramp(start: Any, end: Any, steps: int) -> list[tuple[int, ...]]:
    return [tuple(a + i * (b - a) // steps for a, b in zip(start, end)) for i in range(steps)]


def colorize(
    image: Image.Image, black: Any, white: Any, mid: Any = None, blackpoint: int = 0, whitepoint: int = 255, midpoint: int = 127
) -> Image.Image:
    """Colours a picture of the mode `L`: from one colour for black, over another where it is given, to one for white."""
    if image.mode != "L":
        raise ValueError(f"mode must be L, not {image.mode}")
    if not 0 <= blackpoint <= whitepoint <= 255:
        raise ValueError("blackpoint and whitepoint must each be between or equal to 0 and 255, with blackpoint less than or equal to whitepoint")
    if mid is not None and not blackpoint <= midpoint <= whitepoint:
        raise ValueError("midpoint must be between or equal to blackpoint and whitepoint")
    low, middle, high = (getcolor(color, "RGB") if isinstance(color, str) else color for color in (black, mid, white))
    if middle is None:
        between = _ramp(low, high, whitepoint - blackpoint)
    else:
        between = _ramp(low, middle, midpoint - blackpoint) + _ramp(middle, high, whitepoint - midpoint)
    rows = [low] * blackpoint + between + [high] * (256 - whitepoint)
    return _by_table(image.convert("RGB"), [row[channel] for channel in range(3) for row in rows])


def _in_proportion(image: Image.Image, size: tuple[int, int], inside: bool) -> tuple[int, int]:
    of, to = image.width / image.height, size[0] / size[1]
    if of == to:
        return size
    if (of > to) == inside:
        return (size[0], round(image.height / image.width * size[0]))
    return (round(image.width / image.height * size[1]), size[1])


def contain(image: Image.Image, size: tuple[int, int], method: int = Image.BICUBIC) -> Image.Image:
    """The picture as large as it is within a size, in its proportions."""
    return image.resize(_in_proportion(image, size, True), method)


def cover(image: Image.Image, size: tuple[int, int], method: int = Image.BICUBIC) -> Image.Image:
    """The picture as small as it is around a size, in its proportions."""
    return image.resize(_in_proportion(image, size, False), method)


def _filled(image: Image.Image, size: tuple[int, int], fill: Any) -> Image.Image:
    return Image.new(image.mode, size, 0 if fill is None else fill)


def pad(
    image: Image.Image, size: tuple[int, int], method: int = Image.BICUBIC, color: Any = None, centering: tuple[float, float] = (0.5, 0.5)
) -> Image.Image:
    """The picture within a size, in its proportions, and a colour around it."""
    inner = contain(image, size, method)
    if inner.size == tuple(size):
        return inner
    made = _filled(inner, size, color)
    left, upper = (round((whole - part) * max(0, min(share, 1))) for whole, part, share in zip(size, inner.size, centering))
    made.paste(inner, (left, 0) if inner.width != size[0] else (0, upper))
    return made


def crop(image: Image.Image, border: int | tuple[int, ...] = 0) -> Image.Image:
    """The picture without so many pixels at its edges."""
    left, top, right, bottom = _edges(border)
    return image.crop((left, top, image.width - right, image.height - bottom))


def expand(image: Image.Image, border: int | tuple[int, ...] = 0, fill: Any = 0) -> Image.Image:
    """The picture with so many pixels more at its edges."""
    left, top, right, bottom = _edges(border)
    made = _filled(image, (left + image.width + right, top + image.height + bottom), fill)
    made.paste(image, (left, top))
    return made


def fit(
    image: Image.Image, size: tuple[int, int], method: int = Image.BICUBIC, bleed: float = 0.0, centering: tuple[float, float] = (0.5, 0.5)
) -> Image.Image:
    """The largest part of the picture that has the proportions of a size, in that size."""
    shares = [share if 0.0 <= share <= 1.0 else 0.5 for share in centering]
    edges = [(bleed if 0.0 <= bleed < 0.5 else 0.0) * length for length in image.size]
    width, height = (length - edge * 2 for length, edge in zip(image.size, edges))
    of, to = width / height, size[0] / size[1]
    part = (width, height) if of == to else (to * height, height) if of >= to else (width, width / to)
    left, top = (edge + (whole - length) * share for edge, whole, length, share in zip(edges, (width, height), part, shares))
    return image.resize(size, method, box=(left, top, left + part[0], top + part[1]))


def scale(image: Image.Image, factor: float, resample: int = Image.BICUBIC) -> Image.Image:
    """The picture larger or smaller by a factor."""
    if factor <= 0:
        raise ValueError("the factor must be greater than 0")
    return image.copy() if factor == 1 else image.resize((round(factor * image.width), round(factor * image.height)), resample)


def equalize(image: Image.Image, mask: Any = None) -> Image.Image:
    """Has each channel's numbers be about equally frequent."""
    image = image.convert("RGB") if image.mode == "P" else image
    counted = image.histogram(mask)
    table: list[int] = []
    for start in range(0, len(counted), 256):
        counts = counted[start : start + 256]
        there = [count for count in counts if count]
        step = (sum(there) - there[-1]) // 255 if len(there) > 1 else 0
        if not step:
            table += _ALL
            continue
        seen = step // 2
        for count in counts:
            table.append(seen // step)
            seen += count
    return _by_table(image, table)


def flip(image: Image.Image) -> Image.Image:
    """The picture upside down."""
    return image.transpose(Image.FLIP_TOP_BOTTOM)


def mirror(image: Image.Image) -> Image.Image:
    """The picture with left and right in each other's place."""
    return image.transpose(Image.FLIP_LEFT_RIGHT)


def grayscale(image: Image.Image) -> Image.Image:
    """The picture in the mode `L`."""
    return image.convert("L")


def invert(image: Image.Image) -> Image.Image:
    """Each number taken from 255."""
    return _by_table(image, _ALL[::-1])


def posterize(image: Image.Image, bits: int) -> Image.Image:
    """Keeps so many bits of each number."""
    if not 1 <= bits <= 8:
        raise ValueError("bits must be between or equal to 1 and 8")
    return _by_table(image, [number & ~(2 ** (8 - bits) - 1) for number in _ALL])


def solarize(image: Image.Image, threshold: int = 128) -> Image.Image:
    """Takes the numbers from a threshold on from 255."""
    return _by_table(image, [number if number < threshold else 255 - number for number in _ALL])


def exif_transpose(image: Image.Image, *, in_place: bool = False) -> Image.Image | None:
    """The picture as its file says that it stands, which it does since it was opened."""
    return None if in_place else image.copy()
