"""Brings logged values to callbacks, loggers and the bar: they stay on the device until they are shown, and are read in bulk."""

from __future__ import annotations

import time
from typing import Any

import torch

from .results import Results

# Rows wait for so many seconds at most, so that many of them are read together.
_PACE = 0.5


def read_all(values: list[Any]) -> list[float]:
    """Numbers of tensors of one element and numbers, with one read for each type of tensors."""
    found = [None if isinstance(value, torch.Tensor) else float(value) for value in values]
    kinds: dict[Any, list[int]] = {}
    for i, value in enumerate(values):
        if isinstance(value, torch.Tensor):
            kinds.setdefault(value.dtype, []).append(i)
    for places in kinds.values():
        if len(places) == 1:
            read = [values[places[0]].item()]
        else:
            read = torch.stack([values[i].detach().reshape(()) for i in places]).tolist()
        for i, number in zip(places, read, strict=True):
            found[i] = number
    return found  # type: ignore[return-value]


def as_tensors(values: dict[str, Any]) -> dict[str, Any]:
    """The same dict, in which numbers have become tensors."""
    for name, value in values.items():
        if not isinstance(value, torch.Tensor):
            values[name] = torch.tensor(float(value))
    return values


class Connector:
    """The values of a trainer."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self.callback: dict[str, Any] = {}
        self.logged: dict[str, Any] = {}
        self.pbar: dict[str, Any] = {}
        # True in the first batch of a loop, False in the others, None between them.
        self.first_batch: bool | None = None
        self._fx: str | None = None
        self._rows: list[tuple[dict[str, Any], int]] = []
        self._given_at = 0.0

    @property
    def should_update_logs(self) -> bool:
        """Whether this step is one of those that loggers are given."""
        trainer = self._trainer
        every = trainer.log_every_n_steps
        if every == 0:
            return False
        return trainer._logging_step % every == 0 or trainer.should_stop

    # Events of loops.

    def start_batch(self, batch: Any, index: int | None = None) -> None:
        """A batch begins."""
        self.first_batch = self.first_batch is None
        self._trainer._results.start_batch(batch, index)

    def end_batch(self) -> None:
        """A batch is over."""
        self._update()
        results = self._trainer._results
        results.batch = results._size = None

    def epoch_end_reached(self) -> None:
        """All batches are over."""
        self.first_batch = None

    def end_epoch(self) -> None:
        """The hooks behind the batches are over."""
        self._update()
        self._fx = None

    def note_step(self) -> None:
        """Gives loggers the values of a training step, where it is time."""
        trainer = self._trainer
        if trainer.fit_loop._should_accumulate() and trainer.lightning_module.automatic_optimization:
            return
        if self.should_update_logs or trainer.fast_dev_run:
            self.log_metrics(self._metrics()["log"])

    def note_train_epoch(self) -> None:
        """Gives loggers the values of a training epoch."""
        self.log_metrics(self._metrics()["log"])
        self.reset_results()

    def note_eval_epoch(self) -> dict[str, Any]:
        """The values of a loader's epoch."""
        if self._trainer.sanity_checking:
            return {}
        found = self._metrics()
        for kept, kind in ((self.pbar, "pbar"), (self.callback, "callback"), (self.logged, "log")):
            kept.update(found[kind])
        return found["log"]

    def _metrics(self) -> dict[str, dict[str, Any]]:
        results: Results | None = self._trainer._results
        if results is None:
            return {"callback": {}, "log": {}, "pbar": {}}
        return results.metrics(self.first_batch is not None)

    def _update(self) -> dict[str, dict[str, Any]]:
        found = self._metrics()
        self.pbar.update(found["pbar"])
        self.callback.update(found["callback"])
        self.logged.update(found["log"])
        return found

    def reset_metrics(self) -> None:
        """Forgets all values."""
        self.callback, self.logged, self.pbar = {}, {}, {}

    def reset_results(self) -> None:
        """Forgets the values of the loop that runs."""
        results = self._trainer._results
        if results is not None:
            results.reset()
        self.first_batch = self._fx = None

    def log(self, fx: str, name: str, value: Any, batch_size: int | None, given: dict[str, Any]) -> None:
        """Takes a value that a hook logs."""
        results: Results = self._trainer._results
        if self._fx != fx:
            if self.first_batch in (None, True):
                results.reset_of(fx)
            self._fx = fx
        results.log(fx, name, value, batch_size, given)

    # What others see.

    def callback_metrics(self) -> dict[str, Any]:
        """The values for callbacks."""
        self._update()
        return as_tensors(self.callback)

    def logged_metrics(self) -> dict[str, Any]:
        """The values that loggers are given."""
        self._update()
        return as_tensors(self.logged)

    def pbar_metrics(self) -> dict[str, float]:
        """The values of the bar, as numbers: reads them."""
        self._update()
        return dict(zip(self.pbar, read_all(list(self.pbar.values())), strict=True))

    # Rows for loggers.

    def log_metrics(self, metrics: dict[str, Any], step: int | None = None) -> None:
        """A row of values for the loggers, which they get with others that come soon."""
        trainer = self._trainer
        if not trainer.loggers or not metrics:
            return
        self.logged.update(metrics)
        row = dict(metrics)
        if step is None:
            own = row.pop("step", None)
            if own is not None:
                step = int(own)
            else:
                row.setdefault("epoch", trainer.current_epoch)
                step = trainer.fit_loop.epoch_loop._batches_that_stepped
        self._rows.append((row, step))
        if time.monotonic() - self._given_at >= _PACE:
            self.flush()

    def note(self, metrics: dict[str, Any], step: int) -> None:
        """A row of a callback's, behind those that are there."""
        if self._trainer.loggers and metrics:
            self._rows.append((dict(metrics), step))
            if time.monotonic() - self._given_at >= _PACE:
                self.flush()

    def flush(self) -> None:
        """Gives loggers all rows."""
        rows, self._rows = self._rows, []
        self._given_at = time.monotonic()
        if not rows:
            return
        read = iter(read_all([value for row, _ in rows for value in row.values()]))
        for row, step in rows:
            numbers: dict[str, Any] = {name: next(read) for name in row}
            if isinstance(row.get("epoch"), int):
                numbers["epoch"] = row["epoch"]
            for logger in self._trainer.loggers:
                logger.log_metrics(metrics=numbers, step=step)
        for logger in self._trainer.loggers:
            logger.save()
