"""`PIL.ImageDraw`: points, lines, rectangles and ellipses, drawn into a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch._pictures import numbers_of

from . import Image
from ._ellipse import spans


def _points(xy: Any) -> list[tuple[float, float]]:
    flat = [number for each in xy for number in (each if isinstance(each, tuple | list) else (each,))]
    return list(zip(flat[::2], flat[1::2]))


def _line(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """The pixels between two, by Bresenham's rule."""
    (x, y), (last_x, last_y) = start, end
    across, down = abs(last_x - x), abs(last_y - y)
    step_x, step_y = (1 if last_x > x else -1), (1 if last_y > y else -1)
    found = []
    steep = down > across
    long, short = (down, across) if steep else (across, down)
    rest = 2 * short - long
    for _ in range(long + 1):
        found.append((x, y))
        if rest >= 0 and long:
            x, y = (x + step_x, y) if steep else (x, y + step_y)
            rest -= 2 * long
        x, y = (x, y + step_y) if steep else (x + step_x, y)
        rest += 2 * short
    return found


class ImageDraw:
    """Draws into a picture."""

    def __init__(self, im: Image.Image, mode: str | None = None) -> None:
        if mode not in (None, im.mode):
            raise ValueError("mode mismatch")
        self.im = self._image = im
        self.mode = im.mode
        self.ink = self.fill = 0

    def _ink(self, color: Any) -> Any:
        return torch.tensor(numbers_of((255,) * len(self.im.getbands()) if color is None else color, self.mode), dtype=torch.uint8)

    def point(self, xy: Any, fill: Any = None) -> None:
        """Draws points."""
        self._set([(int(x), int(y)) for x, y in _points(xy)], fill)

    def _set(self, places: list[tuple[int, int]], fill: Any) -> None:
        inside = [(x, y) for x, y in places if 0 <= x < self.im.width and 0 <= y < self.im.height]
        if inside:
            columns, rows = (torch.tensor(each) for each in zip(*inside))
            self.im._pixels()[rows, columns] = self._ink(fill)

    def line(self, xy: Any, fill: Any = None, width: int = 0, joint: str | None = None) -> None:
        """Draws lines from point to point: slanting ones one pixel wide, others as wide as they are asked to be."""
        points = [(int(x), int(y)) for x, y in _points(xy)]
        for start, end in zip(points, points[1:]):
            if width > 1 and (start[0] == end[0] or start[1] == end[1]):
                before, behind = (width - 1) // 2, width // 2
                (left, right), (upper, lower) = (sorted(pair) for pair in zip(start, end))
                if left == right:
                    self._fill(left - behind, upper, right + before, lower, fill)
                else:
                    self._fill(left, upper - behind, right, lower + before, fill)
            elif width > 1:
                raise ValueError("line: expected a slanting line one pixel wide; leave width out")
            else:
                self._set(_line(start, end), fill)

    def _fill(self, left: int, upper: int, right: int, lower: int, color: Any) -> None:
        here = self.im._pixels()[max(0, upper) : max(0, lower + 1), max(0, left) : max(0, right + 1)]
        here.copy_(self._ink(color).expand(*here.shape))

    def rectangle(self, xy: Any, fill: Any = None, outline: Any = None, width: int = 1) -> None:
        """Draws a rectangle, whose right and lower edges belong to it."""
        (left, upper), (right, lower) = ((int(x), int(y)) for x, y in _points(xy))
        if right < left or lower < upper:
            raise ValueError("x1 must be greater than or equal to x0, and y1 must be greater than or equal to y0")
        if fill is not None:
            self._fill(left, upper, right, lower, fill)
        if outline is None and fill is not None or width == 0:
            return
        edge = min(width, right - left + 1, lower - upper + 1) - 1
        for box in (
            (left, upper, right, upper + edge),
            (left, lower - edge, right, lower),
            (left, upper, left + edge, lower),
            (right - edge, upper, right, lower),
        ):
            self._fill(*box, outline)

    def ellipse(self, xy: Any, fill: Any = None, outline: Any = None, width: int = 1) -> None:
        """Draws an ellipse into a rectangle."""
        (left, upper), (right, lower) = ((int(x), int(y)) for x, y in _points(xy))
        if right < left or lower < upper:
            raise ValueError("x1 must be greater than or equal to x0, and y1 must be greater than or equal to y0")
        if fill is not None:
            self._rows(spans(left, upper, right, lower, None), fill)
        if (outline is not None or fill is None) and width != 0:
            self._rows(spans(left, upper, right, lower, width), outline)

    def _rows(self, rows: Iterator[tuple[int, int, int]], color: Any) -> None:
        self._set([(x, y) for y, first, last in rows for x in range(max(0, first), min(self.im.width, last + 1))], color)

    def circle(self, xy: Any, radius: float, fill: Any = None, outline: Any = None, width: int = 1) -> None:
        """Draws a circle around a point."""
        (x, y), *_ = _points([xy])
        self.ellipse((x - radius, y - radius, x + radius, y + radius), fill, outline, width)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"ImageDraw.{name}: expected Pillow itself, since pictures are drawn on by points, lines, rectangles and ellipses here; write `!pip install pillow` in "
            "the first cell of a notebook, or load Pyodide's pillow"
        )


def Draw(im: Image.Image, mode: str | None = None) -> ImageDraw:
    """What draws into a picture."""
    return ImageDraw(im, mode)
