"""Figures: axes in rows, drawn below the cell or into a file."""

from __future__ import annotations

import json
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import can_run_sync, run_sync, to_js

from . import absent
from ._artists import Decided
from .axes import Axes, options

# Screen pixels for an inch of a figure, and how wide a figure is at most.
_INCH, _WIDEST = 80, 680
_SIZE = (6.4, 4.8)
# The kinds of files that a browser writes pictures in.
_FILES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


def _placed(places: tuple[Any, ...]) -> tuple[int, int, int]:
    if not places:
        return 1, 1, 1
    if len(places) == 1:
        rows, rest = divmod(int(places[0]), 100)
        return rows, *divmod(rest, 10)
    rows, columns, at = places
    return int(rows), int(columns), int(at[0] if isinstance(at, tuple) else at)


def _axes_of(projection: Any) -> type[Axes]:
    if projection != "3d":
        return Axes
    from mpl_toolkits.mplot3d import Axes3D

    return Axes3D


class Figure:
    """Axes in rows."""

    def __init__(self, figsize: tuple[float, float] | None = None, dpi: float | None = None, **_: Any) -> None:
        self._size = figsize
        self.dpi = dpi or 100.0
        # What plays in place of the figure.
        self._film: Any = None
        self.clear()

    def clear(self, *_: Any) -> None:
        """Takes all axes away."""
        self.axes: list[Axes] = []
        self._columns: int | None = None
        self._title = ""
        self._is_shown = False

    clf = clear

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise absent(f"Figure.{name}")

    def add_subplot(self, *places: Any, projection: str | None = None, **_: Any) -> Axes:
        """The axes at a place: `add_subplot(2, 3, 1)`, or `add_subplot(231)`."""
        rows, columns, at = _placed(places)
        self._columns = columns
        cell = ((at - 1) // columns, (at - 1) % columns, rows, columns)
        known = next((axes for axes in self.axes if axes._cell == cell), None)
        if known is not None and isinstance(known, _axes_of(projection)):
            return known
        made = _axes_of(projection)(self)
        made._cell = cell
        self.axes = sorted([*(axes for axes in self.axes if axes._cell != cell), made], key=lambda axes: axes._cell)
        self._is_shown = False
        return made

    def subplots(self, nrows: int = 1, ncols: int = 1, *, squeeze: bool = True, subplot_kw: dict[str, Any] | None = None, **_: Any) -> Any:
        """Axes in rows and columns."""
        made = [[self.add_subplot(nrows, ncols, row * ncols + column + 1, **(subplot_kw or {})) for column in range(ncols)] for row in range(nrows)]
        rows = Row([Row(row) for row in made])
        if not squeeze or (nrows > 1 and ncols > 1):
            return rows
        flat = rows.flatten()
        return flat if len(flat) > 1 else flat[0]

    def gca(self) -> Axes:
        """The axes that were made last."""
        return self.axes[-1] if self.axes else self.add_subplot()

    def get_axes(self) -> list[Axes]:
        """All axes."""
        return self.axes

    def suptitle(self, t: str, **_: Any) -> None:
        """The title above all axes."""
        self._title = str(t)

    def _nothing(self, *_: Any, **__: Any) -> None:
        """The page decides this."""

    tight_layout = subplots_adjust = autofmt_xdate = set_facecolor = set_tight_layout = set_layout_engine = set_dpi = _nothing

    def colorbar(self, *_: Any, **__: Any) -> Decided:
        """The page decides this."""
        return Decided()

    legend = colorbar

    def set_size_inches(self, w: Any, h: float | None = None, **_: Any) -> None:
        """How large the figure is."""
        self._size = (w, h or w) if isinstance(w, (int, float)) else tuple(w)

    def get_size_inches(self) -> tuple[float, float]:
        """How large the figure is."""
        return self._size or _SIZE

    def _described(self, pictures: list[Any], inch: float) -> dict[str, Any]:
        """All that is drawn, for pixels of which so many are an inch; pictures are added to a list."""
        width, height = self._size or _SIZE
        drawn = [axes._described(pictures) for axes in self.axes if not axes._is_empty]
        return {"width": width * inch, "height": height * inch, "inch": inch, "title": self._title, "axes": drawn}

    def savefig(self, fname: Any, dpi: Any = None, format: str | None = None, **_: Any) -> None:
        """Writes the figure into a file, as PNG, JPEG or WebP."""
        kind = (format or (str(fname).rpartition(".")[2] if "." in str(fname) and not hasattr(fname, "write") else "png")).lower()
        if kind not in _FILES:
            raise ValueError(f"Format {kind!r} is not supported (supported formats: {', '.join(_FILES)})")
        if not can_run_sync():
            raise RuntimeError("savefig: expected Python code that may wait, but this browser has no stack switching (Chrome and Edge have since version 137)")
        pictures: list[Any] = []
        inch = float(dpi) if isinstance(dpi, (int, float)) else self.dpi
        told = json.dumps(self._described(pictures, inch))
        data = run_sync(cells.figureFile(told, to_js([each._js for each in pictures]), _FILES[kind])).to_bytes()
        if hasattr(fname, "write"):
            fname.write(data)
            return
        path = str(fname) if format or "." in str(fname) else f"{fname}.png"
        with open(path, "wb") as file:
            file.write(data)

    def show(self, *_: Any, **__: Any) -> None:
        """Draws the figure below the cell."""
        self._is_shown = True
        if self._film is not None:
            self._film._show_once()
            return
        drawn = [axes for axes in self.axes if not axes._is_empty]
        if drawn and all(axes._picture is not None for axes in drawn):
            labels = [axes._words["title"] for axes in drawn]
            if len(drawn) > 1:
                _show_pictures(drawn, self._size, self._columns or len(drawn), title=self._title, labels=labels, columns=self._columns)
            else:
                title = ", ".join(part for part in (self._title, labels[0]) if part)
                _show_pictures(drawn, self._size, 1, title=title)
            return
        if all(axes._picture is not None or axes._is_plot for axes in drawn):
            for i, axes in enumerate(drawn):
                above = self._title if i == 0 else ""
                if axes._is_plot:
                    axes._plot(above)
                else:
                    title = ", ".join(part for part in (above, axes._words["title"]) if part)
                    _show_pictures([axes], self._size, 1, title=title)
            return
        pictures: list[Any] = []
        told = json.dumps(self._described(pictures, 2 * _INCH))
        cells.figure(told, to_js([each._js for each in pictures]), 2)


def _zoom(axes: Axes, size: tuple[float, float], columns: int) -> int:
    """Screen pixels for one of a picture, so that a figure is as large as it is asked to be."""
    return max(1, round(min(size[0] * _INCH, _WIDEST) / columns / axes._picture._picture.shape[-1]))


def _show_pictures(drawn: list[Axes], size: tuple[float, float] | None, across: int, **more: Any) -> None:
    texts = [[text._words for text in axes._seen(axes.texts)] for axes in drawn]
    size = size or (_SIZE if any(texts) else None)
    given = options(
        **more,
        **drawn[0]._picture._colours,
        zoom=_zoom(drawn[0], size, across) if size else None,
        texts=texts if any(texts) else None,
    )
    pictures = [axes._picture._picture._js for axes in drawn]
    cells.show(pictures[0] if len(pictures) == 1 else to_js(pictures), given)


class Row(list):
    """A list of axes, or of rows of them, that indices of two dimensions reach into."""

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            first, *rest = key
            found = list.__getitem__(self, first)
            for at in rest:
                found = [row[at] for row in found] if isinstance(first, slice) else found[at]
            return found
        found = list.__getitem__(self, key)
        return Row(found) if isinstance(key, slice) else found

    def flatten(self) -> "Row":
        """All axes in one list."""
        return Row([axes for row in self for axes in (row if isinstance(row, list) else [row])])

    ravel = flatten

    @property
    def flat(self) -> "Row":
        """All axes in one list."""
        return self.flatten()

    @property
    def size(self) -> int:
        """How many axes there are."""
        return len(self.flatten())

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return (len(self), len(self[0])) if self and isinstance(self[0], list) else (len(self),)
