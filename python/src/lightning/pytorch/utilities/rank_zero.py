"""What Lightning does in its first process alone: there is one process, so it is always done."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any, TextIO

logger = logging.getLogger("lightning.pytorch")


class _Printed(logging.StreamHandler):
    """Writes to what `sys.stdout` is at the time, which a cell or a test may have replaced."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stdout


if not logger.handlers:
    logger.addHandler(_Printed())
    logger.setLevel(logging.INFO)
    logger.propagate = False


def rank_zero_only(fn: Callable, default: Any = None) -> Callable:
    """Gives the function back: this is the first process."""
    return fn


rank_zero_only.rank = 0  # type: ignore[attr-defined]


def rank_zero_info(message: Any, *args: Any) -> None:
    """Says something; `logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)` silences it."""
    logger.info(message, *args)


def rank_zero_debug(message: Any, *args: Any) -> None:
    """Says something where the logger `lightning.pytorch` is at the level of debugging."""
    logger.debug(message, *args)


def rank_zero_warn(message: Any, category: Any = UserWarning, stacklevel: int = 3) -> None:
    """Warns, at the place of the caller."""
    warnings.warn(str(message), category=category, stacklevel=stacklevel)


class WarningCache(set):
    """Says each thing once."""

    def warn(self, message: str, category: Any = UserWarning) -> None:
        """Warns, unless it has done so."""
        if message not in self:
            self.add(message)
            rank_zero_warn(message, category=category, stacklevel=4)

    def info(self, message: str) -> None:
        """Says something, unless it has been said."""
        if message not in self:
            self.add(message)
            rank_zero_info(message)


__all__ = ["WarningCache", "rank_zero_debug", "rank_zero_info", "rank_zero_only", "rank_zero_warn"]
