"""Which loggers an option of the trainer means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .csv_logs import CSVLogger
from .logger import DummyLogger


def default_loggers(given: Any, folder: str, is_dev_run: bool) -> list[Any]:
    """A CSVLogger where nothing or True is given, none for False. Raises TypeError for what is no logger."""
    if given is None or given is True:
        loggers: list[Any] = [CSVLogger(folder)]
    elif not given:
        loggers = []
    else:
        loggers = list(given) if isinstance(given, Iterable) else [given]
    for logger in loggers:
        if not callable(getattr(logger, "log_metrics", None)):
            raise TypeError(
                "Trainer: expected logger to be True, False, a logger or a list of loggers, but got "
                f"{type(logger).__name__}"
            )
    return [DummyLogger() for _ in loggers] if is_dev_run else loggers
