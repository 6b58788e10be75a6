"""Loops that Python has functions for, with bars."""

from __future__ import annotations

from typing import Any, Iterator

from ..auto import tqdm


def tenumerate(iterable: Any, start: int = 0, total: float | None = None, tqdm_class: Any = tqdm, **options: Any) -> Any:
    """`enumerate`."""
    return enumerate(tqdm_class(iterable, total=total, **options), start)


def tzip(iter1: Any, *iterables: Any, tqdm_class: Any = tqdm, **options: Any) -> Iterator[Any]:
    """`zip`, by the length of the first."""
    return zip(tqdm_class(iter1, **options), *iterables)


def tmap(function: Any, *sequences: Any, **options: Any) -> Iterator[Any]:
    """`map`."""
    return (function(*items) for items in tzip(*sequences, **options))
