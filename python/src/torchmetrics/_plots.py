"""`plot()` of metrics: figures, matrices and curves on Matplotlib's axes, as torchmetrics draws them."""

from __future__ import annotations

import math
import re
import sys
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import torch

# Colour maps that begin with a light colour, on which numbers are dark.
_LIGHT_FIRST = re.compile(r"\w+s|binary|([A-Z][a-z]){2,3}")
# By the end of a class's name: which parts of a curve stand along and upright, and their names.
_CURVES = {
    "ROC": ((0, 1), ("False positive rate", "True positive rate")),
    "PrecisionRecallCurve": ((1, 0), ("Recall", "Precision")),
}


def _curve_of(name: str) -> Any:
    """What a class of curves draws; None for other classes."""
    return next((known for end, known in _CURVES.items() if name.endswith(end) and not name.endswith("AUROC")), None)


def _figure(ax: Any) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt

    return plt.subplots() if ax is None else (None, ax)


def _numbers(value: Any) -> list[float]:
    return value.detach().flatten().tolist() if isinstance(value, torch.Tensor) else [float(value)]


def _named(values: list[list[float]], legend: str) -> list[tuple[str, list[float]]]:
    """Rows of several figures as a line for each."""
    return [(f"{legend} {i}".strip() if len(values[0]) > 1 else "", list(line)) for i, line in enumerate(zip(*values))]


def draw_values(val: Any, ax: Any = None, metric: Any = None) -> tuple[Any, Any]:
    """Draws a value as a point, several as points beside each other, and those of several steps as lines."""
    figure, axes = _figure(ax)
    counted = (("num_labels", "Label"), ("num_classes", "Class"))
    legend = next((word for name, word in counted if isinstance(getattr(metric, name, None), int)), "")
    if isinstance(val, list | tuple):
        if isinstance(val[0], dict):
            lines = [(key, [number for step in val for number in _numbers(step[key])]) for key in val[0]]
        else:
            lines = _named([_numbers(step) for step in val], legend)
    elif isinstance(val, dict):
        lines = [(key, _numbers(value)) for key, value in val.items()]
    elif isinstance(val, torch.Tensor | int | float):
        lines = _named([_numbers(val)], legend)
    else:
        raise ValueError("Got unknown format for argument `val`.")
    steps = max((len(numbers) for _, numbers in lines), default=0)
    for i, (label, numbers) in enumerate(lines):
        if len(numbers) > 1:
            axes.plot(list(range(len(numbers))), numbers, marker="o", linestyle="-", label=label)
        else:
            axes.plot([i], numbers, marker="o", markersize=10, linestyle="None", label=label)
    if steps > 1:
        axes.set_xlabel("Step")
        axes.set_xticks(list(range(steps)))
    else:
        axes.set_xticks([])
    low, high = getattr(metric, "plot_lower_bound", None), getattr(metric, "plot_upper_bound", None)
    for bound in (low, high):
        if bound is not None:
            axes.axhline(bound, color="k", linestyle="dashed")
    if low is not None and high is not None:
        room = 0.1 * (high - low)
        axes.set_ylim(bottom=low - room, top=high + room)
    if any(label for label, _ in lines):
        axes.legend()
    axes.grid(True)
    axes.set_ylabel(type(metric).__name__ if metric is not None else "")
    return figure, axes


