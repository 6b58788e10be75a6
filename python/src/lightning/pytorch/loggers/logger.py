"""`Logger`: takes what a trainer logs."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any


class Logger:
    """Base class; a subclass defines `name`, `version`, `log_metrics` and `log_hyperparams`."""

    @property
    def name(self) -> str | None:
        """The name of the experiment."""
        return None

    @property
    def version(self) -> int | str | None:
        """The version of the experiment: 0 is that of the first run of its name."""
        return None

    @property
    def root_dir(self) -> str | None:
        """The folder of all versions; None without files."""
        return None

    @property
    def log_dir(self) -> str | None:
        """The folder of this version; None without files."""
        return None

    @property
    def save_dir(self) -> str | None:
        """The folder in which experiments lie, and checkpoints; None without files."""
        return None

    @property
    def group_separator(self) -> str:
        """What stands between the parts of a name."""
        return "/"

    @property
    def experiment(self) -> Any:
        """What the logger writes with."""
        return None

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Takes the values of a step."""
        raise NotImplementedError(f"{type(self).__name__} needs a method log_metrics(metrics, step)")

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """Takes hyperparameters."""

    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Takes the graph of a module."""

    def save(self) -> None:
        """Writes what there is."""

    def finalize(self, status: str) -> None:
        """A run has ended: `success` or `failed`."""

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """A checkpoint has been saved."""


class DummyExperiment:
    """Takes any call, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


class DummyLogger(Logger):
    """Takes everything, and keeps nothing: in the place of loggers while options are tried."""

    def __init__(self) -> None:
        self._experiment = DummyExperiment()

    @property
    def name(self) -> str:
        """The name of the experiment."""
        return ""

    @property
    def version(self) -> str:
        """The version of the experiment."""
        return ""

    @property
    def experiment(self) -> DummyExperiment:
        """What takes any call."""
        return self._experiment

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Takes the values of a step."""


def as_dict(params: Any) -> dict[str, Any]:
    """Hyperparameters as a dict."""
    if params is None:
        return {}
    return vars(params) if isinstance(params, Namespace) else dict(params)


def flattened(params: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested dicts as one, whose names have `/` between their parts."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, Namespace):
            value = vars(value)
        if isinstance(value, Mapping):
            found.update(flattened(value, f"{before}{name}/"))
        else:
            found[f"{before}{name}"] = value
    return found
