"""`torchmetrics.functional.segmentation`: figures of outlines in one batch."""

from __future__ import annotations

from typing import Any

from torch import _door


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
