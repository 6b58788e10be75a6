"""Gives loggers the rates of optimizers."""

from __future__ import annotations

from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_warn
from .callback import Callback


class LearningRateMonitor(Callback):
    """Logs the rates of optimizers, at steps or epochs, and with `log_momentum` and `log_weight_decay` those options, too."""

    def __init__(
        self, logging_interval: str | None = None, log_momentum: bool = False, log_weight_decay: bool = False
    ) -> None:
        if logging_interval not in (None, "step", "epoch"):
            raise MisconfigurationException("logging_interval should be `step` or `epoch` or `None`.")
        self.logging_interval = logging_interval
        self.log_momentum = log_momentum
        self.log_weight_decay = log_weight_decay
        self.lrs: dict[str, list[float]] = {}
        self.last_momentum_values: dict[str, float | None] = {}
        self.last_weight_decay_values: dict[str, float | None] = {}

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Names the groups of parameters. Raises MisconfigurationException where nobody logs."""
        if not trainer.loggers:
            raise MisconfigurationException(
                "Cannot use `LearningRateMonitor` callback with `Trainer` that has no logger."
            )
        found = self._named(trainer)
        has_none = any(not {"momentum", "betas"} & set(optimizer.defaults) for optimizer, _, _ in found)
        if self.log_momentum and has_none:
            rank_zero_warn(
                "You have set log_momentum=True, but some optimizers do not have momentum. This will log a value 0 for the "
                "momentum.",
                category=RuntimeWarning,
            )
        names = [name for _, each, _ in found for name in each]
        self.lrs = {name: [] for name in names}
        self.last_momentum_values = {f"{name}-momentum": None for name in names}
        self.last_weight_decay_values = {f"{name}-weight_decay": None for name in names}

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Logs those of steps."""
        if trainer._connector.should_update_logs and self.logging_interval != "epoch":
            self._log(trainer, "step")

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Logs those of epochs."""
        if self.logging_interval != "step":
            self._log(trainer, "epoch")

    def _log(self, trainer: Any, interval: str) -> None:
        row: dict[str, float] = {}
        for optimizer, names, own in self._named(trainer):
            if self.logging_interval is None and own not in (None, interval):
                continue
            for group, name in zip(optimizer.param_groups, names, strict=True):
                row.update(self._of_group(group, name, "betas" in optimizer.defaults))
        trainer.callback_metrics.update({name: torch.tensor(float(value)) for name, value in row.items()})
        trainer._connector.note(row, trainer.fit_loop.epoch_loop._batches_that_stepped)

    def _of_group(self, group: dict[str, Any], name: str, has_betas: bool) -> dict[str, float]:
        rate = float(group["lr"])
        self.lrs.setdefault(name, []).append(rate)
        found = {name: rate}
        if self.log_momentum:
            momentum = group["betas"][0] if has_betas else group.get("momentum", 0)
            found[f"{name}-momentum"] = self.last_momentum_values[f"{name}-momentum"] = momentum
        if self.log_weight_decay:
            decay = group.get("weight_decay", 0)
            found[f"{name}-weight_decay"] = self.last_weight_decay_values[f"{name}-weight_decay"] = decay
        return found

    def _named(self, trainer: Any) -> list[tuple[Any, list[str], str | None]]:
        """Optimizers, the names of their groups, and the intervals of their schedules; those without one come last."""
        counts: dict[type, int] = {}
        found: list[tuple[Any, list[str], str | None]] = []
        for config in trainer.lr_scheduler_configs:
            optimizer = config.scheduler.optimizer
            found.append((optimizer, _names(optimizer, config.name, counts), config.interval))
        for optimizer in trainer.optimizers:
            if not any(each is optimizer for each, _, _ in found):
                found.append((optimizer, _names(optimizer, None, counts), None))
        return found


def _names(optimizer: Any, given: str | None, counts: dict[type, int]) -> list[str]:
    """A name for each group of an optimizer; those of a kind are numbered from the second on."""
    kind = type(optimizer)
    name = given or f"lr-{kind.__name__}"
    if given is None:
        counts[kind] = counts.get(kind, 0) + 1
    if counts.get(kind, 0) > 1:
        name += f"-{counts[kind] - 1}"
    groups = optimizer.param_groups
    own = [group.get("name") or (f"pg{i + 1}" if len(groups) > 1 else None) for i, group in enumerate(groups)]
    if len(set(own)) < len(own):
        raise MisconfigurationException(
            "A single `Optimizer` cannot have multiple parameter groups with identical `name` values. "
            f"{name} has duplicated parameter group names {({each for each in own if own.count(each) > 1})}"
        )
    return [f"{name}/{each}" if each else name for each in own]
