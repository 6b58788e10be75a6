"""The pixels of ellipses, by the rule of Pillow: of the three next pixels of a quarter, the one that is nearest to the curve."""

from __future__ import annotations

from collections.abc import Iterator


def _quarter(a: int, b: int) -> Iterator[tuple[int, int]]:
    """Half pixels of the curve from its right end to its lower one, for an ellipse of this width and height."""
    if a < 0 or b < 0:
        return
    x, y = a, b % 2
    end = (a % 2, b)

    def away(x: int, y: int) -> int:
        return abs(a * a * y * y + b * b * x * x - a * a * b * b)

    while True:
        yield x, y
        if (x, y) == end:
            return
        nexts = [(x, y + 2)]
        if x > 1:
            nexts += [(x - 2, y + 2), (x - 2, y)]
        x, y = min(nexts, key=lambda place: away(*place))


def _rows(a: int, b: int, width: int) -> Iterator[tuple[int, int, int]]:
    """For each row of a half, its place, and where its right part begins and ends."""
    outer = _quarter(a, b)
    inner = _quarter(a - 2 * (width - 1), b - 2 * (width - 1))
    leftmost = a % 2
    place: tuple[int, int] | None = next(outer, None)
    left = leftmost
    while place is not None:
        right, row = place
        begin = left
        place = next((found for found in outer if found[1] > row), None)
        left = leftmost
        for x, y in inner:
            if y > row:
                left = x
                break
            begin = x
        yield row, begin, right


def spans(x0: int, y0: int, x1: int, y1: int, width: int | None) -> Iterator[tuple[int, int, int]]:
    """Rows of pixels, each with its first and last column: of a line of this width, or of the whole ellipse."""
    a, b = x1 - x0, y1 - y0
    if a < 0 or b < 0:
        return
    for row, begin, end in _rows(a, b, a + b if width is None else width):
        for y in {row, -row}:
            if begin > 0 or begin < end:
                yield (y0 + (y + b) // 2, x0 + ((begin or 2) + a) // 2, x0 + (end + a) // 2)
            yield (y0 + (y + b) // 2, x0 + (a - end) // 2, x0 + (a - begin) // 2)
