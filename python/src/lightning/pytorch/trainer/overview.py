"""The public view of a trainer: its progress, the logged values, and the parts that take part."""

from __future__ import annotations

from typing import Any

from ..callbacks.early_stopping import EarlyStopping
from ..callbacks.model_checkpoint import ModelCheckpoint
from ..callbacks.progress import ProgressBar
from ..utilities.model_helpers import is_overridden
from .results import Results
from .states import RunningStage, TrainerFn, TrainerState, TrainerStatus


class Overview:
    """The view that a trainer gives of itself; the trainer holds the values."""

    state: TrainerState
    callbacks: list[Any]
    loggers: list[Any]
    fit_loop: Any
    validate_loop: Any
    test_loop: Any
    predict_loop: Any
    datamodule: Any
    default_root_dir: str
    max_steps: int
    min_steps: int | None
    accumulate_grad_batches: int
    limit_val_batches: float
    _connector: Any
    _module: Any
    _precision: Any

    world_size = num_nodes = num_devices = 1
    global_rank = local_rank = node_rank = 0
    is_global_zero = True
    received_sigterm = False

    @property
    def lightning_module(self) -> Any:
        """The module of the last run, or None."""
        return self._module

    model = lightning_module

    @property
    def precision(self) -> str:
        """The precision, as `32-true`."""
        return self._precision.name

    @property
    def current_epoch(self) -> int:
        """Epochs that are over."""
        return self.fit_loop.epoch_progress.current.completed

    @property
    def global_step(self) -> int:
        """Steps of optimizers so far."""
        return self.fit_loop.epoch_loop.global_step

    @property
    def max_epochs(self) -> int | None:
        """The number of epochs at most; -1 without end."""
        return self.fit_loop.max_epochs

    @property
    def min_epochs(self) -> int | None:
        """The number of epochs at least."""
        return self.fit_loop.min_epochs

    @property
    def is_last_batch(self) -> bool:
        """Whether the present batch is the last of its epoch."""
        return self.fit_loop.epoch_loop.batch_progress.is_last_batch

    @property
    def num_training_batches(self) -> float:
        """Batches of an epoch; infinity where that is not known."""
        return self.fit_loop.max_batches

    @property
    def num_val_batches(self) -> list[float]:
        """Batches of each loader of validation."""
        is_fit = self.state.fn == TrainerFn.FITTING
        # Before training the loop gives those of the look at validation.
        return self.fit_loop.epoch_loop.val_loop._max_batches if is_fit else self.validate_loop.max_batches

    @property
    def num_sanity_val_batches(self) -> list[float]:
        """Batches of each loader that are looked at before training."""
        return [min(self.num_sanity_val_steps, count) for count in self.fit_loop.epoch_loop.val_loop._max_batches]

    num_sanity_val_steps: float

    @property
    def num_test_batches(self) -> list[float]:
        """Batches of each loader of testing."""
        return self.test_loop.max_batches

    @property
    def num_predict_batches(self) -> list[float]:
        """Batches of each loader of predicting."""
        return self.predict_loop.max_batches

    @property
    def estimated_stepping_batches(self) -> float:
        """Steps that the whole of training takes, for schedules; infinity where that is not known."""
        if self.max_epochs == -1:
            return float("inf") if self.max_steps == -1 else self.max_steps
        self.fit_loop.setup_data()
        batches = self.num_training_batches
        if batches == float("inf"):
            return self.max_steps if self.max_steps != -1 else float("inf")
        steps = -(-batches // self.accumulate_grad_batches) * max(self.max_epochs or 1, 1)
        return min(steps, self.max_steps) if self.max_steps != -1 else steps

    def _loaders_of(self, loop: Any) -> Any:
        return None if loop._loaders is None else loop._loaders.iterables

    @property
    def train_dataloader(self) -> Any:
        """The loader of training."""
        return self._loaders_of(self.fit_loop)

    @property
    def val_dataloaders(self) -> Any:
        """The loaders of validation."""
        found = self._loaders_of(self.fit_loop.epoch_loop.val_loop)
        return self._loaders_of(self.validate_loop) if found is None else found

    @property
    def test_dataloaders(self) -> Any:
        """The loaders of testing."""
        return self._loaders_of(self.test_loop)

    @property
    def predict_dataloaders(self) -> Any:
        """The loaders of predicting."""
        return self._loaders_of(self.predict_loop)

    @property
    def callback_metrics(self) -> dict[str, Any]:
        """The logged values, for callbacks: tensors."""
        return self._connector.callback_metrics()

    @property
    def logged_metrics(self) -> dict[str, Any]:
        """The values that loggers are given: tensors."""
        return self._connector.logged_metrics()

    @property
    def progress_bar_metrics(self) -> dict[str, float]:
        """The values that the bar shows, which this reads."""
        return self._connector.pbar_metrics()

    @property
    def logger(self) -> Any:
        """The first logger, or None."""
        return self.loggers[0] if self.loggers else None

    @logger.setter
    def logger(self, logger: Any) -> None:
        self.loggers = [logger] if logger else []

    @property
    def log_dir(self) -> str:
        """Where the first logger writes."""
        found = getattr(self.logger, "log_dir", None) or getattr(self.logger, "save_dir", None)
        return found or self.default_root_dir

    def _first(self, kind: type) -> Any:
        return next((callback for callback in self.callbacks if isinstance(callback, kind)), None)

    def _all(self, kind: type) -> list[Any]:
        return [callback for callback in self.callbacks if isinstance(callback, kind)]

    @property
    def checkpoint_callback(self) -> Any:
        """The first callback that saves checkpoints, or None."""
        return self._first(ModelCheckpoint)

    @property
    def checkpoint_callbacks(self) -> list[Any]:
        """All callbacks that save checkpoints."""
        return self._all(ModelCheckpoint)

    @property
    def early_stopping_callback(self) -> Any:
        """The first EarlyStopping, or None."""
        return self._first(EarlyStopping)

    @property
    def early_stopping_callbacks(self) -> list[Any]:
        """All EarlyStoppings."""
        return self._all(EarlyStopping)

    @property
    def progress_bar_callback(self) -> Any:
        """The progress bar, or None."""
        return self._first(ProgressBar)

    @property
    def training(self) -> bool:
        """Whether batches of training are taken."""
        return self.state.stage == RunningStage.TRAINING

    @property
    def validating(self) -> bool:
        """Whether it validates."""
        return self.state.stage == RunningStage.VALIDATING

    @property
    def testing(self) -> bool:
        """Whether it tests."""
        return self.state.stage == RunningStage.TESTING

    @property
    def predicting(self) -> bool:
        """Whether it predicts."""
        return self.state.stage == RunningStage.PREDICTING

    @property
    def sanity_checking(self) -> bool:
        """Whether it looks at validation before training."""
        return self.state.stage == RunningStage.SANITY_CHECKING

    @property
    def evaluating(self) -> bool:
        """Whether it validates or tests."""
        return self.validating or self.testing

    @property
    def interrupted(self) -> bool:
        """Whether the last run was stopped."""
        return self.state.status == TrainerStatus.INTERRUPTED

    @property
    def enable_validation(self) -> bool:
        """Whether `fit` validates."""
        module, data = self._module, self.fit_loop.epoch_loop.val_loop.source
        if module is None or self.limit_val_batches == 0 or not is_overridden("validation_step", module):
            return False
        owners = (module, self.datamodule)
        return data is not None or any(each is not None and is_overridden("val_dataloader", each) for each in owners)

    @property
    def _results(self) -> Results | None:
        """The values of the loop that runs."""
        if self.state.fn == TrainerFn.FITTING:
            loop = self.fit_loop.epoch_loop
            return loop.val_loop.results if self.validating or self.sanity_checking else loop.results
        if self.state.fn == TrainerFn.VALIDATING:
            return self.validate_loop.results
        return self.test_loop.results if self.state.fn == TrainerFn.TESTING else None

    @property
    def _logging_step(self) -> int:
        """By which `log_every_n_steps` counts."""
        if self.state.fn == TrainerFn.FITTING:
            loop = self.fit_loop.epoch_loop
            return loop.val_loop.batch_progress.current.ready if self.validating else loop._batches_that_stepped + 1
        loop = self.test_loop if self.state.fn == TrainerFn.TESTING else self.validate_loop
        return loop.batch_progress.current.ready
