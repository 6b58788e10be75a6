"""`torchvision.models.segmentation`: networks that outline objects."""

from __future__ import annotations

from typing import Any

from torch import _door

from . import _older


def __getattr__(name: str) -> Any:
    return _older.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
