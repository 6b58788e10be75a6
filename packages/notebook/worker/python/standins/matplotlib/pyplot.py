"""Figures of axes with lines, points, bars and pictures, drawn below the cell; as `matplotlib.pyplot` has them."""

from __future__ import annotations

import math
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js

from . import cm, rcParams  # noqa: F401

# `hist` has a parameter `range`, as Matplotlib's.
_count = range
_GRAYS = {"gray", "grey", "Greys", "binary", "gray_r"}


def _listed(values: Any) -> Any:
    """Numbers of a tensor, an array or any sequence, as lists."""
    if hasattr(values, "detach"):
        values = values.detach()
    return values.tolist() if hasattr(values, "tolist") else [_listed(value) if hasattr(value, "__len__") else value for value in values]


def _flat(values: Any) -> list[float]:
    numbers: list[float] = []
    for value in _listed(values) if hasattr(values, "__len__") or hasattr(values, "__iter__") else [values]:
        numbers.extend(_flat(value) if isinstance(value, list) else [float(getattr(value, "item", lambda: value)())])
    return numbers


def _options(**options: Any) -> Any:
    from js import Object

    return to_js({name: value for name, value in options.items() if value is not None}, dict_converter=Object.fromEntries)


class Axes:
    """One plot, or one picture."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes away what was drawn."""
        self._lines: list[tuple[str, list[float], list[float]]] = []
        self._style = "line"
        self._ticks: list[str] | None = None
        self._picture: Any = None
        self._colours: dict[str, Any] = {}
        self._words = {"title": "", "x": "", "y": ""}
        self._texts: list[dict[str, Any]] = []
        self._log = False

    cla = clear

    # ── What is drawn ──

    def _add(self, style: str, x: Any, y: Any, label: str | None) -> None:
        if not self._lines or style == "line":
            self._style = style
        name = label if label and not label.startswith("_") else f"line {len(self._lines) + 1}"
        self._lines.append((name, x, y))

    def plot(self, *args: Any, label: str | None = None, **_: Any) -> list[Any]:
        """Lines: `plot(y)`, `plot(x, y)`, `plot(x, y, 'r-', x2, y2)`."""
        rest = [arg for arg in args]
        while rest:
            first = rest.pop(0)
            second = rest.pop(0) if rest and not isinstance(rest[0], str) else None
            marks = rest.pop(0) if rest and isinstance(rest[0], str) else ""
            y = _flat(first if second is None else second)
            x = list(map(float, range(len(y)))) if second is None else _flat(first)
            if len(x) != len(y):
                raise ValueError(f"x and y must have same first dimension, but have shapes ({len(x)},) and ({len(y)},)")
            points = any(mark in marks for mark in "o.x^s*+,") and "-" not in marks
            self._add("points" if points else "line", x, y, label)
        return []

    def scatter(self, x: Any, y: Any, s: Any = None, c: Any = None, *, label: str | None = None, **_: Any) -> None:
        """Points, in one line for each class where `c` holds one number a point."""
        across, up = _flat(x), _flat(y)
        classes = _flat(c) if c is not None and not isinstance(c, str) and hasattr(c, "__len__") and len(c) == len(across) else None
        if classes is None or len(set(classes)) > 20:
            self._add("points", across, up, label)
            return
        for kind in sorted(set(classes)):
            places = [i for i, each in enumerate(classes) if each == kind]
            self._add("points", [across[i] for i in places], [up[i] for i in places], f"{kind:g}")

    def bar(self, x: Any, height: Any, width: Any = None, *, label: str | None = None, **_: Any) -> None:
        """Bars over numbers, or over words."""
        places = list(x)
        heights = _flat(height) if hasattr(height, "__len__") else [float(height)] * len(places)
        if all(isinstance(place, str) for place in places):
            self._ticks = places
            places = list(range(len(places)))
        self._add("bars", _flat(places), heights, label)

    def barh(self, y: Any, width: Any, **keywords: Any) -> None:
        """Bars, upright."""
        self.bar(y, width, **keywords)

    def hist(self, x: Any, bins: Any = 10, range: Any = None, density: bool = False, *, label: str | None = None, **_: Any) -> Any:
        """A histogram; gives the counts and the edges."""
        numbers = [number for number in _flat(x) if math.isfinite(number)]
        if hasattr(bins, "__len__"):
            edges = _flat(bins)
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
        self._add("bars", [(edges[i] + edges[i + 1]) / 2 for i in _count(len(counts))], counts, label)
        return counts, edges, None

    def imshow(self, X: Any, cmap: str | None = None, *, vmin: Any = None, vmax: Any = None, **_: Any) -> None:
        """A picture: [height, width], or [height, width, 3]."""
        import torch

        picture = X if isinstance(X, torch.Tensor) else torch.tensor(_listed(X))
        picture = picture.detach()
        if picture.dim() == 3 and picture.shape[-1] == 4:
            picture = picture[..., :3]
        if not picture.dtype.is_floating_point and picture.dim() == 3:
            picture = picture.float() / 255
        if picture.dim() == 3:
            picture = picture.permute(2, 0, 1)
        # It is drawn after Python has gone on.
        torch.lamplight.to_typescript(picture)
        self._picture = picture
        self._colours = {"cmap": "viridis" if cmap is None and picture.dim() == 2 else _map(cmap), "vmin": vmin, "vmax": vmax}

    matshow = imshow

    def axhline(self, y: float = 0.0, *_: Any, label: str | None = None, **__: Any) -> None:
        """A level line across what is drawn."""
        places = [x for _, xs, _ in self._lines for x in xs] or [0.0, 1.0]
        self._add("line", [min(places), max(places)], [float(y)] * 2, label)

    def axvline(self, x: float = 0.0, *_: Any, label: str | None = None, **__: Any) -> None:
        """An upright line across what is drawn."""
        places = [y for _, _, ys in self._lines for y in ys] or [0.0, 1.0]
        self._add("line", [float(x)] * 2, [min(places), max(places)], label)

    def semilogy(self, *args: Any, **keywords: Any) -> list[Any]:
        """Lines over an axis that goes by factors."""
        self._log = True
        return self.plot(*args, **keywords)

    loglog = semilogy

    # ── Words ──

    def text(self, x: Any, y: Any, s: Any, *, color: Any = None, c: Any = None, fontsize: Any = None, size: Any = None, **more: Any) -> None:
        """Words on a picture, at a place in its pixels."""
        points = fontsize or size
        align = more.get("ha", more.get("horizontalalignment", "left"))
        baseline = more.get("va", more.get("verticalalignment", "baseline"))
        self._texts.append(
            {
                "x": float(x),
                "y": float(y),
                "text": str(s),
                "color": _colour(color or c or "black"),
                "size": float(points) if isinstance(points, (int, float)) else 10.0,
                "align": align,
                "baseline": {"center": "middle", "center_baseline": "middle", "baseline": "alphabetic"}.get(baseline, baseline),
            }
        )

    def annotate(self, text: Any, xy: Any, xytext: Any = None, **more: Any) -> None:
        """Words on a picture; the arrow is left out."""
        self.text(*(xytext or xy), text, **more)

    def set_title(self, label: str, **_: Any) -> None:
        """The title."""
        self._words["title"] = str(label)

    def set_xlabel(self, label: str, **_: Any) -> None:
        """The name of the axis along."""
        self._words["x"] = str(label)

    def set_ylabel(self, label: str, **_: Any) -> None:
        """The name of the upright axis."""
        self._words["y"] = str(label)

    def set_yscale(self, scale: str, **_: Any) -> None:
        """`log` or `linear`."""
        self._log = scale == "log"

    def set_xticks(self, ticks: Any = None, labels: Any = None, **_: Any) -> None:
        """Names of the places along."""
        if labels is not None:
            self._ticks = [str(label) for label in labels]

    def set_xticklabels(self, labels: Any, **_: Any) -> None:
        """Names of the places along."""
        self._ticks = [str(label) for label in labels]

    def set(self, **words: Any) -> None:
        """Several at once: `set(title='Loss', xlabel='step')`."""
        for name, value in words.items():
            getattr(self, f"set_{name}", lambda _: None)(value)

    def _nothing(self, *_: Any, **__: Any) -> None:
        """The page decides this."""

    legend = grid = axis = set_xlim = set_ylim = set_yticks = set_yticklabels = set_xscale = tick_params = set_aspect = _nothing
    set_axis_off = set_axis_on = margins = autoscale = fill_between = invert_yaxis = set_facecolor = _nothing

    # ── Drawing ──

    @property
    def _is_empty(self) -> bool:
        return self._picture is None and not self._lines

    def _draw(self, above: str = "", size: tuple[float, float] | None = None) -> None:
        if self._picture is not None:
            title = ", ".join(part for part in (above, self._words["title"]) if part)
            _pictures([self], size, 1, title=title)
        elif self._lines:
            names = [name for name, _, _ in self._lines]
            lines = {
                (name if len(names) > 1 or not name.startswith("line ") else ""): to_js([x, y]) for name, x, y in self._lines
            }
            words = {**self._words, "title": ", ".join(part for part in (above, self._words["title"]) if part)}
            cells.plot(_options(**lines), _options(style=self._style, log=self._log, ticks=self._ticks, **words))


