"""Options of groups that Python and the library both hold."""

from __future__ import annotations

from typing import Any

import _lamplight_optim as js

from .. import _bridge
from .._bridge import receive, send
from .._names import camel, snake
from .._tensor import Tensor


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
    js.setOption(handle, group, camel(name), _bridge.jsnull if value is None else send(number(value)))


def number(value: Any) -> Any:
    """An option as the library takes it: a rate that is a tensor is read."""
    return value.item() if isinstance(value, Tensor) and value.dim() == 0 else value
