"""`captum.attr`: what a network looks at."""

from __future__ import annotations

from typing import Any

from torch import _door

_door.open_door("captum")

from . import visualization  # noqa: E402, F401


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
