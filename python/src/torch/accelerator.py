"""The device that everything runs on."""

from __future__ import annotations

from . import cuda
from ._types import device
from .cuda import device_count, is_available, synchronize

__all__ = ["current_accelerator", "device_count", "is_available", "synchronize"]


def current_accelerator(check_available: bool = False) -> device | None:
    """WebGPU, where it is offered."""
    return device("webgpu") if cuda.is_available() else None
