"""Answers for scripts that ask for Intel's devices by their own name: there is none; WebGPU is `cuda`, and every other name of a device."""

from __future__ import annotations

from typing import Any

from ._tree import answering


def is_available() -> bool:
    """No."""
    return False


def device_count() -> int:
    """0."""
    return 0


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """No: WGSL has no bfloat16."""
    return False


def synchronize(device: Any = None) -> None:
    """Ends at once."""


empty_cache = synchronize


def manual_seed(seed: int) -> None:
    """Changes nothing."""


manual_seed_all = manual_seed

__getattr__, __dir__ = answering(__name__, globals())
