"""Answers for scripts that ask for CUDA before they choose a device: WebGPU's."""

from __future__ import annotations

from typing import Any

from . import _bridge
from ._bridge import js
from . import amp  # noqa: F401  The older place of torch.amp.
from .random import manual_seed

manual_seed_all = manual_seed
_gpu: dict[str, Any] = _bridge.receive(js.find("torch", "cuda"))


def _ask(name: str) -> Any:
    return _gpu[name]()


def is_available() -> bool:
    """Whether this environment offers WebGPU."""
    return _ask("isAvailable")


def is_bf16_supported() -> bool:
    """No: WGSL has no bfloat16."""
    return False


def device_count() -> int:
    """1 where WebGPU is offered, else 0."""
    return _ask("deviceCount")


def current_device() -> int:
    """0: there is one device."""
    return 0


def set_device(device: Any) -> None:
    """Changes nothing: there is one device."""


def get_device_name(device: Any = None) -> str:
    """`WebGPU`."""
    return "WebGPU"


def synchronize(device: Any = None) -> None:
    """Waits until the GPU has done everything."""
    _bridge.wait(_ask("synchronize"), "synchronize")


def empty_cache() -> None:
    """Changes nothing: memory goes back by itself."""


def memory_allocated(device: Any = None) -> int:
    """Bytes of the buffers in use."""
    return js.gpuBytes()