# Screen pixels for an inch of a figure, and how wide a figure is at most.
_INCH, _WIDEST = 80, 680


def _zoom(axes: Axes, size: tuple[float, float], columns: int) -> int:
    """Screen pixels for one of a picture, so that a figure is as large as it is asked to be."""
    return max(1, round(min(size[0] * _INCH, _WIDEST) / columns / axes._picture.shape[-1]))


def _pictures(drawn: list[Axes], size: tuple[float, float] | None, across: int, **more: Any) -> None:
    texts = [axes._texts for axes in drawn]
    size = size or ((6.4, 4.8) if any(texts) else None)
    options = _options(
        **more,
        **drawn[0]._colours,
        zoom=_zoom(drawn[0], size, across) if size else None,
        texts=texts if any(texts) else None,
    )
    pictures = [axes._picture._js for axes in drawn]
    cells.show(pictures[0] if len(pictures) == 1 else to_js(pictures), options)


def _colour(name: Any) -> str:
    """A colour as the page knows it: Matplotlib's letters, a share of white, or numbers from 0 to 1."""
    letters = {"k": "black", "w": "white", "r": "red", "g": "green", "b": "blue", "c": "cyan", "m": "magenta", "y": "gold"}
    if isinstance(name, (tuple, list)):
        return f"rgb({', '.join(str(round(255 * part)) for part in name[:3])})"
    try:
        share = round(255 * float(name))
    except ValueError:
        return letters.get(name, str(name).removeprefix("tab:"))
    return f"rgb({share}, {share}, {share})"


