"""Validation and testing: the batches of one loader behind the other, without gradients."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Any

import torch

from ..trainer.connector import read_all
from ..trainer.results import Results
from ..trainer.states import RunningStage
from ..utilities.combined_loader import CombinedLoader
from ..utilities.model_helpers import is_overridden, takes
from . import loaders
from .evaluation_table import evaluation_table
from .progress import BatchProgress


def without_gradients(trainer: Any) -> AbstractContextManager[Any]:
    """The mode of evaluations, by the option `inference_mode`."""
    return torch.inference_mode() if trainer._inference_mode else torch.no_grad()


class Modes:
    """Which layers trained."""

    def __init__(self, module: Any) -> None:
        self._modes = [(each, each.training) for each in module.modules()]

    def restore(self) -> None:
        """Has layers do so again."""
        for module, training in self._modes:
            module.training = training


class EvaluationLoop:
    """A pass over the loaders of validation or of testing."""

    def __init__(self, trainer: Any, stage: RunningStage, in_fit: bool = False) -> None:
        self.trainer = trainer
        self.batch_progress = BatchProgress()
        self.results = Results(training=False)
        self.verbose = not in_fit
        self.source: Any = None
        self._in_fit = in_fit
        self._word = "test" if stage == RunningStage.TESTING else "validation"
        self._prefix = "test" if stage == RunningStage.TESTING else "val"
        self._loaders: CombinedLoader | None = None
        self._max_batches: list[float] = []
        self._loaded_at = float("-inf")
        self._has_run = False
        self._seen: dict[int, int] = {}

    @property
    def max_batches(self) -> list[float]:
        """Batches of each loader."""
        if not self.trainer.sanity_checking:
            return self._max_batches
        return [min(self.trainer.num_sanity_val_steps, count) for count in self._max_batches]

    def setup_data(self) -> None:
        """Takes the loaders; within `fit` only where they are not there, or need be taken again."""
        trainer = self.trainer
        every = trainer.reload_dataloaders_every_n_epochs
        is_due = every and trainer.current_epoch - self._loaded_at >= every
        if self._loaders is not None and self._in_fit and not is_due:
            return
        limit = getattr(trainer, f"limit_{self._prefix}_batches")
        if limit == 0 or not is_overridden(f"{self._word}_step", trainer.lightning_module):
            return
        if self._in_fit and (not trainer.sanity_checking or trainer.fit_loop.epoch_loop._validates_this_epoch()):
            self._loaded_at = trainer.current_epoch
        name = f"{self._prefix}_dataloader"
        given = loaders.requested(trainer, self.source, name)
        found = loaders.combined(given, "sequential", f"{trainer.state.fn}(dataloaders=...)")
        if self._in_fit and trainer.overfit_batches > 0:
            loaders.in_order(found, self._prefix)
        loaders.warn_of_shuffling(found, self._prefix)
        self._loaders = found
        self._max_batches = [loaders.limit_of(each, limit, f"limit_{self._prefix}_batches") for each in found.flattened]
        self._seen = {}

    def run(self) -> list[dict[str, Any]]:
        """Runs; gives what was logged, for each loader."""
        trainer = self.trainer
        self.setup_data()
        if self._loaders is None or sum(self.max_batches) == 0:
            return []
        # Within `fit` parameters go on to have gradients.
        with torch.no_grad() if self._in_fit else without_gradients(trainer):
            return self._run()

    def _run(self) -> list[dict[str, Any]]:
        trainer, connector = self.trainer, self.trainer._connector
        self._has_run = False
        self.batch_progress.reset_on_run()
        if self._in_fit:
            loaders.set_epoch(self._loaders, trainer.fit_loop.epoch_progress.current.processed)
        self._loaders.limits = self.max_batches  # type: ignore[union-attr]
        self._expect_index()
        outputs: list[dict[str, Any]] = []
        modes = Modes(trainer.lightning_module)
        trainer._call_module(f"on_{self._word}_model_eval")
        self._call("start")
        self._call("epoch_start")
        at = 0
        batches = loaders.Batches(self._loaders)  # type: ignore[arg-type]
        for batch, batch_idx, index in batches:
            if index != at:
                outputs.append(self._of_loader())
                at = index
            self.batch_progress.is_last_batch = batches.done
            self._step(batch, batch_idx, index)
        outputs.append(self._of_loader())
        connector.epoch_end_reached()
        self.results.dataloader_idx = None
        self._call("epoch_end")
        connector.end_epoch()
        behind = connector.note_eval_epoch()
        every = {name: value for found in reversed(outputs) for name, value in found.items()}
        if not trainer.sanity_checking:
            connector.log_metrics({**every, **behind})
        outputs = [{**found, **behind} for found in outputs]
        self._call("end")
        connector.reset_results()
        if is_overridden(f"on_{self._word}_model_train", trainer.lightning_module):
            trainer._call_module(f"on_{self._word}_model_train")
        else:
            modes.restore()
        trainer._validated_at = time.monotonic()
        connector.flush()
        return outputs if self._in_fit else self._shown(outputs)

    def _shown(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The values as numbers, which a table shows."""
        read = iter(read_all([value for found in outputs for value in found.values()]))
        numbers = [{name: next(read) for name in found} for found in outputs]
        if self.verbose:
            title = "Test" if self._word == "test" else "Validate"
            table = evaluation_table(title, numbers)
            if table:
                print(table)
        return numbers

    def _of_loader(self) -> dict[str, Any]:
        self.trainer._connector.epoch_end_reached()
        return self.trainer._connector.note_eval_epoch()

    def _call(self, end: str, *args: Any) -> None:
        self.trainer._call_callbacks(f"on_{self._word}_{end}", *args)
        self.trainer._call_module(f"on_{self._word}_{end}", *args)

    def _expect_index(self) -> None:
        combined = self._loaders
        if combined._mode != "sequential" or len(combined.flattened) < 2:  # type: ignore[union-attr]
            return
        step = getattr(self.trainer.lightning_module, f"{self._word}_step")
        if not takes(step, "dataloader_idx", 3):
            raise RuntimeError(
                f"You provided multiple `{self._prefix}_dataloader`, but no `dataloader_idx` argument in "
                f"`{type(self.trainer.lightning_module).__name__}.{self._word}_step()`. Try adding `dataloader_idx=0` to its "
                "signature."
            )

    def _step(self, batch: Any, batch_idx: int, index: int) -> None:
        trainer, connector, combined = self.trainer, self.trainer._connector, self._loaders
        batch = loaders.transferred(trainer, batch, index)
        is_one_of_many = combined._mode == "sequential" and len(combined.flattened) > 1  # type: ignore[union-attr]
        args = [batch, batch_idx, index] if is_one_of_many else [batch, batch_idx]
        self.batch_progress.increment("ready")
        connector.start_batch(batch, index if is_one_of_many else None)
        self._call("batch_start", *args)
        self.batch_progress.increment("started")
        name = f"{self._word}_step"
        takes_number = takes(getattr(trainer.lightning_module, name), "batch_idx", 2)
        output = trainer._step_of(name, args if takes_number else [batch, *args[2:]])
        self.batch_progress.increment("processed")
        self._call("batch_end", output, *args)
        connector.end_batch()
        self.batch_progress.increment("completed")
        if not trainer.sanity_checking:
            self._has_run = True
            row = connector._metrics()["log"]
            connector.log_metrics(row, self._seen.get(index, 0))
            self._seen[index] = self._seen.get(index, 0) + 1
