"""Callbacks of the trainer."""

from __future__ import annotations

import os
import re
from typing import Any

import torch


class Callback:
    """Base class; a subclass defines methods such as `on_train_epoch_end(trainer, module)`."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""


class _Watching(Callback):
    """A callback that compares a metric with its best value."""

    def __init__(self, monitor: str | None, mode: str) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f"`mode` can be min, max, got {mode}")
        self.monitor = monitor
        self.mode = mode

    def _is_better(self, value: float, best: float, least: float = 0.0) -> bool:
        return value < best - least if self.mode == "min" else value > best + least

    def _worst(self) -> float:
        return float("inf") if self.mode == "min" else float("-inf")


class EarlyStopping(_Watching):
    """Ends training once a metric has not improved for `patience` checks."""

    def __init__(
        self,
        monitor: str,
        min_delta: float = 0.0,
        patience: int = 3,
        verbose: bool = False,
        mode: str = "min",
        strict: bool = True,
        check_finite: bool = True,
        **_: Any,
    ) -> None:
        super().__init__(monitor, mode)
        self.min_delta = min_delta
        self.patience = patience
        self.verbose = verbose
        self.strict = strict
        self.check_finite = check_finite
        self.wait_count = 0
        self.stopped_epoch = 0
        self.best_score = self._worst()

    def _check(self, trainer: Any) -> None:
        value = trainer.callback_metrics.get(self.monitor)
        if value is None:
            if self.strict:
                known = ", ".join(f"`{name}`" for name in trainer.callback_metrics)
                raise RuntimeError(
                    f"Early stopping conditioned on metric `{self.monitor}` which is not available. Pass in or modify "
                    f"your `EarlyStopping` callback to use any of the following: {known}"
                )
            return
        value = float(value)
        is_finite = value not in (float("inf"), float("-inf")) and value == value
        if self._is_better(value, float(self.best_score), self.min_delta):
            self.best_score = value
            self.wait_count = 0
        else:
            self.wait_count += 1
        if self.wait_count >= self.patience or (self.check_finite and not is_finite):
            trainer.should_stop = True
            self.stopped_epoch = trainer.current_epoch

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """Looks at the metric."""
        if trainer.state == "fit" and not trainer.sanity_checking:
            self._check(trainer)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Looks at the metric where nothing is validated."""
        if not trainer._validates:
            self._check(trainer)


class ModelCheckpoint(_Watching):
    """Saves the model after epochs: the last, or the best by a metric."""

    def __init__(
        self,
        dirpath: str | None = None,
        filename: str | None = None,
        monitor: str | None = None,
        verbose: bool = False,
        save_last: bool | None = None,
        save_top_k: int = 1,
        save_weights_only: bool = False,
        mode: str = "min",
        every_n_epochs: int = 1,
        **_: Any,
    ) -> None:
        super().__init__(monitor, mode)
        self.dirpath = dirpath
        self.filename = filename
        self.save_last = save_last
        self.save_top_k = save_top_k
        self.save_weights_only = save_weights_only
        self.every_n_epochs = every_n_epochs
        self.best_model_path = ""
        self.last_model_path = ""
        self.best_model_score: Any = None
        self.best_k_models: dict[str, float] = {}

    def _path(self, trainer: Any) -> str:
        values = {name: float(value) for name, value in trainer.callback_metrics.items()}
        values = {"epoch": trainer.current_epoch, "step": trainer.global_step, **values}
        named = re.sub(r"(?<!=)\{(\w+)", r"\1={\1", self.filename or "{epoch}-{step}")
        return os.path.join(self.dirpath, f"{named.format(**values)}.ckpt")

    def _save(self, trainer: Any) -> None:
        if self.dirpath is None:
            self.dirpath = os.path.join(trainer.default_root_dir, "checkpoints")
        path = self._path(trainer)
        if self.save_last:
            self.last_model_path = os.path.join(self.dirpath, "last.ckpt")
            trainer.save_checkpoint(self.last_model_path, self.save_weights_only)
        if self.save_top_k == 0:
            return
        score = trainer.callback_metrics.get(self.monitor) if self.monitor else None
        if self.monitor and score is None:
            raise RuntimeError(
                f"`ModelCheckpoint(monitor={self.monitor!r})` could not find the monitored key in the returned "
                f"metrics: {list(trainer.callback_metrics)}. HINT: Did you call `log({self.monitor!r}, value)` in the "
                "`LightningModule`?"
            )
        value = float(score) if score is not None else -float(trainer.global_step)
        ranked = sorted(
            {**self.best_k_models, path: value}.items(), key=lambda kept: kept[1], reverse=self.mode == "max"
        )
        kept = ranked if self.save_top_k < 0 else ranked[: self.save_top_k]
        if path in dict(kept):
            trainer.save_checkpoint(path, self.save_weights_only)
        for old in set(self.best_k_models) - set(dict(kept)):
            os.remove(old)
        self.best_k_models = dict(kept)
        self.best_model_path, best = kept[0]
        self.best_model_score = torch.tensor(best) if self.monitor else None

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """Saves after a validation."""
        is_due = (trainer.current_epoch + 1) % self.every_n_epochs == 0
        if trainer.state == "fit" and not trainer.sanity_checking and is_due:
            self._save(trainer)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Saves where nothing is validated."""
        if not trainer._validates and (trainer.current_epoch + 1) % self.every_n_epochs == 0:
            self._save(trainer)


class LearningRateMonitor(Callback):
    """Logs the rates of the optimizers."""

    def __init__(self, logging_interval: str | None = None, **_: Any) -> None:
        self.logging_interval = logging_interval

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Logs them."""
        for i, optimizer in enumerate(trainer.optimizers):
            suffix = f"-{i}" if len(trainer.optimizers) > 1 else ""
            name = f"lr-{type(optimizer).__name__}{suffix}"
            trainer.logged_metrics[name] = optimizer.param_groups[0]["lr"]


class LambdaCallback(Callback):
    """A callback of functions."""

    def __init__(self, **functions: Any) -> None:
        for name, function in functions.items():
            setattr(self, name, function)


__all__ = ["Callback", "EarlyStopping", "LambdaCallback", "LearningRateMonitor", "ModelCheckpoint"]
