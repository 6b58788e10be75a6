"""The callbacks of a trainer: those that it was given, those that it has by default, and the order of their calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..utilities.exceptions import MisconfigurationException
from .callback import Callback, Checkpoint
from .model_checkpoint import ModelCheckpoint
from .model_summary import ModelSummary
from .progress import ProgressBar, TQDMProgressBar
from .timer import Timer


def in_order_of_calls(callbacks: list[Any]) -> list[Any]:
    """Checkpoints come last, so that they hold what all others have done."""
    return sorted(callbacks, key=lambda callback: isinstance(callback, Checkpoint))


def default_callbacks(
    given: Any,
    *,
    checkpoints: bool | None,
    bar: bool | None,
    summary: bool | None,
    max_time: float | None,
    is_dev_run: bool,
) -> list[Callback]:
    """All callbacks. Raises MisconfigurationException for one that an option excludes."""
    callbacks = [given] if isinstance(given, Callback) else list(given or [])

    def expect_none(kind: type, name: str, option: str) -> None:
        if any(isinstance(callback, kind) for callback in callbacks):
            raise MisconfigurationException(f"Trainer: expected no {name} with {option}=False, but got one")

    def lacks(kind: type) -> bool:
        return not any(isinstance(callback, kind) for callback in callbacks)

    if checkpoints is False:
        expect_none(Checkpoint, "ModelCheckpoint", "enable_checkpointing")
    elif lacks(Checkpoint) and not is_dev_run:
        callbacks.append(ModelCheckpoint())
    if sum(isinstance(callback, ProgressBar) for callback in callbacks) > 1:
        raise MisconfigurationException("Trainer: expected one progress bar, but got several")
    if bar is False:
        expect_none(ProgressBar, "progress bar", "enable_progress_bar")
    elif lacks(ProgressBar):
        callbacks.append(TQDMProgressBar())
    if summary is False:
        callbacks = [callback for callback in callbacks if not isinstance(callback, ModelSummary)]
    elif lacks(ModelSummary):
        callbacks.append(ModelSummary())
    if max_time is not None and lacks(Timer):
        callbacks.append(Timer(duration=timedelta(seconds=max_time)))
    return in_order_of_calls(callbacks)


def attach_of_module(trainer: Any, module: Any) -> None:
    """Adds the callbacks that a module brings with it, which take the place of those of the same class."""
    own = trainer._call_module("configure_callbacks")
    if not own:
        return
    brought = [own] if isinstance(own, Callback) else list(own)
    kinds = {type(callback) for callback in brought}
    kept = [callback for callback in trainer.callbacks if type(callback) not in kinds]
    trainer.callbacks = in_order_of_calls([*kept, *brought])
