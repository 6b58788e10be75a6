"""`torch.nn.attention`: which kernels of attention may be used, of which there is one here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

__path__: list[str] = []


class SDPBackend(IntEnum):
    """Ways in which PyTorch computes attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextlib.contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[None]:
    """Changes nothing within the `with`: the library chooses by shapes."""
    yield


__all__ = ["SDPBackend", "sdpa_kernel"]
