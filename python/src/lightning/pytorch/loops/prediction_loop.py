"""Predicting: what `predict_step` gives for each batch."""

from __future__ import annotations

from typing import Any

from ..utilities.combined_loader import CombinedLoader
from ..utilities.model_helpers import takes
from . import loaders
from .evaluation_loop import without_gradients
from .progress import Progress


class PredictionLoop:
    """A pass over the loaders of `predict`."""

    def __init__(self, trainer: Any) -> None:
        self.trainer = trainer
        self.batch_progress = Progress()
        self.source: Any = None
        self.return_predictions = True
        self.max_batches: list[float] = []
        self._loaders: CombinedLoader | None = None

    def run(self) -> list[Any] | None:
        """The results; with several loaders a list of them for each."""
        trainer = self.trainer
        given = loaders.requested(trainer, self.source, "predict_dataloader")
        found = self._loaders = loaders.combined(given, "sequential", "predict(dataloaders=...)")
        limit = trainer.limit_predict_batches
        found.limits = self.max_batches = [
            loaders.limit_of(each, limit, "limit_predict_batches") for each in found.flattened
        ]
        if sum(self.max_batches) == 0:
            return []
        with without_gradients(trainer):
            return self._run(found)

    def _run(self, found: CombinedLoader) -> list[Any] | None:
        trainer = self.trainer
        is_many = len(found.flattened) > 1
        results: list[list[Any]] = [[] for _ in found.flattened]
        self.batch_progress.reset_on_run()
        trainer._call_module("on_predict_model_eval")
        for name in ("on_predict_start", "on_predict_epoch_start"):
            trainer._call_callbacks(name)
            trainer._call_module(name)
        takes_number = takes(trainer.lightning_module.predict_step, "batch_idx", 2)
        for batch, batch_idx, index in loaders.Batches(found):
            batch = loaders.transferred(trainer, batch, index)
            args = [batch, batch_idx, index] if is_many else [batch, batch_idx]
            self.batch_progress.increment("ready")
            trainer._call_callbacks("on_predict_batch_start", *args)
            trainer._call_module("on_predict_batch_start", *args)
            self.batch_progress.increment("started")
            output = trainer._step_of("predict_step", args if takes_number else [batch, *args[2:]])
            self.batch_progress.increment("processed")
            trainer._call_callbacks("on_predict_batch_end", output, *args)
            trainer._call_module("on_predict_batch_end", output, *args)
            self.batch_progress.increment("completed")
            if self.return_predictions:
                results[index].append(output)
        for name in ("on_predict_epoch_end", "on_predict_end"):
            trainer._call_callbacks(name)
            trainer._call_module(name)
        if not self.return_predictions:
            return None
        return results if is_many else results[0]
