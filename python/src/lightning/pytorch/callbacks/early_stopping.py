"""Ends training once a metric does not improve."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_info, rank_zero_warn
from .callback import Callback


class EarlyStoppingReason(Enum):
    """Why training was ended."""

    NOT_STOPPED = 0
    STOPPING_THRESHOLD = 1
    DIVERGENCE_THRESHOLD = 2
    PATIENCE_EXHAUSTED = 3
    NON_FINITE_METRIC = 4


class EarlyStopping(Callback):
    """Ends training once a metric has not improved for `patience` checks, is beyond a threshold, or is not finite."""

    _monitors = True

    def __init__(
        self,
        monitor: str,
        min_delta: float = 0.0,
        patience: int = 3,
        verbose: bool = False,
        mode: str = "min",
        strict: bool = True,
        check_finite: bool = True,
        stopping_threshold: float | None = None,
        divergence_threshold: float | None = None,
        check_on_train_epoch_end: bool | None = None,
        log_rank_zero_only: bool = False,
    ) -> None:
        if mode not in ("min", "max"):
            raise MisconfigurationException(f"`mode` can be min, max, got {mode}")
        self.monitor = monitor
        self.mode = mode
        # Negative where less is better, as in Lightning.
        self.min_delta = -min_delta if mode == "min" else min_delta
        self.patience = patience
        self.verbose = verbose
        self.strict = strict
        self.check_finite = check_finite
        self.stopping_threshold = stopping_threshold
        self.divergence_threshold = divergence_threshold
        self.wait_count = 0
        self.stopped_epoch = 0
        self.stopping_reason = EarlyStoppingReason.NOT_STOPPED
        self.stopping_reason_message: str | None = None
        self.best_score = torch.tensor(math.inf if mode == "min" else -math.inf)
        self.log_rank_zero_only = log_rank_zero_only
        self._check_on_train_epoch_end = check_on_train_epoch_end
        # The number of `best_score`, so that no check reads it.
        self._best = math.inf if mode == "min" else -math.inf

    @property
    def state_key(self) -> str:
        """The name of its state in checkpoints."""
        return self._generate_state_key(monitor=self.monitor, mode=self.mode)

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Settles when it looks: behind training epochs, unless validation comes at other times."""
        if self._check_on_train_epoch_end is None:
            every = trainer.val_check_interval == 1.0 and trainer._val_check_seconds is None
            self._check_on_train_epoch_end = every and trainer.check_val_every_n_epoch == 1

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {
            "wait_count": self.wait_count,
            "stopped_epoch": self.stopped_epoch,
            "best_score": self.best_score,
            "patience": self.patience,
            "stopping_reason": self.stopping_reason.value,
            "stopping_reason_message": self.stopping_reason_message,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        self.wait_count = state_dict["wait_count"]
        self.stopped_epoch = state_dict["stopped_epoch"]
        self.best_score = torch.as_tensor(state_dict["best_score"])
        self._best = float(self.best_score)
        self.patience = state_dict["patience"]
        self.stopping_reason = EarlyStoppingReason(state_dict.get("stopping_reason", 0))
        self.stopping_reason_message = state_dict.get("stopping_reason_message")

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Looks at the metric, where that is when it does."""
        if self._check_on_train_epoch_end:
            self._check(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Looks at the metric, where that is when it does."""
        if not self._check_on_train_epoch_end:
            self._check(trainer)

    def _check(self, trainer: Any) -> None:
        if trainer.state.fn != "fit" or trainer.sanity_checking or trainer.fast_dev_run:
            return
        metrics = trainer.callback_metrics
        if self.monitor not in metrics:
            known = "`, `".join(metrics)
            words = (
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. Pass in or modify your "
                f"`EarlyStopping` callback to use any of the following: `{known}`"
            )
            if self.strict:
                raise RuntimeError(words)
            if self.verbose:
                rank_zero_warn(words, category=RuntimeWarning)
            return
        value = metrics[self.monitor].squeeze()
        reason, words = self._judged(value, float(value))
        if reason is not EarlyStoppingReason.NOT_STOPPED:
            self.stopping_reason = reason
            self.stopping_reason_message = words
            self.stopped_epoch = trainer.current_epoch
            trainer.should_stop = True
        if words and self.verbose:
            rank_zero_info(words)

    def _beyond(self, value: float, bound: float) -> bool:
        return value < bound if self.mode == "min" else value > bound

    def _judged(self, value: Any, number: float) -> tuple[EarlyStoppingReason, str | None]:
        """Why training ends, and what there is to say of the value."""
        name, sign = self.monitor, "<" if self.mode == "min" else ">"
        if self.check_finite and not math.isfinite(number):
            return EarlyStoppingReason.NON_FINITE_METRIC, (
                f"Monitored metric {name} = {number} is not finite. Previous best value was {self._best:.3f}. "
                "Signaling Trainer to stop."
            )
        if self.stopping_threshold is not None and self._beyond(number, self.stopping_threshold):
            return EarlyStoppingReason.STOPPING_THRESHOLD, (
                f"Stopping threshold reached: {name} = {number} {sign} {self.stopping_threshold}. "
                "Signaling Trainer to stop."
            )
        if self.divergence_threshold is not None and self._beyond(-number, -self.divergence_threshold):
            return EarlyStoppingReason.DIVERGENCE_THRESHOLD, (
                f"Divergence threshold reached: {name} = {number} {sign} {self.divergence_threshold}. "
                "Signaling Trainer to stop."
            )
        if self._beyond(number - self.min_delta, self._best):
            gained = abs(self._best - number)
            more = f" by {gained:.3f} >= min_delta = {abs(self.min_delta)}" if math.isfinite(gained) else ""
            self.best_score, self._best, self.wait_count = value, number, 0
            return EarlyStoppingReason.NOT_STOPPED, f"Metric {name} improved{more}. New best score: {number:.3f}"
        self.wait_count += 1
        if self.wait_count < self.patience:
            return EarlyStoppingReason.NOT_STOPPED, None
        return EarlyStoppingReason.PATIENCE_EXHAUSTED, (
            f"Monitored metric {name} did not improve in the last {self.wait_count} records. Best score: {self._best:.3f}. "
            "Signaling Trainer to stop."
        )
