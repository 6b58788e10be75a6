"""Training as a whole: epochs until enough of them, of steps or of time have passed."""

from __future__ import annotations

import time
from typing import Any

import torch

from ..utilities.combined_loader import CombinedLoader
from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_debug, rank_zero_info, rank_zero_warn
from . import loaders
from .progress import Progress
from .training_epoch_loop import TrainingEpochLoop


class FitLoop:
    """The epochs of `fit`."""

    def __init__(self, trainer: Any, min_epochs: int | None, max_epochs: int | None) -> None:
        self.trainer = trainer
        self.min_epochs = min_epochs
        self.max_epochs = max_epochs
        # Batches of an epoch; infinity where that is not known.
        self.max_batches: float = float("inf")
        self.epoch_progress = Progress()
        self.epoch_loop = TrainingEpochLoop(trainer)
        self.source: Any = None
        self._loaders: CombinedLoader | None = None
        self._loaded_at = float("-inf")
        self._skip_backward = False
        # Whether the run goes on within an epoch of a checkpoint.
        self._goes_on = False

    @property
    def total_batch_idx(self) -> int:
        """The number of the present batch, over epochs."""
        return self.epoch_loop.total_batch_idx

    @property
    def batch_idx(self) -> int:
        """The number of the present batch in its epoch."""
        return self.epoch_loop.batch_idx

    @property
    def max_steps(self) -> int:
        """Steps of optimizers at most; -1 without end."""
        return self.trainer.max_steps

    @property
    def min_steps(self) -> int | None:
        """Steps of optimizers at least."""
        return self.trainer.min_steps

    @property
    def _can_stop_early(self) -> bool:
        steps = self.min_steps is None or self.epoch_loop.global_step >= self.min_steps
        return steps and (not self.min_epochs or self.epoch_progress.current.processed >= self.min_epochs)

    def _should_accumulate(self) -> bool:
        return self.epoch_loop._should_accumulate()

    def is_done(self) -> bool:
        """Whether no epoch follows; says why."""
        trainer = self.trainer
        if self.max_batches == 0:
            rank_zero_info("`Trainer.fit` stopped: No training batches.")
            return True
        if self.max_steps != -1 and self.epoch_loop.global_step >= self.max_steps:
            rank_zero_info(f"`Trainer.fit` stopped: `max_steps={self.max_steps}` reached.")
            return True
        current = self.epoch_progress.current
        if self.max_epochs not in (None, -1) and current.processed >= self.max_epochs:
            current.completed = current.processed
            rank_zero_info(f"`Trainer.fit` stopped: `max_epochs={self.max_epochs}` reached.")
            return True
        if trainer.should_stop and self._can_stop_early:
            rank_zero_debug("`Trainer.fit` stopped: `trainer.should_stop` was set.")
            return True
        return False

    def setup_data(self) -> None:
        """Takes the loader, unless it is there and need not be taken again."""
        trainer = self.trainer
        every = trainer.reload_dataloaders_every_n_epochs
        is_due = every and trainer.current_epoch - self._loaded_at >= every
        if (self._loaders is not None and not is_due) or trainer.limit_train_batches == 0:
            return
        found = loaders.combined(
            loaders.requested(trainer, self.source, "train_dataloader"), "max_size_cycle", "fit(train_dataloaders=...)"
        )
        if found._mode == "sequential":
            raise ValueError("Trainer.fit: expected a CombinedLoader of another mode than 'sequential'")
        if trainer.overfit_batches > 0:
            loaders.in_order(found, "train")
        found.limits = [
            loaders.limit_of(each, trainer.limit_train_batches, "limit_train_batches") for each in found.flattened
        ]
        self._loaders = found
        self.max_batches = found.size()
        if self.max_batches == 0:
            return
        self._loaded_at = trainer.current_epoch
        trainer.val_check_batch = self._val_check_batch()
        if trainer.loggers and self.max_batches < trainer.log_every_n_steps and not trainer.fast_dev_run:
            rank_zero_warn(
                f"The number of training batches ({self.max_batches}) is smaller than the logging interval "
                f"Trainer(log_every_n_steps={trainer.log_every_n_steps}). Set a lower value for log_every_n_steps if you "
                "want to see logs for the training epoch."
            )

    def _val_check_batch(self) -> float:
        trainer = self.trainer
        every = trainer.val_check_interval
        if trainer._val_check_seconds is not None:
            trainer._validated_at = time.monotonic()
            return float("inf")
        if isinstance(every, int):
            counts_epochs = trainer.check_val_every_n_epoch is not None
            if every > self.max_batches and counts_epochs and trainer.limit_val_batches > 0:
                raise ValueError(
                    f"`val_check_interval` ({every}) must be less than or equal to the number of the training batches "
                    f"({self.max_batches}). Without validation set `limit_val_batches=0`; to count batches over epochs set "
                    "`check_val_every_n_epoch=None`."
                )
            return every
        if self.max_batches == float("inf"):
            if every == 1.0:
                return float("inf")
            raise MisconfigurationException(
                "Trainer: expected val_check_interval to be 1.0 or a number of batches for a loader without a length, but "
                f"got {every}"
            )
        return max(1, int(self.max_batches * every))

    def run(self) -> None:
        """Trains."""
        trainer, progress = self.trainer, self.epoch_progress
        self.setup_data()
        if trainer.limit_train_batches == 0 or self.is_done():
            return
        torch.set_grad_enabled(True)
        if not self._goes_on:
            progress.current.completed = progress.current.processed
        if trainer.enable_validation and self.epoch_loop._validates_this_epoch():
            self.epoch_loop.val_loop.setup_data()
        self._warn_of_still_layers()
        trainer._call_callbacks("on_train_start")
        trainer._call_module("on_train_start")
        while not self.is_done():
            self._epoch()
        trainer._call_callbacks("on_train_end")
        trainer._call_module("on_train_end")

    def _warn_of_still_layers(self) -> None:
        still = sum(not module.training for module in self.trainer.lightning_module.modules())
        if still:
            rank_zero_warn(
                f"Found {still} module(s) in eval mode at the start of training. This may lead to unexpected behavior during "
                "training. If this is intentional, you can ignore this warning."
            )

    def _epoch(self) -> None:
        trainer, progress, epoch_loop = self.trainer, self.epoch_progress, self.epoch_loop
        self.setup_data()
        loaders.set_epoch(self._loaders, progress.current.processed)
        goes_on, self._goes_on = self._goes_on, False
        if not goes_on:
            progress.increment("ready")
            trainer._call_callbacks("on_train_epoch_start")
            trainer._call_module("on_train_epoch_start")
            progress.increment("started")
        epoch_loop.run(self._loaders, goes_on)
        trainer._connector.epoch_end_reached()
        progress.increment("processed")
        trainer._call_callbacks("on_train_epoch_end", monitoring=False)
        trainer._call_module("on_train_epoch_end")
        trainer._call_callbacks("on_train_epoch_end", monitoring=True)
        trainer._connector.end_epoch()
        if epoch_loop._is_last_batch():
            epoch_loop.update_lr_schedulers("epoch", plateau=True)
        # Rows of an epoch stand at its last step.
        epoch_loop._batches_that_stepped -= 1
        trainer._connector.note_train_epoch()
        epoch_loop._batches_that_stepped += 1
        progress.increment("completed")
        trainer._connector.flush()

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        loop = self.epoch_loop
        return {
            "state_dict": {},
            "epoch_loop.state_dict": {
                "_batches_that_stepped": loop._batches_that_stepped,
                "_batch_is_over": loop._is_batch_over,
            },
            "epoch_loop.batch_progress": loop.batch_progress.state_dict(),
            "epoch_loop.scheduler_progress": loop.scheduler_progress.state_dict(),
            "epoch_loop.automatic_optimization.state_dict": {},
            "epoch_loop.automatic_optimization.optim_progress": loop.automatic_optimization.optim_progress.state_dict(),
            "epoch_loop.manual_optimization.state_dict": {},
            "epoch_loop.manual_optimization.optim_step_progress": (
                loop.manual_optimization.optim_step_progress.state_dict()
            ),
            "epoch_loop.val_loop.state_dict": {},
            "epoch_loop.val_loop.batch_progress": loop.val_loop.batch_progress.state_dict(),
            "epoch_progress": self.epoch_progress.state_dict(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave, here or in Lightning; the next run goes on from there."""
        loop, current = self.epoch_loop, self.epoch_progress.current
        self.epoch_progress.load_state_dict(state_dict["epoch_progress"])
        loop.batch_progress.load_state_dict(state_dict["epoch_loop.batch_progress"])
        loop.scheduler_progress.load_state_dict(state_dict["epoch_loop.scheduler_progress"])
        automatic = state_dict["epoch_loop.automatic_optimization.optim_progress"]
        loop.automatic_optimization.optim_progress.load_state_dict(automatic)
        manual = state_dict["epoch_loop.manual_optimization.optim_step_progress"]
        loop.manual_optimization.optim_step_progress.load_state_dict(manual)
        loop.val_loop.batch_progress.load_state_dict(state_dict["epoch_loop.val_loop.batch_progress"])
        own = state_dict["epoch_loop.state_dict"]
        loop._batches_that_stepped = own.get("_batches_that_stepped", 0)
        self._goes_on = current.started > current.processed
        if self._goes_on:
            loop.go_on(own.get("_batch_is_over", False))