def _map(cmap: Any) -> str:
    name = getattr(cmap, "name", cmap) or "gray"
    return "gray" if name in _GRAYS else str(name).removesuffix("_r")


def _place(edges: list[float], number: float) -> int:
    from bisect import bisect_right

    return max(bisect_right(edges, number) - 1, 0)


class Figure:
    """Axes in rows."""

    def __init__(self, figsize: tuple[float, float] | None = None, **_: Any) -> None:
        self.axes: list[Axes] = []
        self._size = figsize
        self._columns: int | None = None
        self._title = ""

    def add_subplot(self, *places: Any, **_: Any) -> Axes:
        """The axes at a place: `add_subplot(2, 3, 1)`, or `add_subplot(231)`."""
        rows, columns, at = _placed(places)
        self._columns = columns
        while len(self.axes) < max(at, 1):
            self.axes.append(Axes())
        return self.axes[at - 1]

    def suptitle(self, title: str, **_: Any) -> None:
        """The title above all axes."""
        self._title = str(title)

    def _nothing(self, *_: Any, **__: Any) -> None:
        """The page decides this."""

    tight_layout = subplots_adjust = colorbar = autofmt_xdate = set_facecolor = _nothing

    def set_size_inches(self, w: Any, h: float | None = None, **_: Any) -> None:
        """How large the figure is."""
        self._size = (w, h or w) if isinstance(w, (int, float)) else tuple(w)

    def savefig(self, *_: Any, **__: Any) -> None:
        """Needs Matplotlib itself."""
        raise RuntimeError("savefig: expected Matplotlib itself, but this notebook draws plots by its own; load Pyodide's matplotlib")

    def show(self) -> None:
        """Draws the figure below the cell."""
        drawn = [axes for axes in self.axes if not axes._is_empty]
        if len(drawn) > 1 and all(axes._picture is not None for axes in drawn):
            labels = [axes._words["title"] for axes in drawn]
            _pictures(drawn, self._size, self._columns or len(drawn), title=self._title, labels=labels, columns=self._columns)
        else:
            for i, axes in enumerate(drawn):
                axes._draw(self._title if i == 0 else "", self._size)
        self.axes = []


