"""The options of a trainer: those that make no sense on one device are taken at their usual values, and others refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ..utilities.exceptions import MisconfigurationException

_ONE_DEVICE = "a page has one device, and one process"
_FIXED: dict[str, tuple[tuple[Any, ...], str]] = {
    "accelerator": (("auto", "gpu", "webgpu", "cuda", "mps", "cpu"), "everything runs on WebGPU"),
    "strategy": (("auto", "single_device"), f"{_ONE_DEVICE}, so there is nothing to distribute over"),
    "devices": (("auto", 1, "1", -1, "-1"), _ONE_DEVICE),
    "num_nodes": ((1,), _ONE_DEVICE),
    "sync_batchnorm": ((False,), _ONE_DEVICE),
    "profiler": ((None, "passthrough"), "torch.lamplight has measures of the GPU"),
    "plugins": ((None,), "there are none"),
    "model_registry": ((None,), "there is none here"),
}
_SPANS = {"weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds"}


def expect_one_device(given: dict[str, Any]) -> None:
    """Raises MisconfigurationException for options that want what a page has not."""
    for name, value in given.items():
        values, reason = _FIXED[name]
        is_list = isinstance(value, (list, tuple))
        if (is_list and len(value) == (1 if name == "devices" else 0)) or (not is_list and value in values):
            continue
        wanted = " or ".join(repr(each) for each in values)
        raise MisconfigurationException(f"Trainer: expected {name}={wanted}, but got {value!r}; {reason}")


def limit(name: str, value: float | None, fast_dev_run: int) -> float:
    """An option such as `limit_train_batches`: a share of the batches from 0.0 to 1.0, or a number of them."""
    if fast_dev_run:
        return fast_dev_run
    if value is None:
        return 1.0
    if isinstance(value, int) and value >= 0:
        return int(value)
    if 0.0 <= value <= 1.0:
        return value
    if value > 1.0 and value % 1.0 == 0:
        return int(value)
    raise MisconfigurationException(
        f"You have passed invalid value {value} for {name}, it has to be in [0.0, 1.0] or an int."
    )


def seconds_of(name: str, given: Any) -> float | None:
    """Seconds of a `timedelta`, of the words of one in a dict, or of `DD:HH:MM:SS`."""
    if given is None:
        return None
    if isinstance(given, timedelta):
        return given.total_seconds()
    if isinstance(given, dict) and set(given) <= _SPANS:
        return timedelta(**given).total_seconds()
    found = re.fullmatch(r"(\d+):(\d\d):(\d\d):(\d\d)", given.strip()) if isinstance(given, str) else None
    if found:
        days, hours, minutes, seconds = map(int, found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    raise MisconfigurationException(
        f"Trainer: expected {name} to be 'DD:HH:MM:SS', a dict such as {{'minutes': 5}} or a timedelta, but got {given!r}"
    )


def check_interval(given: Any) -> tuple[float, float | None]:
    """`val_check_interval`: batches or a share of them, and the seconds where it is a time."""
    if isinstance(given, (str, dict, timedelta)):
        return 1.0, seconds_of("val_check_interval", given)
    if given is None:
        return 1.0, None
    if isinstance(given, int) and given > 0:
        return int(given), None
    if 0.0 < given <= 1.0:
        return given, None
    if given > 1.0 and given % 1.0 == 0:
        return int(given), None
    raise MisconfigurationException(
        f"You have passed invalid value {given} for val_check_interval, it has to be in (0.0, 1.0], an int or a time."
    )


def epochs_of(
    max_epochs: int | None, max_steps: int, min_epochs: int | None, min_steps: int | None, has_time: bool
) -> tuple[int | None, int | None]:
    """The least and the greatest number of epochs: 1000 where nothing else ends the training."""
    if max_epochs is None:
        max_epochs = -1 if max_steps != -1 or has_time else 1000
    if min_epochs is None and min_steps is not None:
        min_epochs = 1
    return min_epochs, max_epochs


def expect_bare(given: dict[str, Any]) -> None:
    """Raises ValueError for an option that is switched on beside `barebones`."""
    for name, value in given.items():
        if value:
            raise ValueError(f"Trainer: expected no {name} with barebones=True, but got {name}={value!r}")


def whole(name: str, value: int | None, least: int) -> None:
    """Raises MisconfigurationException for a count that is none."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
        raise MisconfigurationException(f"Trainer: expected {name} to be a whole number from {least} on, but got {value!r}")
