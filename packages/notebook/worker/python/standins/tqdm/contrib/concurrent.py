"""Functions over many items, one after another: a page's Python has one thread."""

from __future__ import annotations

from typing import Any

from ..auto import tqdm

_OF_WORKERS = ("max_workers", "chunksize", "lock_name", "timeout", "initializer", "initargs")


def thread_map(fn: Any, *iterables: Any, tqdm_class: Any = tqdm, total: float | None = None, **options: Any) -> list[Any]:
    """What a function gives for each item, with a bar."""
    options = {name: value for name, value in options.items() if name not in _OF_WORKERS}
    if total is None:
        total = min((len(each) for each in iterables if hasattr(each, "__len__")), default=None)
    return [fn(*items) for items in tqdm_class(zip(*iterables), total=total, **options)]


process_map = thread_map
