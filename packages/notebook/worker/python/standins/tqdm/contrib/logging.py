"""tqdm's `logging`: what is logged while a bar goes on stands below the cell, as it does anyway."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from ..std import tqdm


@contextmanager
def logging_redirect_tqdm(loggers: Any = None, tqdm_class: Any = tqdm) -> Iterator[None]:
    """Leaves loggers as they are."""
    yield


@contextmanager
def tqdm_logging_redirect(*args: Any, loggers: Any = None, tqdm_class: Any = tqdm, **kwargs: Any) -> Iterator[Any]:
    """A bar, beside which loggers stay as they are."""
    with tqdm_class(*args, **kwargs) as bar:
        yield bar
