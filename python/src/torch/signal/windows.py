"""Weights by which a part of a signal is multiplied before its spectrum is taken."""

from typing import Any

from .. import _bridge


def __getattr__(name: str) -> Any:
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
