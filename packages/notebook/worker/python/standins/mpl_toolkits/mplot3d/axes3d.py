"""`Axes3D`: points, lines and surfaces in a box that is seen from one side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from matplotlib._artists import CYCLE, colour, flat, listed
from matplotlib.axes import Axes
from matplotlib.cm import get_cmap

# How far the box is lower than it is wide, and the share of the axes that it takes.
_LOW, _SHARE = 0.75, 0.54
_PANE, _GRID, _EDGE = "#f4f4f4", "#d4d4d4", "#8a8a8a"

Point = tuple[float, float, float]


def _steps(low: float, high: float) -> list[float]:
    """Round numbers within a range."""
    rough = (high - low) / 5 or 1.0
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [step * at for at in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _rows(values: Any, like: list[list[float]] | None = None) -> list[list[float]]:
    rows = listed(values)
    if rows and not isinstance(rows[0], list):
        return [rows] * len(like or [0])
    return rows


class Axes3D(Axes):
    """A box that is seen from one side."""

    name = "3d"

    def __init__(self, fig: Any = None, *_: Any, **__: Any) -> None:
        super().__init__(fig)
        if fig is not None and self not in fig.axes:
            # Older programs make axes by their class.
            fig.axes = [axes for axes in fig.axes if axes._cell != self._cell] + [self]

    def clear(self) -> None:
        """Takes away what was drawn."""
        super().clear()
        self.elev, self.azim = 30.0, -60.0
        self._parts: list[tuple[str, list[Point], dict[str, Any]]] = []
        self._limits: dict[int, tuple[float, float]] = {}

    cla = clear

    def view_init(self, elev: float | None = None, azim: float | None = None, roll: float | None = None, **_: Any) -> None:
        """The side that it is seen from, in degrees."""
        self.elev = 30.0 if elev is None else float(elev)
        self.azim = -60.0 if azim is None else float(azim)

    # ── What is drawn ──

    def _next_colour(self) -> str:
        return CYCLE[sum(kind in ("line", "dots") for kind, _, _ in self._parts) % len(CYCLE)]

    def _mapped(self, values: list[float], cmap: Any, limits: tuple[Any, Any] = (None, None)) -> list[str]:
        low = min(values) if limits[0] is None else limits[0]
        high = max(values) if limits[1] is None else limits[1]
        chosen = get_cmap(cmap)
        return [colour(chosen((value - low) / (high - low or 1.0))) for value in values]

    def scatter(self, xs: Any, ys: Any, zs: Any = 0, zdir: str = "z", s: Any = 20, c: Any = None, *, cmap: Any = None, color: Any = None, vmin: Any = None, vmax: Any = None, label: Any = None, **_: Any) -> None:
        """Points."""
        x, y = flat(xs), flat(ys)
        z = flat(zs) if hasattr(zs, "__len__") else [float(zs)] * len(x)
        points = list(zip(x, y, z))
        if c is not None and not isinstance(c, (str, tuple)) and hasattr(c, "__len__") and len(c) == len(x):
            own = [colour(each) for each in c] if isinstance(c[0], (str, tuple)) else self._mapped(flat(c), cmap, (vmin, vmax))
        else:
            own = [colour(color or c) if color or c else self._next_colour()] * len(x)
        size = math.sqrt(float(s)) / 2 if isinstance(s, (int, float)) else math.sqrt(20) / 2
        self._parts.append(("dots", points, {"colours": own, "size": size}))

    scatter3D = scatter

    def plot(self, xs: Any, ys: Any, *args: Any, zdir: str = "z", color: Any = None, c: Any = None, label: Any = None, **more: Any) -> list[Any]:
        """A line."""
        x, y = flat(xs), flat(ys)
        given = more.get("zs", args[0] if args and not isinstance(args[0], str) else 0)
        z = flat(given) if hasattr(given, "__len__") else [float(given)] * len(x)
        marks = next((arg for arg in args if isinstance(arg, str)), "")
        own = next((letter for letter in marks if letter in "rgbcmykw"), None)
        shade = colour(color or c or own) if color or c or own else self._next_colour()
        points = list(zip(x, y, z))
        if any(mark in marks for mark in "o.x^s*+") and "-" not in marks:
            self._parts.append(("dots", points, {"colours": [shade] * len(points), "size": 3.0}))
        else:
            self._parts.append(("line", points, {"colour": shade, "width": float(more.get("linewidth", more.get("lw", 1.5)))}))
        return []

    plot3D = plot

    def plot_surface(self, X: Any, Y: Any, Z: Any, *, cmap: Any = None, color: Any = None, alpha: Any = None, **more: Any) -> None:
        """A surface over a grid."""
        self._grid(X, Y, Z, cmap if cmap is not None or color is not None else None, colour(color or "C0"), alpha)

    def plot_wireframe(self, X: Any, Y: Any, Z: Any, *, color: Any = None, **_: Any) -> None:
        """The lines of a grid."""
        self._grid(X, Y, Z, None, None, None, colour(color or "C0"))

    def _grid(self, X: Any, Y: Any, Z: Any, cmap: Any, fill: str | None, alpha: Any, edge: str | None = None) -> None:
        z = _rows(Z)
        x = _rows(X, z)
        y = [[value] * len(z[0]) for value in listed(Y)] if not isinstance(listed(Y)[0], list) else listed(Y)
        # Of a fine grid every so many lines, as Matplotlib does.
        down, across = max(1, math.ceil(len(z) / 50)), max(1, math.ceil(len(z[0]) / 50))
        rows = sorted({*range(0, len(z), down), len(z) - 1})
        columns = sorted({*range(0, len(z[0]), across), len(z[0]) - 1})
        faces = []
        for top, bottom in zip(rows, rows[1:]):
            for left, right in zip(columns, columns[1:]):
                corners = ((top, left), (top, right), (bottom, right), (bottom, left))
                faces.append([(x[i][j], y[i][j], z[i][j]) for i, j in corners])
        heights = [sum(point[2] for point in face) / 4 for face in faces]
        fills = self._mapped(heights, cmap) if cmap is not None and heights else [fill] * len(faces)
        for face, own in zip(faces, fills):
            self._parts.append(("face", face, {"fill": own, "edge": edge, "alpha": alpha}))

    def text(self, x: Any, y: Any, z: Any, s: Any = "", zdir: Any = None, **look: Any) -> None:
        """Words at a place."""
        self._parts.append(("text", [(float(x), float(y), float(z))], {"text": str(s), "color": colour(look.get("color", "black"))}))

    def set_zlabel(self, zlabel: str, **_: Any) -> None:
        """The name of the upright axis."""
        self._words["z"] = str(zlabel)

    def _limit(self, axis: int, low: Any, high: Any) -> None:
        low, high = low if isinstance(low, (tuple, list)) else (low, high)
        if low is not None and high is not None:
            self._limits[axis] = (float(low), float(high))

    def set_xlim(self, left: Any = None, right: Any = None, **_: Any) -> None:
        """Where the axis begins and ends."""
        self._limit(0, left, right)

    def set_ylim(self, bottom: Any = None, top: Any = None, **_: Any) -> None:
        """Where the axis begins and ends."""
        self._limit(1, bottom, top)

    def set_zlim(self, bottom: Any = None, top: Any = None, **_: Any) -> None:
        """Where the axis begins and ends."""
        self._limit(2, bottom, top)

    set_xlim3d, set_ylim3d, set_zlim3d = set_xlim, set_ylim, set_zlim
    set_box_aspect = set_zticks = set_zticklabels = set_proj_type = Axes.legend

    # ── Drawing ──

    @property
    def _is_empty(self) -> bool:
        return not self._parts

    _picture = property(lambda self: None)
    _is_plot = property(lambda self: False)

    def _ranges(self) -> list[tuple[float, float]]:
        points = [point for _, part, _ in self._parts for point in part if all(map(math.isfinite, point))]
        found = []
        for axis in range(3):
            values = [point[axis] for point in points] or [0.0, 1.0]
            low, high = min(values), max(values)
            pad = (high - low or abs(high) or 1.0) * 0.05
            found.append(self._limits.get(axis, (low - pad, high + pad)))
        return found

    def _items(self) -> list[dict[str, Any]]:
        ranges = self._ranges()
        turn, tilt = math.radians(self.azim), math.radians(self.elev)
        right = (-math.sin(turn), math.cos(turn), 0.0)
        up = (-math.sin(tilt) * math.cos(turn), -math.sin(tilt) * math.sin(turn), math.cos(tilt))
        toward = (math.cos(tilt) * math.cos(turn), math.cos(tilt) * math.sin(turn), math.sin(tilt))

        def boxed(point: Any) -> Point:
            """A place in the box, whose middle is nought."""
            x, y, z = ((value - low) / (high - low) - 0.5 for value, (low, high) in zip(point, ranges))
            return x, y, z * _LOW

        def onto(place: Point, axis: tuple[float, float, float]) -> float:
            return sum(a * b for a, b in zip(place, axis))

        def seen(place: Point) -> list[float]:
            return [0.5 + _SHARE * onto(place, right), 0.48 - _SHARE * onto(place, up)]

        items = list(self._box(ranges, boxed, seen, toward, right))
        drawn: list[tuple[float, dict[str, Any]]] = []
        for kind, part, look in self._parts:
            places = [boxed(point) for point in part]
            depth = sum(onto(place, toward) for place in places) / max(1, len(places))
            if kind == "dots":
                for place, own in zip(places, look["colours"]):
                    drawn.append((onto(place, toward), {"points": [seen(place)], "radius": look["size"], "fill": own}))
            elif kind == "line":
                drawn.append((depth, {"points": [*map(seen, places)], "stroke": look["colour"], "width": look["width"]}))
            elif kind == "text":
                drawn.append((2.0, {"points": [seen(places[0])], "text": look["text"], "fill": look["color"], "align": "left"}))
            else:
                edge = look["edge"] or look["fill"]
                drawn.append((depth, {"points": [*map(seen, places)], "fill": look["fill"], "stroke": edge, "width": 0.4, "alpha": look["alpha"], "isClosed": True}))
        return items + [item for _, item in sorted(drawn, key=lambda one: one[0])]

    def _box(self, ranges: Any, boxed: Any, seen: Any, toward: Any, right: Any) -> Iterator[dict[str, Any]]:
        """The three sides behind, their lines, and what is written at the edges."""
        # Of each axis, the end that is behind.
        back = [low if toward[axis] > 0 else high for axis, (low, high) in enumerate(ranges)]
        front = [high if toward[axis] > 0 else low for axis, (low, high) in enumerate(ranges)]
        for axis in range(3):
            one, other = (each for each in range(3) if each != axis)

            def corner(a: float, b: float, axis: int = axis, one: int = one, other: int = other) -> list[float]:
                point = [0.0] * 3
                point[axis], point[one], point[other] = back[axis], a, b
                return seen(boxed(point))

            (low, high), (least, most) = ranges[one], ranges[other]
            corners = [corner(low, least), corner(high, least), corner(high, most), corner(low, most)]
            yield {"points": corners, "fill": _PANE, "stroke": _GRID, "width": 0.8, "isClosed": True}
            for at in _steps(low, high):
                yield {"points": [corner(at, least), corner(at, most)], "stroke": _GRID, "width": 0.8}
            for at in _steps(least, most):
                yield {"points": [corner(low, at), corner(high, at)], "stroke": _GRID, "width": 0.8}
        names = ("x", "y", "z")
        for axis in range(3):
            # Numbers stand at an edge that nothing lies before: below for two of the axes, at the right for the third.
            ends = [front[0], front[1], back[2]]
            if axis == 2:
                choices = [(x, y) for x in ranges[0] for y in ranges[1]]
                ends[:2] = max(choices, key=lambda choice: sum(a * b for a, b in zip(boxed((*choice, back[2])), right)))

            def edge(value: float, axis: int = axis, ends: list[float] = ends) -> list[float]:
                point = list(ends)
                point[axis] = value
                return seen(boxed(point))

            low, high = ranges[axis]
            begin, end = edge(low), edge(high)
            yield {"points": [begin, end], "stroke": _EDGE, "width": 1.0}
            middle = [(begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2]
            away = [0.05, 0.0] if axis == 2 else [0.035 if middle[0] > 0.5 else -0.035, 0.035]
            for at in _steps(low, high):
                place = edge(at)
                yield {"points": [[place[0] + away[0], place[1] + away[1]]], "text": f"{at:.4g}", "fill": "#333333", "size": 9, "align": "center"}
            if self._words.get(names[axis]):
                yield {"points": [[middle[0] + 2.4 * away[0], middle[1] + 2.4 * away[1]]], "text": self._words[names[axis]], "fill": "black", "size": 10, "align": "center"}

    def _described(self, pictures: list[Any]) -> dict[str, Any]:
        return {**super()._described(pictures), "isUnit": True, "x": "", "y": ""}
