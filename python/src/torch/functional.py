"""`torch.functional`: where PyTorch has some functions of `torch`, and `F` of `torch.nn.functional`."""

from __future__ import annotations

import importlib
from typing import Any

from .nn import functional as F

__all__ = ["F"]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("torch"), name)
