"""Shapes that `ax.add_patch` puts on a picture or a plot."""

from __future__ import annotations

import math
from typing import Any

from ._artists import Artist, colour

__all__ = ["Circle", "Patch", "Polygon", "Rectangle"]


class Patch(Artist):
    """A shape, or a field of a legend."""

    def __init__(self, *, color: Any = None, edgecolor: Any = None, facecolor: Any = None, fill: bool = True, linewidth: float = 1.0, **more: Any) -> None:
        super().__init__(more.get("label"))
        edge, face = edgecolor or more.get("ec"), facecolor or more.get("fc")
        self._edge = colour(edge or color) if (edge or color) not in (None, "none") else None
        own = face or color or ("C0" if edge is None else None)
        self._face = colour(own) if fill and own not in (None, "none") else None
        self._width = float(more.get("lw", linewidth))
        self._alpha = more.get("alpha")

    def _points(self) -> list[list[float]]:
        return []

    @property
    def _item(self) -> dict[str, Any]:
        return {"points": self._points(), "stroke": self._edge, "fill": self._face, "width": self._width, "alpha": self._alpha, "isClosed": True}


class Rectangle(Patch):
    """A rectangle, as boxes of detectors are."""

    def __init__(self, xy: Any, width: Any, height: Any, **look: Any) -> None:
        super().__init__(**look)
        self._box = [float(each) for each in (*xy, width, height)]

    def _points(self) -> list[list[float]]:
        x, y, width, height = self._box
        return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


class Circle(Patch):
    """A circle."""

    def __init__(self, xy: Any, radius: Any = 5, **look: Any) -> None:
        super().__init__(**look)
        self._at, self._radius = [float(each) for each in xy], float(radius)

    def _points(self) -> list[list[float]]:
        turns = [math.tau * step / 48 for step in range(48)]
        return [[self._at[0] + self._radius * math.cos(turn), self._at[1] + self._radius * math.sin(turn)] for turn in turns]


class Polygon(Patch):
    """A shape of corners."""

    def __init__(self, xy: Any, *, closed: bool = True, **look: Any) -> None:
        super().__init__(**look)
        self._corners = [[float(x), float(y)] for x, y in xy]

    def _points(self) -> list[list[float]]:
        return self._corners
