"""What axes hold: lines, points, bars, pictures, words and shapes, each with the numbers that it is drawn from."""

from __future__ import annotations

from typing import Any

from .cm import Colormap

# Matplotlib's colours of lines, in their order.
CYCLE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
_LETTERS = {"k": "black", "w": "white", "r": "red", "g": "green", "b": "blue", "c": "cyan", "m": "magenta", "y": "gold"}


def listed(values: Any) -> Any:
    """Numbers of a tensor, an array or any sequence, as lists."""
    if hasattr(values, "detach"):
        values = values.detach()
    return values.tolist() if hasattr(values, "tolist") else [listed(value) if hasattr(value, "__len__") else value for value in values]


def flat(values: Any) -> list[float]:
    """Numbers one after the other."""
    numbers: list[float] = []
    for value in listed(values) if hasattr(values, "__len__") or hasattr(values, "__iter__") else [values]:
        numbers.extend(flat(value) if isinstance(value, list) else [float(getattr(value, "item", lambda: value)())])
    return numbers


def colour(name: Any) -> str:
    """A colour as the page knows it: Matplotlib's letters and numbers, a share of white, or numbers from 0 to 1."""
    if isinstance(name, (tuple, list)):
        return f"rgb({', '.join(str(round(255 * part)) for part in name[:3])})"
    if len(name) > 1 and name[0] == "C" and name[1:].isdigit():
        return CYCLE[int(name[1:]) % len(CYCLE)]
    try:
        share = round(255 * float(name))
    except ValueError:
        return _LETTERS.get(name, str(name).removeprefix("tab:"))
    return f"rgb({share}, {share}, {share})"


def map_name(cmap: Any) -> Any:
    """A colour map as the page knows it: by Matplotlib's name, or as a list of colours."""
    return getattr(cmap, "table", None) or getattr(cmap, "name", cmap) or "gray"


def outlines(rows: list[list[float]], level: float) -> list[list[tuple[float, float]]]:
    """The lines along which numbers of a grid have a level, each by its places across and up."""
    beside: dict[tuple[float, float], list[tuple[float, float]]] = {}

    def crossing(up: int, across: int, is_down: bool) -> tuple[float, float] | None:
        first, last = rows[up][across], rows[up + is_down][across + (not is_down)]
        if (first < level) == (last < level):
            return None
        share = (level - first) / (last - first)
        return (across, up + share) if is_down else (across + share, up)

    for i in range(len(rows) - 1):
        for j in range(len(rows[0]) - 1):
            # Around a square: its upper, right, lower and left edge.
            edges = (crossing(i, j, False), crossing(i, j + 1, True), crossing(i + 1, j, False), crossing(i, j, True))
            found = [place for place in edges if place is not None]
            for one, other in zip(found[::2], found[1::2]):
                if one != other:
                    beside.setdefault(one, []).append(other)
                    beside.setdefault(other, []).append(one)
    lines = []
    while beside:
        line = [next((place for place, near in beside.items() if len(near) == 1), next(iter(beside)))]
        while near := beside.get(line[-1]):
            here, there = line[-1], near.pop()
            beside[there].remove(here)
            for place in (here, there):
                if not beside.get(place, True):
                    del beside[place]
            line.append(there)
        lines.append(line)
    return lines


class Artist:
    """A part of axes, which is drawn where it is visible."""

    axes: Any = None

    def __init__(self, label: Any = None) -> None:
        self._visible = True
        self._label = "" if label is None else str(label)

    def set_visible(self, b: bool) -> None:
        """Whether it is drawn."""
        self._visible = bool(b)

    def get_visible(self) -> bool:
        """Whether it is drawn."""
        return self._visible

    def set_label(self, s: Any) -> None:
        """Its name in the legend."""
        self._label = str(s)

    def get_label(self) -> str:
        """Its name in the legend."""
        return self._label

    def set(self, **values: Any) -> None:
        """Several at once: `set(color='red', label='loss')`."""
        for name, value in values.items():
            getattr(self, f"set_{name}", self._nothing)(value)

    def remove(self) -> None:
        """Is drawn no longer."""
        self._visible = False

    def _nothing(self, *_: Any, **__: Any) -> None:
        """The page decides this."""

    set_animated = set_alpha = set_zorder = set_linewidth = set_linestyle = set_lw = set_ls = set_marker = set_markersize = _nothing
    set_clip_on = set_transform = set_picker = set_rasterized = set_extent = set_interpolation = set_sizes = set_fontsize = set_size = _nothing


