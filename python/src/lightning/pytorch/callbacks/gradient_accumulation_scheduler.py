"""Changes from epoch to epoch over how many batches gradients are added up."""

from __future__ import annotations

from typing import Any

from ..utilities.exceptions import MisconfigurationException
from .callback import Callback


class GradientAccumulationScheduler(Callback):
    """Adds up gradients over so many batches from an epoch on: `{0: 8, 4: 4, 8: 1}`."""

    def __init__(self, scheduling: dict[int, int]) -> None:
        if not scheduling:
            raise TypeError("GradientAccumulationScheduler: expected epochs with their numbers of batches, but got none")
        if any(not isinstance(epoch, int) or epoch < 0 for epoch in scheduling):
            raise MisconfigurationException(
                f"Epoch should be an int greater than or equal to 0. Got {list(scheduling)}."
            )
        if any(not isinstance(count, int) or count < 1 for count in scheduling.values()):
            raise MisconfigurationException(
                f"Accumulation factor should be an int greater than 0. Got {list(scheduling.values())}."
            )
        self.scheduling = {0: 1, **scheduling}
        self.epochs = sorted(self.scheduling)

    def going_to_accumulate_grad_batches(self) -> bool:
        """Whether gradients are added up at all."""
        return any(count > 1 for count in self.scheduling.values())

    def get_accumulate_grad_batches(self, epoch: int) -> int:
        """Over how many batches in an epoch."""
        return self.scheduling[max(each for each in self.epochs if each <= epoch)]

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Raises an error where the module steps by itself, or the trainer has a number of its own."""
        if not pl_module.automatic_optimization:
            raise RuntimeError(
                "Automatic gradient accumulation and the `GradientAccumulationScheduler` is not supported for manual "
                "optimization. Please remove the callback or switch to automatic optimization."
            )
        if trainer.accumulate_grad_batches != 1:
            raise ValueError(
                "You have set `accumulate_grad_batches` and are using the `GradientAccumulationScheduler` callback. Either "
                "remove `accumulate_grad_batches` from the Trainer or remove the callback."
            )

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Sets the number of the epoch."""
        trainer.accumulate_grad_batches = self.get_accumulate_grad_batches(trainer.current_epoch)
