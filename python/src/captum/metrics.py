"""`captum.metrics`: how far attributions can be trusted."""

from __future__ import annotations

from typing import Any

from torch import _door

_door.open_door("captum")


def __getattr__(name: str) -> Any:
    return _door.attribute("captum.attr", name, globals())


def __dir__() -> list[str]:
    return _door.names("captum.attr", globals())
