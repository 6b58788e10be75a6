"""Stands in for seaborn: heat maps, and plots of columns, drawn by the notebook's own Matplotlib."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib._artists import CYCLE, Decided, flat, listed
from matplotlib.colors import LinearSegmentedColormap, to_rgb

__version__ = "0.13.2+lamplight"

# seaborn's own map of heat maps, by some of its colours.
_ROCKET = ("#03051a", "#35193e", "#701f57", "#ad1759", "#e13342", "#f37651", "#f6b48f", "#faebdd")
_LIGHT_FIRST = ("Blues", "Greens", "Reds", "Oranges", "Purples", "Greys", "Grays", "binary", "OrRd", "PuRd", "RdPu", "BuPu", "GnBu", "PuBu", "YlGnBu", "PuBuGn", "BuGn", "YlGn")
_LIGHT_FIRST = (*_LIGHT_FIRST, "YlOrBr", "YlOrRd", "gist_yarg")


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    raise AttributeError(
        f"seaborn.{name}: the notebook's own seaborn does not have it. To draw with seaborn itself, write "
        "`!pip install --force-reinstall matplotlib seaborn` in a cell, and run the cells from the one that imports it"
    )


def set_theme(*_: Any, **__: Any) -> None:
    """The page decides how plots look."""


set = set_style = set_context = set_palette = set_color_codes = reset_defaults = reset_orig = despine = set_theme


def color_palette(palette: Any = None, n_colors: int | None = None, *_: Any, **__: Any) -> list[tuple[float, float, float]]:
    """Colours of lines."""
    given = palette if isinstance(palette, (list, tuple)) else CYCLE
    count = n_colors or len(given)
    return [to_rgb(given[i % len(given)]) for i in range(count)]


def move_legend(obj: Any, loc: Any, **_: Any) -> Decided:
    """The page decides where the names of lines stand."""
    return Decided()


def _names(given: Any, own: Any, count: int) -> list[Any]:
    """The names beside rows or columns: those that are given, or those of the table."""
    if given is False or given is None:
        return []
    if given is True or isinstance(given, str):
        return list(own)
    if isinstance(given, int):
        return [name if i % given == 0 else "" for i, name in enumerate(own)]
    return list(given)[:count]


def heatmap(
    data: Any,
    *,
    vmin: Any = None,
    vmax: Any = None,
    cmap: Any = None,
    center: Any = None,
    annot: Any = None,
    fmt: str = ".2g",
    annot_kws: dict[str, Any] | None = None,
    xticklabels: Any = "auto",
    yticklabels: Any = "auto",
    mask: Any = None,
    ax: Any = None,
    **_: Any,
) -> Any:
    """A table as colours, with its numbers."""
    axes = ax if ax is not None else plt.gca()
    is_table = hasattr(data, "columns")
    rows = [[float(value) for value in row] for row in listed(data.to_numpy() if is_table else data)]
    hidden = listed(mask.to_numpy() if hasattr(mask, "columns") else mask) if mask is not None else None
    if hidden is not None:
        rows = [[float("nan") if out else value for value, out in zip(*both)] for both in zip(rows, hidden)]
    seen = [value for row in rows for value in row if value == value]
    low = min(seen, default=0.0) if vmin is None else vmin
    high = max(seen, default=1.0) if vmax is None else vmax
    if center is not None:
        reach = max(abs(high - center), abs(center - low))
        low, high = center - reach, center + reach
    name = cmap if isinstance(cmap, str) else getattr(cmap, "name", None)
    if name in (None, "rocket", "rocket_r") and not getattr(cmap, "table", None):
        stops = _ROCKET[::-1] if name == "rocket_r" else _ROCKET
        cmap = LinearSegmentedColormap.from_list(name or "rocket", stops)
    axes.imshow(rows, cmap=cmap, vmin=low, vmax=high)
    width = len(rows[0])
    axes.set_xticks(range(width), _names(xticklabels, list(data.columns) if is_table else range(width), width))
    axes.set_yticks(range(len(rows)), _names(yticklabels, list(data.index) if is_table else range(len(rows)), len(rows)))
    if is_table and getattr(data.columns, "name", None):
        axes.set_xlabel(data.columns.name)
    if is_table and getattr(data.index, "name", None):
        axes.set_ylabel(data.index.name)
    if annot is None or annot is False:
        return axes
    words = rows if annot is True else listed(annot.to_numpy() if hasattr(annot, "columns") else annot)
    plain = (name or "rocket").removesuffix("_r")
    is_light_first = (plain in _LIGHT_FIRST) != (plain != name and name is not None)
    more = {"ha": "center", "va": "center", **(annot_kws or {})}
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value != value:
                continue
            is_high = value - low > (high - low) / 2
            word = words[i][j]
            # Numbers of a table are whole where they are written so.
            text = word if isinstance(word, str) else format(int(word) if fmt.endswith("d") else word, fmt)
            axes.text(j, i, text, **{"color": "white" if is_high == is_light_first else "black", **more})
    return axes


def _column(data: Any, given: Any) -> Any:
    return data[given] if data is not None and isinstance(given, (str, int)) else given


def _groups(data: Any, x: Any, y: Any, hue: Any) -> tuple[list[tuple[Any, list[Any], list[float]]], str, str]:
    """By the value of `hue`: places and heights; and the names of both."""
    if x is None and y is None and data is not None:
        columns = {name: data[name] for name in data.columns} if hasattr(data, "columns") else data if isinstance(data, dict) else {None: data}
        return [(name, list(range(len(values))), flat(values)) for name, values in columns.items()], "", ""
    up = flat(_column(data, y))
    across = list(listed(_column(data, x))) if x is not None else list(range(len(up)))
    kinds = listed(_column(data, hue)) if hue is not None else [None] * len(up)
    groups = [
        (kind, [place for place, own in zip(across, kinds) if own == kind], [height for height, own in zip(up, kinds) if own == kind])
        for kind in dict.fromkeys(sorted(kinds) if hue is not None else kinds)
    ]
    return groups, x if isinstance(x, str) else "", y if isinstance(y, str) else ""


def _finished(axes: Any, across: str, up: str) -> Any:
    if across:
        axes.set_xlabel(across)
    if up:
        axes.set_ylabel(up)
    return axes


def _means(places: list[Any], heights: list[float]) -> tuple[list[Any], list[float]]:
    """The mean height at each place, in order."""
    found: dict[Any, list[float]] = {}
    for place, height in zip(places, heights):
        found.setdefault(place, []).append(height)
    kept = sorted(found)
    return kept, [sum(found[place]) / len(found[place]) for place in kept]


def lineplot(data: Any = None, *, x: Any = None, y: Any = None, hue: Any = None, label: Any = None, color: Any = None, ax: Any = None, **_: Any) -> Any:
    """Lines; of several heights at a place the mean."""
    axes = ax if ax is not None else plt.gca()
    groups, across, up = _groups(data, x, y, hue)
    for kind, places, heights in groups:
        axes.plot(*_means(places, heights), label=label if kind is None else str(kind), color=color)
    return _finished(axes, across, up)


def scatterplot(data: Any = None, *, x: Any = None, y: Any = None, hue: Any = None, label: Any = None, color: Any = None, ax: Any = None, **_: Any) -> Any:
    """Points."""
    axes = ax if ax is not None else plt.gca()
    groups, across, up = _groups(data, x, y, hue)
    for kind, places, heights in groups:
        axes.scatter(places, heights, label=label if kind is None else str(kind), color=color)
    return _finished(axes, across, up)


def barplot(data: Any = None, *, x: Any = None, y: Any = None, color: Any = None, ax: Any = None, **_: Any) -> Any:
    """The mean height at each place, as bars."""
    axes = ax if ax is not None else plt.gca()
    places, up = list(listed(_column(data, x))), flat(_column(data, y))
    order = list(dict.fromkeys(places))
    means = dict(zip(*_means(places, up)))
    axes.bar([str(place) for place in order], [means[place] for place in order], color=color)
    return _finished(axes, x if isinstance(x, str) else "", y if isinstance(y, str) else "")


def countplot(data: Any = None, *, x: Any = None, color: Any = None, ax: Any = None, **_: Any) -> Any:
    """How often each value is there, as bars."""
    axes = ax if ax is not None else plt.gca()
    values = list(listed(_column(data, x) if x is not None else data))
    kinds = sorted(dict.fromkeys(values)) if all(isinstance(value, (int, float)) for value in values) else list(dict.fromkeys(values))
    axes.bar([str(kind) for kind in kinds], [values.count(kind) for kind in kinds], color=color)
    return _finished(axes, x if isinstance(x, str) else "", "count")


def histplot(data: Any = None, *, x: Any = None, bins: Any = 20, stat: str = "count", color: Any = None, label: Any = None, ax: Any = None, **_: Any) -> Any:
    """A histogram."""
    axes = ax if ax is not None else plt.gca()
    values = flat(_column(data, x) if x is not None else data)
    axes.hist(values, bins=20 if isinstance(bins, str) else bins, density=stat == "density", label=label, color=color)
    return _finished(axes, x if isinstance(x, str) else "", stat.capitalize())
