"""Linear algebra."""

from typing import Any

from . import _bridge
from ._errors import LinAlgError

__all__ = ["LinAlgError"]


def __getattr__(name: str) -> Any:
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
