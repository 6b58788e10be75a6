"""Steps of optimizers: a closure that runs `training_step`, forgets gradients and takes the backward of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import WarningCache
from .progress import OptimizationProgress, Progress

_cache = WarningCache()


class Step:
    """One run of `training_step`, as a closure of an optimizer."""

    def __init__(self, trainer: Any, progress: OptimizationProgress, args: list[Any], batch_idx: int) -> None:
        self._trainer = trainer
        self._progress = progress
        self._args = args
        self._batch_idx = batch_idx
        self.outputs: dict[str, Any] = {}

    def __call__(self) -> Any:
        trainer = self._trainer
        with torch.enable_grad():
            loss = self._loss(trainer._step_of("training_step", self._args))
            skips = trainer.fit_loop._skip_backward
            if self._batch_idx % trainer.accumulate_grad_batches == 0 and not skips:
                self._zero_grad()
            if loss is not None and not skips:
                trainer._backward(loss)
        return self.outputs.get("loss")

    def _loss(self, given: Any) -> Any:
        """The loss to take the backward of, divided where gradients are added up; `outputs` gets a copy without a graph."""
        self.outputs = {}
        if given is None:
            _cache.warn("`training_step` returned `None`. If this was on purpose, ignore this warning...")
            return None
        if isinstance(given, Mapping):
            if given.get("loss") is None:
                raise MisconfigurationException(
                    "In automatic_optimization, when `training_step` returns a dict, the 'loss' key needs to be present"
                )
            loss, others = given["loss"], {name: value for name, value in given.items() if name != "loss"}
        elif isinstance(given, torch.Tensor):
            loss, others = given, {}
        else:
            raise MisconfigurationException(
                "In automatic optimization, `training_step` must return a Tensor, a dict, or None (where the step will be "
                "skipped)."
            )
        parts = self._trainer.accumulate_grad_batches
        loss = loss / parts if parts != 1 else loss
        self.outputs = {"loss": loss.detach(), **others}
        return loss

    def _zero_grad(self) -> None:
        trainer, progress = self._trainer, self._progress.zero_grad
        optimizer = trainer.optimizers[0] if trainer.optimizers else None
        if optimizer is None:
            return
        progress.increment("ready")
        trainer._call_callbacks("on_before_zero_grad", optimizer)
        trainer._call_module("on_before_zero_grad", optimizer)
        progress.increment("started")
        trainer._call_module("optimizer_zero_grad", trainer.current_epoch, self._batch_idx, optimizer)
        progress.increment("completed")


class AutomaticOptimization:
    """Steps that the trainer takes."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self.optim_progress = OptimizationProgress()

    def run(self, batch_idx: int, args: list[Any]) -> dict[str, Any]:
        """Trains with a batch; gives what `training_step` gave."""
        trainer = self._trainer
        step = Step(trainer, self.optim_progress, args, batch_idx)
        if trainer.fit_loop._should_accumulate() or not trainer.optimizers:
            step()
            if not trainer.optimizers:
                self.optim_progress.step.increment("ready")
                self.optim_progress.step.increment("completed")
            return step.outputs
        self.optim_progress.step.increment("ready")
        optimizer = trainer._lightning_optimizers[0]
        trainer._call_module("optimizer_step", trainer.current_epoch, batch_idx, optimizer, step)
        self.optim_progress.step.increment("completed")
        return step.outputs


class ManualOptimization:
    """Steps that the module takes by itself."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self.optim_step_progress = Progress(("ready", "completed"))
        self.is_running = False

    def run(self, args: list[Any]) -> dict[str, Any]:
        """Calls `training_step`; gives what it gave."""
        self.is_running = True
        try:
            given = self._trainer._step_of("training_step", args)
        finally:
            self.is_running = False
        if isinstance(given, Mapping):
            return dict(given)
        if isinstance(given, torch.Tensor):
            return {"loss": given.detach()}
        if given is None:
            return {}
        raise MisconfigurationException(
            "In manual optimization, `training_step` must either return a Tensor or have no return."
        )

    def count(self, kind: str) -> None:
        """Counts a step within `training_step`."""
        if self.is_running:
            self.optim_step_progress.increment(kind)
