"""A callback of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..utilities.exceptions import MisconfigurationException
from .callback import Callback

_NO_HOOKS = ("state_key", "state_dict", "load_state_dict")
_HOOKS = {name for name in vars(Callback) if not name.startswith("_") and name not in _NO_HOOKS}


class LambdaCallback(Callback):
    """A callback of functions: `LambdaCallback(on_train_end=lambda trainer, module: …)`."""

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        for name, function in functions.items():
            if name not in _HOOKS:
                raise MisconfigurationException(f"LambdaCallback: expected names of hooks, but got {name!r}")
            if function is not None:
                setattr(self, name, function)
