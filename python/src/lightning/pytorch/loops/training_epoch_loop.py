"""An epoch of training: batches, the validation among them, and the schedules between them."""

from __future__ import annotations

import time
from typing import Any

from ..trainer.results import Results
from ..trainer.states import RunningStage
from ..utilities.combined_loader import CombinedLoader
from ..utilities.exceptions import MisconfigurationException
from ..utilities.model_helpers import takes
from ..utilities.rank_zero import WarningCache, rank_zero_warn
from . import loaders
from .evaluation_loop import EvaluationLoop
from .optimization import AutomaticOptimization, ManualOptimization
from .progress import BatchProgress, Progress


class TrainingEpochLoop:
    """The batches of an epoch."""

    def __init__(self, trainer: Any) -> None:
        self.trainer = trainer
        self.batch_progress = BatchProgress()
        self.scheduler_progress = Progress(("ready", "completed"))
        self.automatic_optimization = AutomaticOptimization(trainer)
        self.manual_optimization = ManualOptimization(trainer)
        self.val_loop = EvaluationLoop(trainer, RunningStage.VALIDATING, in_fit=True)
        self.results = Results(training=True)
        self._cache = WarningCache()
        # Batches that were followed by a step: by which loggers count.
        self._batches_that_stepped = 0
        # Whether all that belongs to the last batch is done, its validation too.
        self._is_batch_over = True

    @property
    def total_batch_idx(self) -> int:
        """The number of the present batch, over epochs."""
        return self.batch_progress.total.ready - 1

    @property
    def batch_idx(self) -> int:
        """The number of the present batch in its epoch."""
        return self.batch_progress.current.ready - 1

    @property
    def global_step(self) -> int:
        """Steps of optimizers so far."""
        module = self.trainer.lightning_module
        if module is None or module.automatic_optimization:
            return self.automatic_optimization.optim_progress.step.total.completed
        return self.manual_optimization.optim_step_progress.total.completed

    def _is_last_batch(self) -> bool:
        progress = self.batch_progress
        return progress.current.ready == self.trainer.num_training_batches or progress.is_last_batch

    def _should_accumulate(self) -> bool:
        """Whether gradients are only added to those before, at this batch."""
        is_full = self.batch_progress.current.ready % self.trainer.accumulate_grad_batches == 0
        return not is_full and not self._is_last_batch()

    def _is_done(self) -> bool:
        trainer = self.trainer
        if (trainer.max_steps != -1 and self.global_step >= trainer.max_steps) or self._is_last_batch():
            return True
        if not trainer.should_stop:
            return False
        if trainer.fit_loop._can_stop_early:
            return True
        self._cache.info(
            f"Trainer was signaled to stop but the required `min_epochs={trainer.min_epochs}` or "
            f"`min_steps={trainer.min_steps}` has not been met. Training will continue..."
        )
        return False

    def _all_progress(self, method: str) -> None:
        getattr(self.batch_progress, method)()
        getattr(self.scheduler_progress, method)()
        self.automatic_optimization.optim_progress.all(method)

    def go_on(self, is_over: bool) -> None:
        """Begins where the run of a checkpoint was within an epoch."""
        progress = self.batch_progress
        if progress.current.processed > progress.current.completed:
            progress.increment("completed")
        self._all_progress("reset_on_restart")
        if not is_over and progress.current.ready and progress.current.ready % self.trainer.accumulate_grad_batches == 0:
            # The checkpoint was written among what follows a batch.
            self._batches_that_stepped += 1

    def run(self, combined: CombinedLoader, goes_on: bool) -> None:
        """Trains for an epoch, or for the rest of one."""
        if goes_on:
            self._warn_of_loaders(combined)
        else:
            self._all_progress("reset_on_run")
            self.val_loop.batch_progress.total.reset()
        self.batch_progress.is_last_batch = False
        batches = loaders.Batches(combined, self.batch_progress.current.ready)
        while not self._is_done():
            if not self._advance(batches):
                break
            self._after_batch()

    def _warn_of_loaders(self, combined: CombinedLoader) -> None:
        if self.batch_progress.current.ready and not self._is_last_batch():
            rank_zero_warn(
                "You're resuming from a checkpoint that ended before the epoch ended and your dataloader is not resumable: "
                "the rest of the epoch takes its batches from the beginning. Consider using an end-of-epoch checkpoint."
            )

    def _advance(self, batches: loaders.Batches) -> bool:
        """One batch; False where the epoch is over."""
        trainer, progress, connector = self.trainer, self.batch_progress, self.trainer._connector
        try:
            batch, _, _ = next(batches)
        except StopIteration:
            progress.is_last_batch = True
            return False
        batch_idx = self.batch_idx + 1
        progress.is_last_batch = batches.done
        self._is_batch_over = False
        batch = loaders.transferred(trainer, batch, 0)
        progress.increment("ready")
        connector.start_batch(batch)
        outputs: Any = None
        skips = False
        if batch is None:
            self._cache.warn("train_dataloader yielded None. If this was on purpose, ignore this warning...")
        else:
            trainer._call_callbacks("on_train_batch_start", batch, batch_idx)
            skips = trainer._call_module("on_train_batch_start", batch, batch_idx) == -1
            if skips:
                progress.is_last_batch = True
            else:
                progress.increment("started")
                step = trainer.lightning_module.training_step
                args = [batch, batch_idx] if takes(step, "batch_idx", 2) else [batch]
                if trainer.lightning_module.automatic_optimization:
                    outputs = self.automatic_optimization.run(batch_idx, args)
                else:
                    outputs = self.manual_optimization.run(args)
        progress.increment("processed")
        self.update_lr_schedulers("step", plateau=False)
        if self._is_last_batch():
            self.update_lr_schedulers("epoch", plateau=False)
        if skips:
            return False
        trainer._call_callbacks("on_train_batch_end", outputs, batch, batch_idx)
        trainer._call_module("on_train_batch_end", outputs, batch, batch_idx)
        connector.end_batch()
        progress.increment("completed")
        connector.note_step()
        return True

    def _after_batch(self) -> None:
        if self._should_validate():
            self._validate()
        self.update_lr_schedulers("step", plateau=True)
        if not self._should_accumulate():
            self._batches_that_stepped += 1
        self._is_batch_over = True
        if self.trainer.should_stop:
            self.trainer._connector.flush()

    def _validate(self) -> None:
        trainer, connector = self.trainer, self.trainer._connector
        first = connector.first_batch
        trainer.state.stage = RunningStage.VALIDATING
        if not self._should_accumulate():
            trainer._call_module("on_validation_model_zero_grad")
        self.val_loop.run()
        trainer.state.stage = RunningStage.TRAINING
        connector.first_batch = first

    def _validates_this_epoch(self) -> bool:
        trainer = self.trainer
        every = trainer.check_val_every_n_epoch
        return trainer.enable_validation and (every is None or (trainer.current_epoch + 1) % every == 0)

    def _should_validate(self) -> bool:
        trainer, is_last = self.trainer, self.batch_progress.is_last_batch
        if not self._validates_this_epoch():
            return False
        every = trainer.val_check_batch
        seconds = trainer._val_check_seconds
        if seconds is None and is_last and every == float("inf"):
            return True
        if trainer.should_stop and trainer.fit_loop._can_stop_early:
            return True
        if seconds is not None:
            return time.monotonic() - trainer._validated_at >= seconds
        if every == float("inf"):
            limit = trainer.limit_train_batches
            return isinstance(limit, int) and (self.batch_idx + 1) % limit == 0
        at = self.total_batch_idx if trainer.check_val_every_n_epoch is None else self.batch_idx
        return (at + 1) % every == 0

    def update_lr_schedulers(self, interval: str, plateau: bool) -> None:
        """Steps the schedules that are due: those that look at a metric, behind it, or all others."""
        trainer = self.trainer
        if not trainer.lr_scheduler_configs or not trainer.lightning_module.automatic_optimization:
            return
        if interval == "step" and self._should_accumulate():
            return
        for config in trainer.lr_scheduler_configs:
            if config.reduce_on_plateau != plateau or config.interval != interval:
                continue
            at = (self.batch_idx if interval == "step" else trainer.current_epoch) + 1
            if at % config.frequency:
                continue
            metric = None
            if plateau:
                metric = self._monitored(config)
                if metric is None:
                    continue
            self.scheduler_progress.increment("ready")
            trainer._call_module("lr_scheduler_step", config.scheduler, metric)
            self.scheduler_progress.increment("completed")

    def _monitored(self, config: Any) -> Any:
        known = self.trainer.callback_metrics
        if config.monitor in known:
            return known[config.monitor]
        words = f"ReduceLROnPlateau conditioned on metric {config.monitor} which is not available"
        if config.strict:
            raise MisconfigurationException(
                f"{words}. Available metrics are: {list(known)}. Condition can be set using `monitor` key in lr scheduler dict"
            )
        rank_zero_warn(f"{words} but strict is set to `False`. Skipping learning rate update.", category=RuntimeWarning)
        return None
