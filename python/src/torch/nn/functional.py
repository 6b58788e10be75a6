"""`torch.nn.functional`: the library's functions, found by their names."""

from __future__ import annotations

from typing import Any

from .. import _bridge


def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """A tensor with more elements at its edges."""
    bound = _bridge.js.find(__name__, "pad")[1]
    named = {"value": int(value) if isinstance(value, bool) else value}
    return _bridge.call(bound, (input, pad, mode), named, "pad")


def __getattr__(name: str) -> Any:
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
