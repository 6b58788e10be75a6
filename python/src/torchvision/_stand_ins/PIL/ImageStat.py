"""`PIL.ImageStat`: figures of the numbers in each channel."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from . import Image


class Stat:
    """Of a picture, where a mask is not 0, or of its histogram."""

    def __init__(self, image_or_list: Any, mask: Any = None) -> None:
        if not isinstance(image_or_list, Image.Image | list):
            raise TypeError("first argument must be image or list")
        self.h = image_or_list if isinstance(image_or_list, list) else image_or_list.histogram(mask)
        self._rows = [self.h[start : start + 256] for start in range(0, len(self.h), 256)]
        self.bands = list(range(len(self._rows)))

    def _powers(self, power: int) -> list[int]:
        return [sum(number**power * count for number, count in enumerate(row)) for row in self._rows]

    @cached_property
    def extrema(self) -> list[tuple[int, int]]:
        """The least and the greatest number."""
        there = [[number for number, count in enumerate(row) if count] or [255, 0] for row in self._rows]
        return [(numbers[0], numbers[-1]) for numbers in there]

    @cached_property
    def count(self) -> list[int]:
        """How many pixels there are."""
        return self._powers(0)

    @cached_property
    def sum(self) -> list[int]:
        """The sum of the numbers."""
        return self._powers(1)

    @cached_property
    def sum2(self) -> list[int]:
        """The sum of their squares."""
        return self._powers(2)

    @cached_property
    def mean(self) -> list[float]:
        """Their mean."""
        return [total / count if count else 0 for total, count in zip(self.sum, self.count)]

    @cached_property
    def median(self) -> list[int]:
        """The number in the middle."""
        found = []
        for row, count in zip(self._rows, self.count):
            seen = 0
            for number in range(256):
                seen += row[number]
                if seen > count // 2:
                    break
            found.append(number)
        return found

    @cached_property
    def rms(self) -> list[float]:
        """The root of the mean of their squares."""
        return [math.sqrt(total / count) if count else 0 for total, count in zip(self.sum2, self.count)]

    @cached_property
    def var(self) -> list[float]:
        """Their variance."""
        return [(squares - total**2 / count) / count if count else 0 for squares, total, count in zip(self.sum2, self.sum, self.count)]

    @cached_property
    def stddev(self) -> list[float]:
        """Their deviation."""
        return [math.sqrt(variance) for variance in self.var]


Global = Stat