def _placed(places: tuple[Any, ...]) -> tuple[int, int, int]:
    if not places:
        return 1, 1, 1
    if len(places) == 1:
        rows, rest = divmod(int(places[0]), 100)
        return rows, *divmod(rest, 10)
    rows, columns, at = places
    return int(rows), int(columns), int(at[0] if isinstance(at, tuple) else at)


_figures: list[Figure] = []
_axes: Axes | None = None


def figure(num: Any = None, figsize: Any = None, **keywords: Any) -> Figure:
    """A new figure."""
    global _axes
    _figures.append(Figure(figsize, **keywords))
    _axes = None
    return _figures[-1]


def gcf() -> Figure:
    """The figure that is drawn on."""
    return _figures[-1] if _figures else figure()


def gca() -> Axes:
    """The axes that are drawn on."""
    global _axes
    here = gcf()
    if _axes is None or _axes not in here.axes:
        _axes = here.axes[-1] if here.axes else here.add_subplot()
    return _axes


def sca(axes: Axes) -> None:
    """Draws on these axes from now on."""
    global _axes
    _axes = axes


def subplot(*places: Any, **_: Any) -> Axes:
    """Draws on the axes at a place from now on."""
    sca(gcf().add_subplot(*places))
    return gca()


class _Row(list):
    """A list of axes, or of rows of them, that indices of two dimensions reach into."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            first, *rest = key
            found = list.__getitem__(self, first)
            for at in rest:
                found = [row[at] for row in found] if isinstance(first, slice) else found[at]
            return found
        found = list.__getitem__(self, key)
        return _Row(found) if isinstance(key, slice) else found

    def flatten(self) -> "_Row":
        """All axes in one list."""
        return _Row([axes for row in self for axes in (row if isinstance(row, list) else [row])])

    ravel = flatten

    @property
    def flat(self) -> "_Row":
        """All axes in one list."""
        return self.flatten()

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return (len(self), len(self[0])) if self and isinstance(self[0], list) else (len(self),)


def subplots(nrows: int = 1, ncols: int = 1, *, squeeze: bool = True, figsize: Any = None, **_: Any) -> tuple[Figure, Any]:
    """A figure with axes in rows and columns."""
    made = figure(figsize=figsize)
    rows = _Row([_Row([made.add_subplot(nrows, ncols, row * ncols + column + 1) for column in range(ncols)]) for row in range(nrows)])
    sca(made.axes[0])
    if not squeeze or (nrows > 1 and ncols > 1):
        return made, rows
    flat = rows.flatten()
    return made, flat if len(flat) > 1 else flat[0]


def show(*_: Any, **__: Any) -> None:
    """Draws all figures below the cell."""
    global _axes
    drawn, _figures[:], _axes = list(_figures), [], None
    for each in drawn:
        each.show()


def close(*_: Any) -> None:
    """Drops the figures."""
    global _axes
    _figures[:], _axes = [], None


def _of_axes(name: str) -> Any:
    def called(*args: Any, **keywords: Any) -> Any:
        return getattr(gca(), name)(*args, **keywords)

    called.__name__ = name.removeprefix("set_")
    called.__doc__ = getattr(Axes, name).__doc__
    return called


plot, scatter, bar, barh, hist, imshow = map(_of_axes, ("plot", "scatter", "bar", "barh", "hist", "imshow"))
matshow, axhline, axvline, semilogy, loglog = map(_of_axes, ("matshow", "axhline", "axvline", "semilogy", "loglog"))
title, xlabel, ylabel, yscale, xticks = map(_of_axes, ("set_title", "set_xlabel", "set_ylabel", "set_yscale", "set_xticks"))
legend, grid, axis, xlim, ylim = map(_of_axes, ("legend", "grid", "axis", "set_xlim", "set_ylim"))
yticks, xscale, cla, text, annotate = map(_of_axes, ("set_yticks", "set_xscale", "clear", "text", "annotate"))
fill_between = _of_axes("fill_between")


def suptitle(title: str, **_: Any) -> None:
    """The title above all axes of the figure."""
    gcf().suptitle(title)


def savefig(*args: Any, **keywords: Any) -> None:
    """Needs Matplotlib itself."""
    gcf().savefig(*args, **keywords)


def tight_layout(*_: Any, **__: Any) -> None:
    """The page decides this."""


subplots_adjust = colorbar = ion = ioff = draw = set_cmap = tight_layout
clf = close
get_cmap = cm.get_cmap


def pause(seconds: float) -> None:
    """Draws the figures, and waits."""
    import time

    show()
    time.sleep(seconds)
