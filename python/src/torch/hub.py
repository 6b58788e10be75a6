"""`torch.hub`: files of weights by their addresses."""

from __future__ import annotations

from typing import Any

from . import _bridge
from ._bridge import js
from ._names import camel

_hub: dict[str, Any] = _bridge.receive(js.find("torch", "hub"))


def __getattr__(name: str) -> Any:
    found = _hub.get(camel(name))
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
