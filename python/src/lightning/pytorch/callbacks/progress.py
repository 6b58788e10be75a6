"""The progress of a run, with its rate and the logged values."""

from __future__ import annotations

import time
from typing import Any

from .bars import Place, line, place_for
from .callback import Callback

# Seconds between two pictures; values are read then, and only then.
_PACE = 0.5


class ProgressBar(Callback):
    """Base class of progress bars; a subclass draws in its hooks what `get_metrics` gives."""

    def __init__(self) -> None:
        self._trainer: Any = None

    @property
    def trainer(self) -> Any:
        """The trainer whose progress it shows. Raises TypeError before a run."""
        if self._trainer is None:
            raise TypeError(f"The `{type(self).__name__}._trainer` reference has not been set yet.")
        return self._trainer

    @property
    def is_enabled(self) -> bool:
        """Whether it draws."""
        return True

    is_disabled = property(lambda self: not self.is_enabled)

    def enable(self) -> None:
        """Has it draw."""

    def disable(self) -> None:
        """Has it draw nothing."""

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Prints above the bar."""
        print(*args, **kwargs)

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """A run begins."""
        self._trainer = trainer

    def get_metrics(self, trainer: Any, pl_module: Any) -> dict[str, Any]:
        """The figures behind the rate; a subclass may add to them or take away."""
        version = getattr(trainer.logger, "version", None)
        shown = {} if version is None else {"v_num": version[-4:] if isinstance(version, str) else version}
        return {**shown, **trainer.progress_bar_metrics}

    @property
    def total_train_batches(self) -> float:
        """Batches of an epoch."""
        return self.trainer.num_training_batches

    @property
    def total_val_batches(self) -> float:
        """Batches of validation."""
        return sum(self.trainer.num_val_batches)

    @property
    def total_test_batches(self) -> float:
        """Batches of testing."""
        return sum(self.trainer.num_test_batches)

    @property
    def total_predict_batches(self) -> float:
        """Batches of predicting."""
        return sum(self.trainer.num_predict_batches)


class _Bar:
    """One bar: what it is of, and how far that is."""

    def __init__(self, title: str, total: float) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self.begun = time.monotonic()


class TQDMProgressBar(ProgressBar):
    """A line for an epoch: in a terminal and a notebook it is drawn again while it goes on, elsewhere once, at its end.

    `refresh_rate` is the number of batches between two pictures at least; they also are half a second apart, since figures
    are read for each. `process_position` changes nothing.
    """

    def __init__(self, refresh_rate: int = 1, process_position: int = 0, leave: bool = False) -> None:
        super().__init__()
        self._refresh_rate = int(refresh_rate)
        self._leave = leave
        self._is_on = True
        self._bar: _Bar | None = None
        self._inner: _Bar | None = None
        self._values: dict[str, Any] = {}
        self._drawn_at = 0.0
        self._place: Place | None = None

    @property
    def refresh_rate(self) -> int:
        """The number of batches between two pictures at least; 0 draws none."""
        return self._refresh_rate

    @property
    def is_enabled(self) -> bool:
        """Whether it draws."""
        return self._is_on and self._refresh_rate > 0

    def enable(self) -> None:
        """Has it draw."""
        self._is_on = True

    def disable(self) -> None:
        """Has it draw nothing."""
        self._is_on = False

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Prints above the bar."""
        if self._place is not None:
            self._place.clear()
        print(*args, **kwargs)
        self._draw()

    # Hooks.

    def on_sanity_check_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins the bar."""
        self._begin("Sanity Checking", float("inf"))

    def on_sanity_check_end(self, trainer: Any, pl_module: Any) -> None:
        """Takes it away."""
        if self._place is not None:
            self._place.clear()
        self._bar = self._inner = None

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins the bar of an epoch."""
        self._begin(f"Epoch {trainer.current_epoch}", trainer.num_training_batches)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Goes on."""
        self._advance(self._bar, batch_idx + 1)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Shows the figures of the epoch."""
        self._finish(self._leave or (self._place is not None and not self._place.redraws))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Leaves the last bar where it is."""
        if self._bar is not None:
            self._settle()

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins the bar of validation, below that of training."""
        if trainer.sanity_checking:
            if self._bar is not None:
                self._bar.total = sum(trainer.num_sanity_val_batches)
        elif trainer.state.fn == "fit":
            self._inner = _Bar("Validation", sum(trainer.num_val_batches))
        else:
            self._begin("Validation", sum(trainer.num_val_batches))

    def on_validation_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Goes on."""
        self._advance(self._inner or self._bar)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Ends the bar of validation."""
        self._inner = None
        if trainer.state.fn != "fit":
            self._finish(True)

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins the bar of testing."""
        self._begin("Testing", sum(trainer.num_test_batches))

    def on_test_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Goes on."""
        self._advance(self._bar)

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Ends it."""
        self._finish(True)

    def on_predict_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins the bar of predicting."""
        self._begin("Predicting", sum(trainer.num_predict_batches))

    def on_predict_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Goes on."""
        self._advance(self._bar)

    def on_predict_end(self, trainer: Any, pl_module: Any) -> None:
        """Ends it."""
        self._finish(True)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Leaves the bar where it is."""
        if self._bar is not None:
            self._settle()

    # Pictures.

    def _begin(self, title: str, total: float) -> None:
        if not self.is_enabled:
            return
        if self._place is None:
            self._place = place_for()
        self._bar, self._inner = _Bar(title, total), None
        self._drawn_at = time.monotonic()

    def _advance(self, bar: _Bar | None, done: int | None = None) -> None:
        if bar is None or not self.is_enabled or self._place is None:
            return
        bar.done = bar.done + 1 if done is None else done
        is_due = self._place.redraws and time.monotonic() - self._drawn_at >= _PACE
        if is_due and bar.done % self._refresh_rate == 0:
            self._read()
            self._draw()

    def _read(self) -> None:
        self._values = self.get_metrics(self.trainer, self.trainer.lightning_module)

    def _draw(self) -> None:
        if self._place is None or self._bar is None:
            return
        self._drawn_at = time.monotonic()
        self._place.draw([self._line(bar) for bar in (self._bar, self._inner) if bar is not None], self._measures())

    def _line(self, bar: _Bar) -> str:
        values = self._values if bar is self._bar else {}
        return line(bar.title, bar.done, bar.total, time.monotonic() - bar.begun, values)

    def _measures(self) -> tuple[str, float, float, float]:
        bar = self._inner or self._bar
        assert bar is not None
        return self._line(bar), bar.done, bar.total, time.monotonic() - bar.begun

    def _finish(self, stays: bool) -> None:
        if self._bar is None or not self.is_enabled:
            return
        self._read()
        self._draw()
        if stays:
            self._settle()

    def _settle(self) -> None:
        if self._place is not None:
            self._place.settle()
        self._bar = self._inner = None


class RichProgressBar(TQDMProgressBar):
    """The same bar: a page has no terminal to draw a richer one in. A theme and options of a console change nothing."""

    def __init__(
        self, refresh_rate: int = 1, leave: bool = False, theme: Any = None, console_kwargs: Any = None
    ) -> None:
        super().__init__(refresh_rate=refresh_rate, leave=leave)
