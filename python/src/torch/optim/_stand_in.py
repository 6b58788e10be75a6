"""Options of groups that Python and the library both hold, and stand-ins for optimizers of Python alone."""

from __future__ import annotations

from typing import Any

import _lamplight_optim as js

from .. import _bridge
from .._bridge import receive, send
from .._names import camel, snake

# Options that schedulers change, or leave in a group.
_SCHEDULED = ("lr", "initial_lr", "max_lr", "min_lr", "momentum", "base_momentum", "max_momentum", "betas", "swa_lr")


def options_of(handle: Any) -> list[dict[str, Any]]:
    """The options of each group of the library's optimizer, by Python's names."""
    return [{snake(name): value for name, value in group.items()} for group in receive(js.groups(handle))]


def like(value: Any, before: Any) -> Any:
    """A number of the library as one of the type that it had: 1.0 comes as 1."""
    if isinstance(value, tuple) and isinstance(before, (tuple, list)) and len(value) == len(before):
        return type(before)(like(part, old) for part, old in zip(value, before, strict=True))
    is_float = isinstance(before, float) or before is None
    return float(value) if is_float and isinstance(value, int) and not isinstance(value, bool) else value


def set_option(handle: Any, group: int, name: str, value: Any) -> None:
    """Sets an option of a group of the library's optimizer."""
    js.setOption(handle, group, camel(name), _bridge.jsnull if value is None else send(value))


def stand_in(optimizer: Any) -> Any:
    """An optimizer of the library with the groups of one of Python; a tensor stands for each group's parameters."""
    own = optimizer.__dict__
    if "_stand_in" not in own:
        from .. import zeros

        made = {name: cls for name, cls in js.optimizers()}
        cls = made["Adam"] if any("betas" in group for group in optimizer.param_groups) else made["SGD"]
        groups = [{"params": [zeros(1)]} for _ in optimizer.param_groups]
        own["_stand_in"] = _bridge.call(js.maker(cls), (groups,), {"lr": 0.0}, type(optimizer).__name__)
        push(optimizer)
    return own["_stand_in"]


def push(optimizer: Any) -> None:
    """Gives the stand-in the options of the groups."""
    for i, group in enumerate(optimizer.param_groups):
        for name in _SCHEDULED:
            if name in group:
                set_option(optimizer.__dict__["_stand_in"], i, name, group[name])


def pull(optimizer: Any) -> None:
    """Takes what schedulers have changed from the stand-in."""
    for group, options in zip(optimizer.param_groups, options_of(optimizer.__dict__["_stand_in"])):
        for name in _SCHEDULED:
            if name in options and (name in group or name not in ("momentum", "betas")):
                group[name] = like(options[name], group.get(name))
