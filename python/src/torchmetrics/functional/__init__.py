"""`torchmetrics.functional`: figures of one batch."""

from __future__ import annotations

from typing import Any

from torch import _door
from torch._aliases import add_modules


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())


from . import segmentation  # noqa: E402, F401  # it is found by its name

add_modules(__name__)
