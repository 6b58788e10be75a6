"""`Callback`: what is called around the steps of all modules of a trainer."""

from __future__ import annotations

from typing import Any


class Callback:
    """Base class; a subclass defines those hooks that it wants."""

    # Whether it looks at metrics, and so is called behind the module at the end of an epoch.
    _monitors = False

    @property
    def state_key(self) -> str:
        """The name of its state in checkpoints."""
        return type(self).__qualname__

    def _generate_state_key(self, **options: Any) -> str:
        return f"{type(self).__qualname__}{options!r}"

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Called at the beginning of `fit`, `validate`, `test` and `predict`, with that word."""

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Called at the end of a run."""

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Called at the beginning of `fit`."""

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Called at the end of `fit`."""

    def on_sanity_check_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the look at validation before training."""

    def on_sanity_check_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after it."""

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the first epoch."""

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after the last epoch."""

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the batches of an epoch."""

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after the batches of an epoch."""

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Called before a batch."""

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Called after a batch, with what `training_step` gave."""

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before validation."""

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after validation."""

    def on_validation_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the batches of validation."""

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after the batches of validation."""

    def on_validation_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called before a batch of validation."""

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called after a batch of validation."""

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before testing."""

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after testing."""

    def on_test_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the batches of testing."""

    def on_test_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after the batches of testing."""

    def on_test_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called before a batch of testing."""

    def on_test_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called after a batch of testing."""

    def on_predict_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before predicting."""

    def on_predict_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after predicting."""

    def on_predict_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Called before the batches of predicting."""

    def on_predict_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Called after the batches of predicting."""

    def on_predict_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called before a batch of predicting."""

    def on_predict_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Called after a batch of predicting."""

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Called when a run ends by an error, or is interrupted."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""

    def on_save_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        """Called with what a file will hold, before it is written."""

    def on_load_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        """Called with what a file held."""

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        """Called before the backward of a loss."""

    def on_after_backward(self, trainer: Any, pl_module: Any) -> None:
        """Called after it."""

    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        """Called before an optimizer updates parameters."""

    def on_before_zero_grad(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        """Called before gradients are forgotten."""


class Checkpoint(Callback):
    """Base class of callbacks that save checkpoints, which are called behind all others."""

    _monitors = True
