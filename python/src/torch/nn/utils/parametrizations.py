"""`torch.nn.utils.parametrizations`: norms of weights that are computed at each use."""

from __future__ import annotations

from typing import Any

from ... import _bridge
from . import _space


def __getattr__(name: str) -> Any:
    return _space.attribute(__name__, name, globals(), frozenset({"weight_norm", "spectral_norm", "orthogonal"}))


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
