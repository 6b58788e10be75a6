"""Measures how long training, validation and testing take, and ends training after some time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from ..trainer.options import seconds_of
from ..trainer.states import RunningStage
from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_info
from .callback import Callback


class Timer(Callback):
    """Measures a run, and ends training after a duration: `00:12:00:00`, a dict such as `{"hours": 12}` or a timedelta."""

    def __init__(self, duration: Any = None, interval: str = "step", verbose: bool = True) -> None:
        if interval not in ("step", "epoch"):
            raise MisconfigurationException(
                f"Unsupported parameter value `Timer(interval={interval})`. Possible choices are: step, epoch"
            )
        self._duration = seconds_of("duration", duration)
        self._interval = interval
        self._verbose = verbose
        self._begun: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        # Seconds of training before the checkpoint that the run goes on from.
        self._before = 0.0

    def start_time(self, stage: str = RunningStage.TRAINING) -> float | None:
        """When a stage began, by `time.monotonic`."""
        return self._begun.get(RunningStage(stage))

    def end_time(self, stage: str = RunningStage.TRAINING) -> float | None:
        """When a stage ended, by `time.monotonic`."""
        return self._ended.get(RunningStage(stage))

    def time_elapsed(self, stage: str = RunningStage.TRAINING) -> float:
        """Seconds that a stage has taken."""
        before = self._before if stage == RunningStage.TRAINING else 0.0
        begun, ended = self.start_time(stage), self.end_time(stage)
        if begun is None:
            return before
        return before + (time.monotonic() if ended is None else ended) - begun

    def time_remaining(self, stage: str = RunningStage.TRAINING) -> float | None:
        """Seconds that are left; None without a duration."""
        return None if self._duration is None else self._duration - self.time_elapsed(stage)

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Training begins."""
        self._begun[RunningStage.TRAINING] = time.monotonic()

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Training ends."""
        self._ended[RunningStage.TRAINING] = time.monotonic()

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Validation begins."""
        self._begun[RunningStage.VALIDATING] = time.monotonic()

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Validation ends."""
        self._ended[RunningStage.VALIDATING] = time.monotonic()

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        """Testing begins."""
        self._begun[RunningStage.TESTING] = time.monotonic()

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Testing ends."""
        self._ended[RunningStage.TESTING] = time.monotonic()

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Ends a run that a checkpoint has left no time for."""
        self._check(trainer)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Looks at the time, with the interval `step`."""
        if self._interval == "step":
            self._check(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Looks at the time, with the interval `epoch`."""
        if self._interval == "epoch":
            self._check(trainer)

    def _check(self, trainer: Any) -> None:
        if self._duration is None or self.time_elapsed() < self._duration:
            return
        trainer.should_stop = True
        if self._verbose:
            elapsed = timedelta(seconds=int(self.time_elapsed()))
            rank_zero_info(f"Time limit reached. Elapsed time is {elapsed}. Signaling Trainer to stop.")

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {"time_elapsed": {stage.value: self.time_elapsed(stage) for stage in RunningStage}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        self._before = state_dict.get("time_elapsed", {}).get(RunningStage.TRAINING.value, 0.0)
