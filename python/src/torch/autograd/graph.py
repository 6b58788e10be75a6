"""`torch.autograd.graph`: the functions that gradients are taken further by."""

from __future__ import annotations

from typing import Any

from .. import _tree
from .._tensor import Node  # noqa: F401


def __getattr__(name: str) -> Any:
    return _tree.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _tree.names(__name__, globals())

