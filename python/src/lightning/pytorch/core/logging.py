"""Which hooks may log, and what they log by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ..trainer.results import is_metric, reduction_of
from ..utilities.exceptions import MisconfigurationException

# Hooks of a batch of training log the value of the step, those of an evaluation's batch the mean of the epoch.
_OF_STEPS = frozenset(
    """
    training_step on_train_batch_start on_train_batch_end on_before_backward backward on_after_backward
    on_before_optimizer_step optimizer_step configure_gradient_clipping clip_gradients on_before_zero_grad
    optimizer_zero_grad
    """.split()
)
_OF_EVALUATION = frozenset(
    """
    validation_step test_step on_validation_batch_start on_validation_batch_end on_test_batch_start on_test_batch_end
    """.split()
)
_OF_EPOCHS = frozenset(
    """
    on_train_start on_validation_start on_test_start on_train_epoch_start on_train_epoch_end on_validation_epoch_start
    on_validation_epoch_end on_test_epoch_start on_test_epoch_end
    """.split()
)


def when(fx: str | None, on_step: bool | None, on_epoch: bool | None) -> tuple[bool, bool]:
    """Whether a hook logs the value of the step, and that of the epoch. Raises MisconfigurationException where it may not."""
    if fx in _OF_STEPS:
        usual = (True, False)
    elif fx in _OF_EVALUATION:
        usual = (False, True)
    elif fx in _OF_EPOCHS:
        if on_step:
            raise MisconfigurationException(f"You can't `self.log(on_step=True)` inside `{fx}`, which is of an epoch")
        if on_epoch is False:
            raise MisconfigurationException(f"You can't `self.log(on_epoch=False)` inside `{fx}`, which is of an epoch")
        usual = (False, True)
    else:
        raise MisconfigurationException(f"You can't `self.log()` inside `{fx}`.")
    return usual[0] if on_step is None else on_step, usual[1] if on_epoch is None else on_epoch


def checked(name: str, value: Any) -> Any:
    """A value that can be logged. Raises ValueError and MisconfigurationException for others."""
    if "/dataloader_idx_" in name:
        raise MisconfigurationException(
            f"log: expected a name without the number of a loader, but got {name!r}; it is added by itself"
        )
    if isinstance(value, Mapping):
        raise ValueError(f"`self.log({name}, {value})` was called, but nested dictionaries cannot be logged")
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            raise ValueError(
                f"`self.log({name}, {value})` was called, but the tensor must have a single element. You can try doing "
                f"`self.log({name}, {value}.mean())`"
            )
        return value
    if isinstance(value, (bool, int, float)) or is_metric(value):
        return value
    try:
        # Numbers of NumPy.
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"`self.log({name}, {value})` was called, but `{type(value).__name__}` values cannot be logged"
        ) from None


def options(fx: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `log`, with their defaults in a hook."""
    on_step, on_epoch = when(fx, given["on_step"], given["on_epoch"])
    return {
        "prog_bar": given["prog_bar"],
        "logger": True if given["logger"] is None else given["logger"],
        "on_step": on_step,
        "on_epoch": on_epoch,
        "reduction": reduction_of(given["reduce_fx"]),
        "add_dataloader_idx": given["add_dataloader_idx"],
    }
