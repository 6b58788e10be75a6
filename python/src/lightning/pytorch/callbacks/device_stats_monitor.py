"""Gives loggers the counters of the device."""

from __future__ import annotations

from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException
from .callback import Callback


def device_stats() -> dict[str, float]:
    """The counters of the device: those of `torch.cuda.memory_stats`."""
    return {name: value for name, value in torch.cuda.memory_stats().items() if isinstance(value, (int, float))}


class DeviceStatsMonitor(Callback):
    """Logs the counters of the device before and behind each batch that is logged. `cpu_stats` are none in a page."""

    def __init__(self, cpu_stats: bool | None = None) -> None:
        if cpu_stats:
            raise MisconfigurationException(
                "DeviceStatsMonitor: expected cpu_stats to be left out, but got True; a page sees nothing of the processor"
            )

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Raises MisconfigurationException where nobody logs."""
        if stage == "fit" and not trainer.loggers:
            raise MisconfigurationException(
                "Cannot use `DeviceStatsMonitor` callback with `Trainer(logger=False)`."
            )

    def _log(self, trainer: Any, hook: str) -> None:
        if not trainer._connector.should_update_logs or not trainer.loggers:
            return
        separator = trainer.loggers[0].group_separator
        prefix = f"{type(self).__qualname__}.{hook}{separator}"
        row = {f"{prefix}{name}": value for name, value in device_stats().items()}
        trainer._connector.note(row, trainer.fit_loop.epoch_loop._batches_that_stepped)

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Logs them."""
        self._log(trainer, "on_train_batch_start")

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Logs them."""
        self._log(trainer, "on_train_batch_end")

    def on_validation_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Logs them."""
        self._log(trainer, "on_validation_batch_start")

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Logs them."""
        self._log(trainer, "on_validation_batch_end")

    def on_test_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Logs them."""
        self._log(trainer, "on_test_batch_start")

    def on_test_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Logs them."""
        self._log(trainer, "on_test_batch_end")
