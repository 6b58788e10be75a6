"""Colour maps by their names: `imshow` takes them, and `cm.viridis(0.5)` is a colour."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from typing import Any

_STEPS = 256


class Colormap:
    """The name of a colour map. Pictures are drawn in its own colours; single colours are those of a wheel."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, value: Any, alpha: float = 1.0) -> Any:
        if hasattr(value, "__len__"):
            return [self(each, alpha) for each in value]
        share = value / (_STEPS - 1) if isinstance(value, int) else float(value)
        share = min(max(share, 0.0), 1.0)
        return (*((share,) * 3 if "gray" in self.name else hsv_to_rgb(0.75 * (1 - share), 0.8, 0.8)), alpha)


def get_cmap(name: Any = None, lut: int | None = None) -> Colormap:
    """The colour map of a name, which may be one already."""
    return name if isinstance(name, Colormap) else Colormap(name or "viridis")


def __getattr__(name: str) -> Colormap:
    if name.startswith("_"):
        raise AttributeError(name)
    return Colormap(name)
