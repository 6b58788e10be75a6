"""Axes: one plot, or pictures that lie on each other."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js

from . import absent
from ._artists import CYCLE, Artist, AxesImage, BarContainer, Decided, Line2D, PathCollection, Series, Text, flat, listed, outlines

# `hist` has a parameter `range`, as Matplotlib's.
_count = range


def options(**given: Any) -> Any:
    """An object of JavaScript's."""
    from js import Object

    return to_js({name: value for name, value in given.items() if value is not None}, dict_converter=Object.fromEntries)


def _place(edges: list[float], number: float) -> int:
    return max(bisect_right(edges, number) - 1, 0)


def _side(places: Any, isAcross: bool) -> list[float]:
    """The places of columns or rows, of a vector or of a grid."""
    numbers = listed(places)
    return flat((numbers[0] if isAcross else [row[0] for row in numbers]) if isinstance(numbers[0], list) else numbers)


def _between(side: list[float] | None, places: Any) -> list[float]:
    """Where places of a grid lie, between those of its columns or rows."""
    if side is None:
        return list(places)
    last = len(side) - 2
    return [side[at] + (place - at) * (side[at + 1] - side[at]) for place in places for at in [min(int(place), last)]]


class Axes:
    """One plot, or pictures that lie on each other."""

    name = "rectilinear"

    def __init__(self, figure: Any = None) -> None:
        self.figure = figure
        # Row and column, of how many rows and columns.
        self._cell = (0, 0, 1, 1)
        self.clear()

    def clear(self) -> None:
        """Takes away what was drawn."""
        self.lines: list[Series] = []
        self.images: list[AxesImage] = []
        self.patches: list[Any] = []
        self.texts: list[Text] = []
        # Names of places, and those that they are of: along, and upright.
        self._ticks: list[str] | None = None
        self._up: list[str] | None = None
        self._at: dict[str, list[float] | None] = {"x": None, "y": None}
        self._words = {"title": "", "x": "", "y": ""}
        self._log = False
        # Whether bars that lie were asked for: they stand here.
        self._is_turned = False

    cla = clear

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise absent(f"Axes.{name}")

    # ── What is drawn ──

    def _with(self, made: Any, among: list[Any]) -> Any:
        made.axes = self
        among.append(made)
        return made

    def plot(self, *args: Any, label: str | None = None, color: Any = None, c: Any = None, **more: Any) -> list[Line2D]:
        """Lines: `plot(y)`, `plot(x, y)`, `plot(x, y, 'r-', x2, y2)`."""
        rest = [arg for arg in args]
        made: list[Line2D] = []
        while rest:
            first = rest.pop(0)
            second = rest.pop(0) if rest and not isinstance(rest[0], str) else None
            marks = rest.pop(0) if rest and isinstance(rest[0], str) else ""
            y = flat(first if second is None else second)
            x = list(map(float, range(len(y)))) if second is None else flat(first)
            if len(x) != len(y):
                raise ValueError(f"x and y must have same first dimension, but have shapes ({len(x)},) and ({len(y)},)")
            own = next((letter for letter in marks if letter in "rgbcmykw"), None)
            line = Line2D(x, y, color=color or c or own, label=label)
            marks += more.get("marker") or ""
            isPlain = "-" in marks or more.get("linestyle", more.get("ls", "none" if "-" not in marks and marks.strip("rgbcmykw") else "-")) not in ("none", "None", "", " ")
            if any(mark in marks for mark in "o.x^s*+,") and not isPlain:
                line.style = "points"
            made.append(self._with(line, self.lines))
        return made

    def scatter(self, x: Any, y: Any, s: Any = None, c: Any = None, *, label: str | None = None, color: Any = None, **_: Any) -> PathCollection:
        """Points, in one line for each class where `c` holds one number a point."""
        across, up = flat(x), flat(y)
        classes = flat(c) if c is not None and not isinstance(c, (str, tuple)) and hasattr(c, "__len__") and len(c) == len(across) else None
        if classes is None or len(set(classes)) > 20:
            single = c if isinstance(c, (str, tuple)) else color
            return self._with(PathCollection(across, up, label=label, color=single), self.lines)
        made = None
        for kind in sorted(set(classes)):
            places = [i for i, each in enumerate(classes) if each == kind]
            points = PathCollection([across[i] for i in places], [up[i] for i in places], label=f"{kind:g}")
            made = self._with(points, self.lines)
        return made or self._with(PathCollection([], [], label=label), self.lines)

    def bar(self, x: Any, height: Any, width: Any = None, *, label: str | None = None, color: Any = None, **_: Any) -> BarContainer:
        """Bars over numbers, or over words."""
        places = list(x) if hasattr(x, "__iter__") else [x]
        heights = flat(height) if hasattr(height, "__len__") else [float(height)] * len(places)
        if all(isinstance(place, str) for place in places):
            self._ticks = places
            places = list(range(len(places)))
        single = color if isinstance(color, (str, tuple)) else None
        thick = float(width) if isinstance(width, (int, float)) else 0.8
        return self._with(BarContainer(places, heights, thick, label=label, color=single), self.lines)

    def barh(self, y: Any, width: Any, **keywords: Any) -> BarContainer:
        """Bars, upright."""
        self._is_turned = True
        return self.bar(y, width, **keywords)

    def hist(self, x: Any, bins: Any = 10, range: Any = None, density: bool = False, *, label: str | None = None, color: Any = None, **_: Any) -> Any:
        """A histogram; gives the counts, the edges and the bars."""
        numbers = [number for number in flat(x) if math.isfinite(number)]
        if hasattr(bins, "__len__"):
            edges = flat(bins)
        else:
            low, high = range or (min(numbers, default=0.0), max(numbers, default=1.0))
            if low == high:
                low, high = low - 0.5, high + 0.5
            edges = [low + (high - low) * i / bins for i in [*_count(bins), bins]]
        counts = [0.0] * (len(edges) - 1)
        for number in numbers:
            if edges[0] <= number <= edges[-1]:
                counts[min(_place(edges, number), len(counts) - 1)] += 1
        if density:
            total = sum(counts) or 1.0
            counts = [count / total / (edges[i + 1] - edges[i]) for i, count in enumerate(counts)]
        middles = [(edges[i] + edges[i + 1]) / 2 for i in _count(len(counts))]
        width = edges[1] - edges[0] if len(edges) > 1 else 1.0
        bars = self._with(BarContainer(middles, counts, width, label=label, color=color), self.lines)
        return counts, edges, bars

    def imshow(self, X: Any, cmap: Any = None, **more: Any) -> AxesImage:
        """A picture: [height, width], or [height, width, 3]."""
        return self._with(AxesImage(X, cmap, **more), self.images)

    matshow = imshow

    def add_patch(self, p: Any) -> Any:
        """A shape, on a picture or a plot."""
        return self._with(p, self.patches)

    def add_artist(self, a: Artist) -> Artist:
        """A line, a picture, words or a shape that is made already."""
        kinds = ((Series, self.lines), (AxesImage, self.images), (Text, self.texts))
        among = next((kept for kind, kept in kinds if isinstance(a, kind)), self.patches)
        return self._with(a, among)

    add_line = add_artist

    def axhline(self, y: float = 0.0, *_: Any, label: str | None = None, color: Any = None, **__: Any) -> Line2D:
        """A level line across what is drawn."""
        places = [x for line in self.lines for x in line._x] or [0.0, 1.0]
        return self._with(Line2D([min(places), max(places)], [float(y)] * 2, label=label, color=color), self.lines)

    def axvline(self, x: float = 0.0, *_: Any, label: str | None = None, color: Any = None, **__: Any) -> Line2D:
        """An upright line across what is drawn."""
        places = [y for line in self.lines for y in line._y] or [0.0, 1.0]
        return self._with(Line2D([float(x)] * 2, [min(places), max(places)], label=label, color=color), self.lines)

    def contour(self, *args: Any, levels: Any = None, colors: Any = None, **_: Any) -> Decided:
        """Lines along which numbers [height, width] have a level: `contour(Z)`, `contour(X, Y, Z, levels)`."""
        has_places = len(args) > 2
        rows = [flat(row) for row in listed(args[2 if has_places else 0])]
        given = args[-1] if len(args) in (2, 4) else levels
        if given is None or isinstance(given, int):
            seen = [value for row in rows for value in row]
            count, low = given or 7, min(seen)
            given = [low + (max(seen) - low) * i / (count + 1) for i in _count(1, count + 1)]
        chosen = [colors] if isinstance(colors, str) else list(colors or CYCLE)
        sides = [_side(args[0], isAcross=True), _side(args[1], isAcross=False)] if has_places else [None, None]
        for i, level in enumerate(given):
            for line in outlines(rows, float(level)):
                x, y = (_between(side, places) for side, places in zip(sides, zip(*line)))
                self._with(Line2D(x, y, color=chosen[i % len(chosen)], label="_contour"), self.lines)
        return Decided()

    def semilogy(self, *args: Any, **keywords: Any) -> list[Line2D]:
        """Lines over an axis that goes by factors."""
        self._log = True
        return self.plot(*args, **keywords)

    loglog = semilogy

    # ── Words ──

    def text(self, x: Any, y: Any, s: Any, **more: Any) -> Text:
        """Words on a picture or a plot, at a place in its pixels or numbers."""
        return self._with(Text(x, y, s, **more), self.texts)

    def annotate(self, text: Any, xy: Any, xytext: Any = None, **more: Any) -> Text:
        """Words on a picture or a plot; the arrow is left out."""
        return self.text(*(xytext or xy), text, **more)

    def set_title(self, label: str, **_: Any) -> None:
        """The title."""
        self._words["title"] = str(label)

    def get_title(self, *_: Any) -> str:
        """The title."""
        return self._words["title"]

    def set_xlabel(self, xlabel: str, **_: Any) -> None:
        """The name of the axis along."""
        self._words["x"] = str(xlabel)

    def set_ylabel(self, ylabel: str, **_: Any) -> None:
        """The name of the upright axis."""
        self._words["y"] = str(ylabel)

    def set_yscale(self, value: str, **_: Any) -> None:
        """`log` or `linear`."""
        self._log = value == "log"

    def set_xticks(self, ticks: Any = None, labels: Any = None, **_: Any) -> None:
        """Names of the places along."""
        self._at["x"] = None if ticks is None else flat(ticks)
        if labels is not None:
            self.set_xticklabels(labels)

    def set_xticklabels(self, labels: Any, **_: Any) -> None:
        """Names of the places along."""
        self._ticks = [str(label) for label in labels]

    def set_yticks(self, ticks: Any = None, labels: Any = None, **_: Any) -> None:
        """Names of the upright places."""
        self._at["y"] = None if ticks is None else flat(ticks)
        if labels is not None:
            self.set_yticklabels(labels)

    def set_yticklabels(self, labels: Any, **_: Any) -> None:
        """Names of the upright places."""
        names = [str(label) for label in labels]
        if self._is_turned:
            self._ticks = names
        else:
            self._up = names

    def set(self, **words: Any) -> None:
        """Several at once: `set(title='Loss', xlabel='step')`."""
        for name, value in words.items():
            getattr(self, f"set_{name}", lambda _: None)(value)

    def get_legend_handles_labels(self, *_: Any) -> tuple[list[Series], list[str]]:
        """Lines that have names, and the names."""
        named = [line for line in self.lines if line._label and not line._label.startswith("_")]
        return named, [line._label for line in named]

    def get_images(self) -> list[AxesImage]:
        """All pictures."""
        return self.images

    def get_lines(self) -> list[Series]:
        """All lines, points and bars."""
        return self.lines

    def get_figure(self, *_: Any) -> Any:
        """The figure that it is of."""
        return self.figure

    def legend(self, *_: Any, **__: Any) -> Decided:
        """The page decides this."""
        return Decided()

    spines = xaxis = yaxis = property(legend)

    def _nothing(self, *_: Any, **__: Any) -> None:
        """The page decides this."""

    grid = axis = set_xlim = set_ylim = set_xscale = tick_params = set_aspect = relim = minorticks_on = minorticks_off = label_outer = _nothing
    set_axis_off = set_axis_on = margins = autoscale = autoscale_view = fill_between = invert_yaxis = set_facecolor = set_prop_cycle = _nothing

    # ── Drawing ──

    def _seen(self, among: list[Any]) -> list[Any]:
        return [each for each in among if each._visible]

    @property
    def _is_empty(self) -> bool:
        return not (self._seen(self.images) or self._seen(self.lines) or self._seen(self.patches))

    def _places(self, axis: str) -> list[list[Any]]:
        """By place, the names beside a picture."""
        names = (self._ticks if axis == "x" else self._up) or []
        places = self._at[axis]
        return [[place, name] for place, name in zip(range(len(names)) if places is None else places, names)]

    @property
    def _picture(self) -> Any:
        """The picture, where that and words on it are all there is."""
        images = self._seen(self.images)
        isPlain = len(images) == 1 and images[0]._alpha == 1 and not self._seen(self.lines) and not self._seen(self.patches)
        isPlain = isPlain and not (self._words["x"] or self._words["y"] or self._places("x") or self._places("y"))
        return images[0] if isPlain else None

    @property
    def _is_plot(self) -> bool:
        """Whether the notebook's own plots can draw it."""
        return not (self.images or self._seen(self.patches) or self._seen(self.texts)) and len({line.style for line in self._seen(self.lines)}) == 1

    def _names(self) -> list[str]:
        shown = self._seen(self.lines)
        return [line._label if line._label and not line._label.startswith("_") else f"line {i + 1}" for i, line in enumerate(shown)]

    def _plot(self, above: str) -> None:
        """Draws lines as the notebook's own plot."""
        shown, names = self._seen(self.lines), self._names()
        lines = {
            (name if len(names) > 1 or not name.startswith("line ") else ""): to_js([line._x, line._y]) for name, line in zip(names, shown)
        }
        words = {**self._words, "title": ", ".join(part for part in (above, self._words["title"]) if part)}
        cells.plot(options(**lines), options(style=shown[0].style, log=self._log, ticks=self._ticks, **words))

    def _items(self) -> list[dict[str, Any]]:
        """Shapes, in the order in which they lie on each other."""
        return [patch._item for patch in self._seen(self.patches)]

    def _described(self, pictures: list[Any]) -> dict[str, Any]:
        """All that is drawn; pictures are added to a list, and are named by their places there."""
        images = []
        for image in self._seen(self.images):
            # Numbers of colours are from 0 to 1, whatever there is of them.
            limits = {"vmin": 0, "vmax": 1} if image._picture.dim() == 3 else {}
            images.append({"at": len(pictures), "alpha": image._alpha, **image._colours, **limits})
            pictures.append(image._picture)
        lines = [
            {"name": line._label if not line._label.startswith("_") else "", "style": line.style, "x": line._x, "y": line._y, "color": line._color or CYCLE[i % len(CYCLE)]}
            for i, line in enumerate(self._seen(self.lines))
        ]
        texts = [text._words for text in self._seen(self.texts)]
        return {"cell": self._cell, **self._words, "log": self._log, "ticks": self._ticks, "images": images, "lines": lines, "items": self._items(), "texts": texts, "isUnit": False, "along": self._places("x"), "upright": self._places("y")}
