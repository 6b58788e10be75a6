"""`torchvision.models`: networks."""

from __future__ import annotations

from typing import Any

from torch import _door
from torch._aliases import add_modules

from . import _older, detection, segmentation
from ._parts import ConvStemConfig, Encoder, EncoderBlock, MLPBlock, make_layers  # noqa: F401


def __getattr__(name: str) -> Any:
    return _older.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())


add_modules(__name__)

# Programs look networks up in the module's dictionary.
for _name in _door.names(__name__, {}):
    if _name.islower() and _name not in globals():
        getattr(__import__("sys").modules[__name__], _name)
