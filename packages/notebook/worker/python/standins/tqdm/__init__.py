"""Stands in for tqdm: loops with the notebook's own bars."""

from __future__ import annotations

import threading
import time
from typing import Any, Iterator

import _lamplight_cells as cells

# The version that it is like, which its dist-info says as well.
__version__ = "4.67.1"

_PACE = 0.12


class TqdmWarning(Warning):
    """What tqdm warns of. These bars warn of nothing."""


class tqdm:
    """A bar of how far a loop is: `for batch in tqdm(loader)`, or `bar.update(n)`."""

    monitor_interval = 0
    _lock: Any = None

    def __init__(
        self,
        iterable: Any = None,
        desc: str | None = None,
        total: float | None = None,
        leave: bool | None = True,
        file: Any = None,
        ncols: int | None = None,
        mininterval: float = _PACE,
        *_: Any,
        disable: bool | None = False,
        initial: float = 0,
        postfix: Any = None,
        **__: Any,
    ):
        self.iterable = iterable
        self.desc = desc or ""
        self.total = len(iterable) if total is None and hasattr(iterable, "__len__") else total
        # By None tqdm disables bars where nobody sees them.
        self.disable = bool(disable)
        self.leave, self.pos = leave, 0
        self.n = self.initial = initial
        self.postfix = ""
        self._begun = self._drawn = self.start_t = self.last_print_t = time.monotonic()
        self._bar = None if disable else cells.bar()
        if postfix is not None:
            self.set_postfix(postfix)

    def __iter__(self) -> Iterator[Any]:
        try:
            for item in self.iterable:
                yield item
                self.update()
        finally:
            self.close()

    def __len__(self) -> int:
        return int(self.total or 0)

    def __bool__(self) -> bool:
        return self.total is None or self.total > 0

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def update(self, n: float | None = 1) -> bool | None:
        """Counts on; whether the bar was drawn."""
        self.n += n or 0
        if self.disable or time.monotonic() - self._drawn < _PACE:
            return None
        self.refresh()
        return True

    def reset(self, total: float | None = None) -> None:
        """Begins again, perhaps with another total."""
        self.n = self.initial
        self.total = self.total if total is None else total
        self._begun = time.monotonic()

    def unpause(self) -> None:
        """Changes nothing: the time goes on while a bar waits."""

    def clear(self, *_: Any, **__: Any) -> None:
        """Changes nothing: a bar stays until it is drawn again."""

    @property
    def format_dict(self) -> dict[str, Any]:
        """How far the loop is."""
        elapsed = time.monotonic() - self._begun
        rate = (self.n - self.initial) / elapsed if elapsed else None
        return {"n": self.n, "total": self.total, "elapsed": elapsed, "rate": rate, "prefix": self.desc, "postfix": self.postfix or None}

    @classmethod
    def get_lock(cls) -> Any:
        """What programs hold while they draw several bars."""
        if cls._lock is None:
            cls._lock = threading.RLock()
        return cls._lock

    @classmethod
    def set_lock(cls, lock: Any) -> None:
        """Another such lock."""
        cls._lock = lock

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        """Draws the bar."""
        self.refresh()
        return True

    def refresh(self, *_: Any, **__: Any) -> bool:
        """Draws the bar."""
        self._drawn = time.monotonic()
        if self._bar is not None:
            title = f"{self.desc} {self.postfix}".strip()
            self._bar(title, self.n, -1 if self.total is None else self.total, self._drawn - self._begun)
        return True

    def close(self) -> None:
        """Draws the bar a last time."""
        if self._bar is not None:
            self.refresh()
            self._bar = None

    def set_description(self, desc: str | None = None, refresh: bool = True) -> None:
        """The words in front of the bar."""
        self.desc = desc or ""

    set_description_str = set_description

    @classmethod
    def wrapattr(cls, stream: Any, method: str, total: float | None = None, bytes: bool = True, **options: Any) -> Any:
        """A file whose reading or writing, by a method of it, a bar counts."""
        return _Counted(stream, method, cls(total=total, **options))

    @classmethod
    def pandas(cls, **options: Any) -> None:
        """Gives tables of pandas `progress_apply`, with a bar."""
        from pandas import DataFrame, Series

        def progress_apply(table: Any, func: Any, *args: Any, **keywords: Any) -> Any:
            with cls(total=len(table), **options) as bar:

                def counted(*values: Any, **more: Any) -> Any:
                    bar.update()
                    return func(*values, **more)

                return table.apply(counted, *args, **keywords)

        DataFrame.progress_apply = Series.progress_apply = progress_apply

    def set_postfix(self, ordered_dict: Any = None, refresh: bool = True, **more: Any) -> None:
        """Figures behind the words."""
        given = {**(ordered_dict or {}), **more}
        self.postfix = ", ".join(f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in given.items())

    def set_postfix_str(self, text: str = "", refresh: bool = True) -> None:
        """Words behind the words."""
        self.postfix = text

    @staticmethod
    def write(text: str, **_: Any) -> None:
        """Prints a line."""
        print(text)


class _Counted:
    """A file, and a bar of what goes through it."""

    def __init__(self, stream: Any, method: str, bar: tqdm) -> None:
        self._stream, self._method, self._bar = stream, method, bar

    def __enter__(self) -> _Counted:
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.close()

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._stream, name)
        if name != self._method:
            return member

        def counted(*args: Any, **keywords: Any) -> Any:
            result = member(*args, **keywords)
            given = args[0] if name == "write" else result
            self._bar.update(len(given) if hasattr(given, "__len__") else 0)
            return result

        return counted


def trange(*args: int, **keywords: Any) -> tqdm:
    """`tqdm(range(…))`."""
    return tqdm(range(*args), **keywords)


tqdm_notebook, tnrange = tqdm, trange