class Decided:
    """A part whose look the page decides, such as a colour bar or the lines around axes: what is asked of it is taken."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("show", "savefig"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __getitem__(self, _: Any) -> Any:
        return self

    def __iter__(self) -> Any:
        return iter(())

    def values(self) -> list[Any]:
        """None of them by itself: `for spine in ax.spines.values()`."""
        return []


class Series(Artist):
    """Numbers over numbers: a line, points or bars."""

    style = "line"

    def __init__(self, xdata: Any, ydata: Any, *, color: Any = None, label: Any = None, **_: Any) -> None:
        super().__init__(label)
        self._x, self._y = flat(xdata), flat(ydata)
        self._color = None if color is None else colour(color)

    def set_color(self, color: Any) -> None:
        """Its colour."""
        self._color = colour(color)

    def get_color(self) -> Any:
        """Its colour."""
        return self._color

    set_c = set_facecolor = set_edgecolor = set_color


class Line2D(Series):
    """A line, or points along one."""

    def set_data(self, x: Any, y: Any = None) -> None:
        """Its numbers anew."""
        x, y = x if y is None else (x, y)
        self._x, self._y = flat(x), flat(y)

    def set_xdata(self, x: Any) -> None:
        """Its places anew."""
        self._x = flat(x)

    def set_ydata(self, y: Any) -> None:
        """Its values anew."""
        self._y = flat(y)

    def get_xdata(self, orig: bool = True) -> list[float]:
        """Its places."""
        return self._x

    def get_ydata(self, orig: bool = True) -> list[float]:
        """Its values."""
        return self._y

    def get_data(self, orig: bool = True) -> tuple[list[float], list[float]]:
        """Its places and values."""
        return self._x, self._y


class PathCollection(Series):
    """Points."""

    style = "points"

    def set_offsets(self, offsets: Any) -> None:
        """Its points anew, each of two numbers."""
        pairs = listed(offsets)
        self._x, self._y = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]

    def get_offsets(self) -> list[tuple[float, float]]:
        """Its points."""
        return list(zip(self._x, self._y))

    def set_array(self, A: Any) -> None:
        """Classes of points have their colours from the first drawing on."""


class Rectangle(Artist):
    """One of several bars."""

    def __init__(self, bars: "BarContainer", at: int) -> None:
        super().__init__()
        self._bars, self._at = bars, at

    def get_height(self) -> float:
        """How high it is."""
        return self._bars._y[self._at]

    def set_height(self, height: float) -> None:
        """How high it is."""
        self._bars._y[self._at] = float(height)

    def get_width(self) -> float:
        """How wide it is."""
        return self._bars._width

    def get_x(self) -> float:
        """Where it begins."""
        return self._bars._x[self._at] - self._bars._width / 2

    def get_y(self) -> float:
        """Where it begins."""
        return 0.0

    def set_color(self, color: Any) -> None:
        """Its colour, which all bars beside it have."""
        self._bars.set_color(color)


class BarContainer(Series):
    """Bars beside each other."""

    style = "bars"

    def __init__(self, places: Any, heights: Any, width: float = 0.8, **options: Any) -> None:
        super().__init__(places, heights, **options)
        self._width = width
        self.patches = [Rectangle(self, at) for at in range(len(self._x))]

    def __iter__(self) -> Any:
        return iter(self.patches)

    def __len__(self) -> int:
        return len(self.patches)

    def __getitem__(self, at: Any) -> Any:
        return self.patches[at]


class AxesImage(Artist):
    """A picture: [height, width], or [height, width, 3]."""

    def __init__(self, X: Any, cmap: Any = None, *, norm: Any = None, vmin: Any = None, vmax: Any = None, alpha: Any = None, **_: Any) -> None:
        super().__init__()
        self._cmap = cmap
        self._limits = [vmin, vmax] if norm is None else [getattr(norm, "vmin", None), getattr(norm, "vmax", None)]
        self._alpha = 1.0 if alpha is None or hasattr(alpha, "__len__") else float(alpha)
        self.set_data(X)

    def set_data(self, A: Any) -> None:
        """Another picture."""
        import torch

        picture = A if isinstance(A, torch.Tensor) else torch.tensor(listed(A))
        picture = torch.Tensor.detach(picture)
        if picture.dim() == 3 and picture.shape[-1] == 1:
            picture = picture[..., 0]
        if picture.dim() == 3 and picture.shape[-1] == 4:
            picture = picture[..., :3]
        if not picture.dtype.is_floating_point and picture.dim() == 3:
            picture = picture.float() / 255
        if picture.dim() == 3:
            picture = picture.permute(2, 0, 1)
        # It is drawn after Python has gone on, and after others have written to what it is a view of.
        picture = picture.clone()
        torch.lamplight.to_typescript(picture)
        self._picture, self._given = picture, A

    def get_array(self) -> Any:
        """The picture as it was given."""
        return self._given

    set_array = set_data

    def set_clim(self, vmin: Any = None, vmax: Any = None) -> None:
        """The numbers that the ends of the colour map stand for."""
        self._limits = list(vmin) if isinstance(vmin, (tuple, list)) else [vmin, vmax]

    def set_cmap(self, cmap: Any) -> None:
        """The colour map."""
        self._cmap = cmap

    def get_cmap(self) -> Any:
        """The colour map."""
        return self._cmap if isinstance(self._cmap, Colormap) else Colormap(self._cmap or "viridis")

    def set_alpha(self, alpha: float) -> None:
        """How much it hides of what lies below it."""
        self._alpha = float(alpha)

    @property
    def _colours(self) -> dict[str, Any]:
        isPlain = self._cmap is None and self._picture.dim() == 2
        return {"cmap": "viridis" if isPlain else map_name(self._cmap), "vmin": self._limits[0], "vmax": self._limits[1]}


class Text(Artist):
    """Words at a place."""

    def __init__(self, x: Any, y: Any, text: Any, *, color: Any = None, c: Any = None, fontsize: Any = None, size: Any = None, **more: Any) -> None:
        super().__init__()
        self._place, self._text = (float(x), float(y)), str(text)
        points = fontsize or size
        baseline = more.get("va", more.get("verticalalignment", "baseline"))
        self._look = {
            "color": colour(color or c or "black"),
            "size": float(points) if isinstance(points, (int, float)) else 10.0,
            "align": more.get("ha", more.get("horizontalalignment", "left")),
            "baseline": {"center": "middle", "center_baseline": "middle", "baseline": "alphabetic"}.get(baseline, baseline),
        }

    def set_text(self, s: Any) -> None:
        """Other words."""
        self._text = str(s)

    def get_text(self) -> str:
        """The words."""
        return self._text

    def set_position(self, xy: Any) -> None:
        """Another place."""
        self._place = (float(xy[0]), float(xy[1]))

    def set_color(self, color: Any) -> None:
        """Their colour."""
        self._look["color"] = colour(color)

    @property
    def _words(self) -> dict[str, Any]:
        return {"x": self._place[0], "y": self._place[1], "text": self._text, **self._look}
