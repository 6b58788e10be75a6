"""Stands in for tqdm: loops with the notebook's own bars."""

from __future__ import annotations

import time
from typing import Any, Iterator

import _lamplight_cells as cells

_PACE = 0.12


class tqdm:
    """A bar of how far a loop is: `for batch in tqdm(loader)`, or `bar.update(n)`."""

    def __init__(self, iterable: Any = None, desc: str | None = None, total: float | None = None, *, disable: bool = False, **_: Any):
        self.iterable = iterable
        self.desc = desc or ""
        self.total = len(iterable) if total is None and hasattr(iterable, "__len__") else total
        self.disable = disable
        self.n = 0
        self._postfix = ""
        self._begun = self._drawn = time.monotonic()
        self._bar = None if disable else cells.bar()

    def __iter__(self) -> Iterator[Any]:
        try:
            for item in self.iterable:
                yield item
                self.update()
        finally:
            self.close()

    def __len__(self) -> int:
        return int(self.total or 0)

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def update(self, n: float = 1) -> None:
        """Counts on."""
        self.n += n
        if time.monotonic() - self._drawn >= _PACE:
            self.refresh()

    def refresh(self) -> None:
        """Draws the bar."""
        self._drawn = time.monotonic()
        if self._bar is not None:
            title = f"{self.desc} {self._postfix}".strip()
            self._bar(title, self.n, -1 if self.total is None else self.total, self._drawn - self._begun)

    def close(self) -> None:
        """Draws the bar a last time."""
        if self._bar is not None:
            self.refresh()
            self._bar = None

    def set_description(self, desc: str | None = None, refresh: bool = True) -> None:
        """The words in front of the bar."""
        self.desc = desc or ""

    set_description_str = set_description

    def set_postfix(self, values: Any = None, refresh: bool = True, **more: Any) -> None:
        """Figures behind the words."""
        given = {**(values or {}), **more}
        self._postfix = ", ".join(f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in given.items())

    def set_postfix_str(self, text: str = "", refresh: bool = True) -> None:
        """Words behind the words."""
        self._postfix = text

    @staticmethod
    def write(text: str, **_: Any) -> None:
        """Prints a line."""
        print(text)


def trange(*args: int, **keywords: Any) -> tqdm:
    """`tqdm(range(…))`."""
    return tqdm(range(*args), **keywords)


tqdm_notebook, tnrange = tqdm, trange