def draw_matrix(confmat: Any, ax: Any, add_text: bool, labels: Any, cmap: Any) -> tuple[Any, Any]:
    """Draws a confusion matrix [C, C], or those of labels [L, 2, 2], in colours with the counts."""
    import matplotlib.pyplot as plt

    given = confmat.detach().tolist()
    is_of_labels = confmat.ndim == 3
    panels = given if is_of_labels else [given]
    count, size = len(panels), len(panels[0])
    if labels is not None and len(labels) != (count if is_of_labels else size):
        raise ValueError(
            "Expected number of elements in arg `labels` to match number of labels in confmat but "
            f"got {len(labels)} and {count if is_of_labels else size}"
        )
    names = [str(name) for name in (range(size) if is_of_labels or labels is None else labels)]
    columns = math.ceil(math.sqrt(count))
    rows = columns - 1 if columns * (columns - 1) >= count else columns
    figure, axes = plt.subplots(nrows=rows, ncols=columns) if ax is None else (ax.get_figure(), ax)
    plain = str(getattr(cmap, "name", cmap or "viridis"))
    is_light_first = bool(_LIGHT_FIRST.fullmatch(plain.removesuffix("_r"))) != plain.endswith("_r")
    for i, (panel, one) in enumerate(zip(panels, axes.flat if hasattr(axes, "flat") else [axes])):
        if is_of_labels:
            one.set_title(f"Label {labels[i] if labels else i}")
        one.imshow(panel, cmap=cmap)
        one.set_xlabel("Predicted class")
        one.set_ylabel("True class")
        one.set_xticks(list(range(size)))
        one.set_yticks(list(range(size)))
        one.set_xticklabels(names)
        one.set_yticklabels(names)
        numbers = [number for row in panel for number in row]
        middle = (min(numbers) + max(numbers)) / 2
        for at, number in enumerate(numbers if add_text else []):
            color = "black" if (number > middle) != is_light_first else "white"
            one.text(at % size, at // size, str(round(number, 2)), ha="center", va="center", color=color)
    return figure, axes


def _area(x: list[float], y: list[float]) -> float:
    """The area under a curve, by trapezoids."""
    return abs(sum((b - a) * (low + high) / 2 for (a, b), (low, high) in zip(pairwise(x), pairwise(y))))


def draw_curve(curve: Any, score: Any, ax: Any, labels: Any, metric: Any) -> tuple[Any, Any]:
    """Draws curves, with the areas under them in the legend."""
    figure, axes = _figure(ax)
    name = type(metric).__name__
    (along, upright), words = next(filter(None, (_curve_of(cls.__name__) for cls in type(metric).__mro__)))
    x, y = curve[along], curve[upright]
    is_one = isinstance(x, torch.Tensor) and x.ndim == 1
    lines = [(_numbers(one), _numbers(other)) for one, other in ([(x, y)] if is_one else zip(x, y))]
    if labels is not None and len(labels) != len(lines):
        raise ValueError(
            "Expected number of elements in arg `labels` to match number of labels in roc curves but "
            f"got {len(labels)} and {len(lines)}"
        )
    areas = [_area(*line) for line in lines] if score is True else [] if score is None or score is False else score
    areas = areas if isinstance(areas, list | tuple) else _numbers(areas)
    for i, line in enumerate(lines):
        parts = [] if is_one and labels is None else [str(i if labels is None else labels[i])]
        parts += [f"AUC={float(areas[i]):0.3f}"] if areas else []
        axes.plot(*line, linestyle="-", linewidth=2, label=" ".join(parts))
        if parts:
            axes.legend()
    axes.set_xlabel(words[0])
    axes.set_ylabel(words[1])
    axes.grid(True)
    axes.set_title(name)
    return figure, axes


def _plot_values(self: Any, val: Any = None, ax: Any = None) -> Any:
    return draw_values(self.compute() if val is None else val, ax, self)


def _plot_matrix(self: Any, val: Any = None, ax: Any = None, add_text: bool = True, labels: Any = None, cmap: Any = None) -> Any:
    return draw_matrix(self.compute() if val is None else val, ax, add_text, labels, cmap)


def _plot_curve(self: Any, curve: Any = None, score: Any = None, ax: Any = None, labels: Any = None) -> Any:
    return draw_curve(self.compute() if curve is None else curve, score, ax, labels, self)


def _plot_several(self: Any, val: Any = None, ax: Any = None, together: bool = False) -> Any:
    if together:
        return draw_values(self.compute() if val is None else val, ax)
    parts = [
        None if val is None else val[name] if isinstance(val, dict) else [step[name] for step in val] for name in self.keys()
    ]
    axes = ax if ax is not None else [None] * len(parts)
    return [metric.plot(part, ax=one) for metric, part, one in zip(self.values(), parts, axes)]


def _plot_rounds(self: Any, val: Any = None, ax: Any = None) -> Any:
    return draw_values(self.compute_all() if val is None else val, ax)


def _drawing(metric: Any) -> Any:
    """How a metric is drawn, by the names of its class and of those that it extends."""
    for name in (cls.__name__ for cls in type(metric).__mro__):
        if name in _OWN:
            return _OWN[name]
        if name.endswith("ConfusionMatrix"):
            return _plot_matrix
        if _curve_of(name):
            return _plot_curve
    return _plot_values


_OWN = {"MetricCollection": _plot_several, "MetricTracker": _plot_rounds}


def add_plot(cls: type) -> None:
    """Gives a class of metrics its `plot`, which draws where there is Matplotlib; else the library's own does, on a canvas."""
    native = getattr(cls, "plot", None)
    if native is None:
        return

    def plot(self: Any, *args: Any, **keywords: Any) -> Any:
        has_matplotlib = "canvas" not in keywords and ("matplotlib" in sys.modules or find_spec("matplotlib") is not None)
        return (_drawing(self) if has_matplotlib else native)(self, *args, **keywords)

    plot.__doc__ = "Draws the value, or those that are given; gives the figure and its axes, as torchmetrics does."
    cls.plot = plot  # type: ignore[attr-defined]
