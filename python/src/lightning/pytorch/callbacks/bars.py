"""Bars in characters, and the places that show them: a notebook's own bars, a display of IPython, a terminal, or plain lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_WIDTH = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def number(value: Any) -> str:
    """A figure as Lightning's bar shows it: three digits behind the point, or as a power of ten."""
    if isinstance(value, str):
        return value
    value = float(value) if not isinstance(value, int) else value
    if isinstance(value, int) or value != value or abs(value) == float("inf"):
        return str(value)
    return f"{value:.3f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"


def line(title: str, done: int, total: float, seconds: float, values: Mapping[str, Any]) -> str:
    """One line: what, how much of it, the time so far and to come, the rate, and figures."""
    rate = done / seconds if seconds > 0 else 0.0
    speed = "?it/s" if rate == 0 else f"{rate:.2f}it/s" if rate >= 1 else f"{1 / rate:.2f}s/it"
    tail = ", ".join([speed, *(f"{name}={number(value)}" for name, value in values.items())])
    if total == float("inf"):
        return f"{title}: {done}it [{_clock(seconds)}, {tail}]"
    share = min(1.0, done / total) if total else 1.0
    eighths = round(share * _WIDTH * 8)
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[part] if full < _WIDTH else "")
    left = _clock((total - done) / rate) if rate else "?"
    return f"{title}: {int(share * 100):3d}%|{drawn.ljust(_WIDTH)}| {done}/{int(total)} [{_clock(seconds)}<{left}, {tail}]"


class Place:
    """Plain lines: a bar is printed once, when it is over."""

    redraws = False

    def __init__(self) -> None:
        self._lines: list[str] = []

    def draw(self, lines: list[str], measures: tuple[str, float, float, float]) -> None:
        """Shows bars, in the place of those before."""
        self._lines = lines

    def clear(self) -> None:
        """Takes them away."""
        self._lines = []

    def settle(self) -> None:
        """Leaves them where they are."""
        if self._lines:
            print(self._lines[0])
        self._lines = []


class _Terminal(Place):
    """A terminal, whose last lines are written again."""

    redraws = True

    def draw(self, lines: list[str], measures: tuple[str, float, float, float]) -> None:
        self.clear()
        sys.stdout.write("\n".join(lines))
        sys.stdout.flush()
        self._lines = lines

    def clear(self) -> None:
        if self._lines:
            sys.stdout.write("\r\x1b[K" + "\x1b[1A\r\x1b[K" * (len(self._lines) - 1))
        self._lines = []

    def settle(self) -> None:
        if self._lines:
            sys.stdout.write("\n")
        self._lines = []


class _Cells(Place):
    """The notebook of this project: its own bars."""

    redraws = True

    def __init__(self, cells: Any) -> None:
        super().__init__()
        self._cells = cells
        self._bar: Any = None

    def draw(self, lines: list[str], measures: tuple[str, float, float, float]) -> None:
        title, done, total, seconds = measures
        name, _, rest = title.partition(": ")
        figures = rest.partition("[")[2].rstrip("]").split(", ")[1:]
        if self._bar is None:
            self._bar = self._cells.bar()
        self._bar(" ".join([name, *figures]), done, -1 if total == float("inf") else total, seconds)

    def clear(self) -> None:
        """The bar goes on to be used."""

    def settle(self) -> None:
        self._bar = None


class _Displays(Place):
    """A notebook of IPython, as JupyterLite: an output that is written again."""

    redraws = True

    def __init__(self, display: Any) -> None:
        super().__init__()
        self._display = display
        self._handle: Any = None

    def draw(self, lines: list[str], measures: tuple[str, float, float, float]) -> None:
        shown = {"text/plain": "\n".join(lines)}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def clear(self) -> None:
        """The output goes on to be used."""

    def settle(self) -> None:
        self._handle = None


def place_for() -> Place:
    """Where bars of now are shown."""
    try:
        import _lamplight_cells as cells

        return _Cells(cells)
    except ImportError:
        pass
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if shell is not None and hasattr(shell, "kernel"):
        from IPython.display import display

        return _Displays(display)
    return _Terminal() if sys.stdout.isatty() else Place()
