"""Prints the table of a module before training."""

from __future__ import annotations

from typing import Any

from ..utilities.model_summary import summarize
from ..utilities.rank_zero import rank_zero_info
from .callback import Callback


class ModelSummary(Callback):
    """Prints the layers of a module and their parameters before training: as deep as `max_depth`, all with -1."""

    def __init__(self, max_depth: int = 1) -> None:
        self._max_depth = max_depth

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Prints the table."""
        if self._max_depth:
            rank_zero_info(f"\n{summarize(pl_module, max_depth=self._max_depth)}")


class RichModelSummary(ModelSummary):
    """The same table: a page has no terminal to draw a richer one in."""
