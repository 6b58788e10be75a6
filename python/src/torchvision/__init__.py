"""`torchvision`: networks, transforms, operations and data sets of pictures."""

from __future__ import annotations

from typing import Any

from torch import _door
from torch._pictures import Picture  # noqa: F401

_door.open_door("torchvision")

from . import datasets, io, models, ops, transforms, tv_tensors, utils  # noqa: E402  # they need the door

# The version that it is like.
__version__ = "0.27.0+lamplight"


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
