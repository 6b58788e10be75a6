"""Colour maps by their names: `imshow` takes them, and `cm.viridis(0.5)` is a colour."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from typing import Any

STEPS = 256


class Colormap:
    """
    The name of a colour map, and its colours where they are a program's own. Pictures are drawn in its colours; single colours of one that
    has but a name are those of a wheel.
    """

    N = STEPS

    def __init__(self, name: str, table: list[str] | None = None) -> None:
        self.name = name
        self.table = table

    def __call__(self, value: Any, alpha: float = 1.0) -> Any:
        if hasattr(value, "__len__"):
            return [self(each, alpha) for each in value]
        share = value / (self.N - 1) if isinstance(value, int) else float(value)
        share = min(max(share, 0.0), 1.0)
        share = 1 - share if self.name.endswith("_r") else share
        if self.table:
            digits = self.table[min(int(share * STEPS), STEPS - 1)]
            return (*(int(digits[i : i + 2], 16) / 255 for i in (1, 3, 5)), alpha)
        return (*((share,) * 3 if "gray" in self.name else hsv_to_rgb(0.75 * (1 - share), 0.8, 0.8)), alpha)


def get_cmap(name: Any = None, lut: int | None = None) -> Colormap:
    """The colour map of a name, which may be one already."""
    return name if isinstance(name, Colormap) else Colormap(name or "viridis")


def __getattr__(name: str) -> Colormap:
    if name.startswith("_"):
        raise AttributeError(name)
    return Colormap(name)
