"""What may be called around the steps of a run; a subclass defines those that it wants."""

from __future__ import annotations

from typing import Any


class CheckpointHooks:
    """Around checkpoints."""

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Called with what a file held, before it is taken."""

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Called with what a file will hold, before it is written."""


class DataHooks:
    """Around data."""

    def prepare_data(self) -> None:
        """Called before anything else: to download, say."""

    def setup(self, stage: str) -> None:
        """Called at the beginning of `fit`, `validate`, `test` and `predict`, with that word."""

    def teardown(self, stage: str) -> None:
        """Called at the end of a run."""

    def train_dataloader(self) -> Any:
        """The loader, or several, that training takes batches from."""
        raise NotImplementedError("`train_dataloader` must be implemented to be used with the Lightning Trainer")

    def val_dataloader(self) -> Any:
        """The loader, or several, of validation."""
        raise NotImplementedError("`val_dataloader` must be implemented to be used with the Lightning Trainer")

    def test_dataloader(self) -> Any:
        """The loader, or several, of testing."""
        raise NotImplementedError("`test_dataloader` must be implemented to be used with the Lightning Trainer")

    def predict_dataloader(self) -> Any:
        """The loader, or several, of predicting."""
        raise NotImplementedError("`predict_dataloader` must be implemented to be used with the Lightning Trainer")

    def on_before_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:
        """Gives the batch, or another in its place, before it is moved."""
        return batch

    def transfer_batch_to_device(self, batch: Any, device: Any, dataloader_idx: int) -> Any:
        """Gives the batch on the device, where it is already."""
        return batch

    def on_after_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:
        """Gives the batch, or another in its place, after it has been moved."""
        return batch


class ModelHooks:
    """Around the steps of a module."""

    trainer: Any

    def configure_model(self) -> None:
        """Called before a run, to make layers; it may be called several times."""

    def configure_callbacks(self) -> Any:
        """Callbacks that the module brings with it."""
        return []

    def on_fit_start(self) -> None:
        """Called at the beginning of `fit`."""

    def on_fit_end(self) -> None:
        """Called at the end of `fit`."""

    def on_train_start(self) -> None:
        """Called before the first epoch."""

    def on_train_end(self) -> None:
        """Called after the last epoch."""

    def on_train_epoch_start(self) -> None:
        """Called before the batches of an epoch."""

    def on_train_epoch_end(self) -> None:
        """Called after the batches of an epoch."""

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> int | None:
        """Called before a batch; -1 leaves out the rest of the epoch."""

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Called after a batch, with what `training_step` gave."""

    def on_validation_start(self) -> None:
        """Called before validation."""

    def on_validation_end(self) -> None:
        """Called after validation."""

    def on_validation_epoch_start(self) -> None:
        """Called before the batches of validation."""

    def on_validation_epoch_end(self) -> None:
        """Called after the batches of validation."""

    def on_validation_batch_start(self, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called before a batch of validation."""

    def on_validation_batch_end(self, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called after a batch of validation."""

    def on_validation_model_zero_grad(self) -> None:
        """Forgets gradients before a validation among training."""
        self.zero_grad()  # type: ignore[attr-defined]

    def on_validation_model_eval(self) -> None:
        """Has layers evaluate."""
        self.eval()  # type: ignore[attr-defined]

    def on_validation_model_train(self) -> None:
        """Has layers train again; without a method of one's own each goes on as it did."""
        self.train()  # type: ignore[attr-defined]

    def on_test_start(self) -> None:
        """Called before testing."""

    def on_test_end(self) -> None:
        """Called after testing."""

    def on_test_epoch_start(self) -> None:
        """Called before the batches of testing."""

    def on_test_epoch_end(self) -> None:
        """Called after the batches of testing."""

    def on_test_batch_start(self, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called before a batch of testing."""

    def on_test_batch_end(self, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called after a batch of testing."""

    def on_test_model_eval(self) -> None:
        """Has layers evaluate."""
        self.eval()  # type: ignore[attr-defined]

    def on_test_model_train(self) -> None:
        """Has layers train again; without a method of one's own each goes on as it did."""
        self.train()  # type: ignore[attr-defined]

    def on_predict_start(self) -> None:
        """Called before predicting."""

    def on_predict_end(self) -> None:
        """Called after predicting."""

    def on_predict_epoch_start(self) -> None:
        """Called before the batches of predicting."""

    def on_predict_epoch_end(self) -> None:
        """Called after the batches of predicting."""

    def on_predict_batch_start(self, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called before a batch of predicting."""

    def on_predict_batch_end(self, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Called after a batch of predicting."""

    def on_predict_model_eval(self) -> None:
        """Has layers evaluate."""
        self.eval()  # type: ignore[attr-defined]

    def on_before_zero_grad(self, optimizer: Any) -> None:
        """Called before gradients are forgotten."""

    def on_before_backward(self, loss: Any) -> None:
        """Called before the backward of a loss."""

    def on_after_backward(self) -> None:
        """Called after it."""

    def on_before_optimizer_step(self, optimizer: Any) -> None:
        """Called before an optimizer updates parameters, before gradients are clipped."""

