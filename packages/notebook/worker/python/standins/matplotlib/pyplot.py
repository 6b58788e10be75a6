"""Figures of axes with lines, points, bars and pictures, drawn below the cell; as `matplotlib.pyplot` has them."""

from __future__ import annotations

from typing import Any

from . import absent, cm, rc, rcParams  # noqa: F401
from ._artists import Decided
from .axes import Axes
from .figure import Figure

_figures: list[Figure] = []
_numbers: dict[Any, Figure] = {}
_axes: Axes | None = None


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    raise absent(f"matplotlib.pyplot.{name}")


def figure(num: Any = None, figsize: Any = None, *, clear: bool = False, **keywords: Any) -> Figure:
    """A new figure, or the one of a number that has not been drawn yet."""
    global _axes
    known = _numbers.get(num) if num is not None else None
    if isinstance(num, Figure):
        known = num
    _axes = None
    if known is not None and known in _figures:
        _figures.append(_figures.pop(_figures.index(known)))
        if clear:
            known.clear()
        return known
    _figures.append(Figure(figsize, **keywords))
    if num is not None:
        _numbers[num] = _figures[-1]
    return _figures[-1]


def gcf() -> Figure:
    """The figure that is drawn on."""
    return _figures[-1] if _figures else figure()


def gca(**_: Any) -> Axes:
    """The axes that are drawn on."""
    global _axes
    here = gcf()
    if _axes is None or _axes not in here.axes:
        _axes = here.gca()
    return _axes


def sca(ax: Axes) -> None:
    """Draws on these axes from now on."""
    global _axes
    _axes = ax


def axes(*_: Any, projection: str | None = None, **__: Any) -> Axes:
    """The axes of a whole figure."""
    sca(gcf().add_subplot(projection=projection))
    return gca()


def subplot(*places: Any, **options: Any) -> Axes:
    """Draws on the axes at a place from now on."""
    sca(gcf().add_subplot(*places, **options))
    return gca()


def subplots(nrows: int = 1, ncols: int = 1, *, squeeze: bool = True, figsize: Any = None, dpi: Any = None, subplot_kw: Any = None, **_: Any) -> tuple[Figure, Any]:
    """A figure with axes in rows and columns."""
    made = figure(figsize=figsize, dpi=dpi)
    found = made.subplots(nrows, ncols, squeeze=squeeze, subplot_kw=subplot_kw)
    sca(made.axes[0])
    return made, found


def show(*_: Any, **__: Any) -> None:
    """Draws all figures below the cell."""
    global _axes
    drawn, _figures[:], _axes = list(_figures), [], None
    _numbers.clear()
    for each in drawn:
        if not each._is_shown:
            each.show()


def close(*_: Any) -> None:
    """Drops the figures."""
    global _axes
    _figures[:], _axes = [], None
    _numbers.clear()


def clf() -> None:
    """Takes all axes of the figure away."""
    global _axes
    gcf().clear()
    _axes = None


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
fill_between, margins, tick_params, contour = map(_of_axes, ("fill_between", "margins", "tick_params", "contour"))


def suptitle(t: str, **_: Any) -> None:
    """The title above all axes of the figure."""
    gcf().suptitle(t)


def savefig(*args: Any, **keywords: Any) -> None:
    """Writes the figure into a file, as PNG, JPEG or WebP."""
    gcf().savefig(*args, **keywords)


def colorbar(*_: Any, **__: Any) -> Decided:
    """The page decides this."""
    return Decided()


def tight_layout(*_: Any, **__: Any) -> None:
    """The page decides this."""


subplots_adjust = ion = ioff = draw = set_cmap = minorticks_on = minorticks_off = tight_layout
get_cmap = cm.get_cmap


def pause(interval: float) -> None:
    """Draws the figures, and waits."""
    import time

    show()
    time.sleep(interval)


class style:
    """Looks by their names, of which the page takes none."""

    available: list[str] = []

    @staticmethod
    def use(style: Any) -> None:
        """The page decides this."""


def setp(*_: Any, **__: Any) -> None:
    """The page decides this."""
