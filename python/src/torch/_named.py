"""Names of `torch` that need nothing computed: types that annotations name, storages, and questions with one answer."""

from __future__ import annotations

from typing import Any

from . import _bridge, _types
from ._legacy import typed
from ._tensor import Tensor
from .storage import Memory as UntypedStorage

__all__ = [
    "BFloat16Tensor",
    "CharTensor",
    "DoubleTensor",
    "ShortTensor",
    "SymBool",
    "SymFloat",
    "SymInt",
    "TypedStorage",
    "UntypedStorage",
    "_assert",
    "get_device_module",
    "is_distributed",
    "is_inference",
    "is_inference_mode_enabled",
    "is_storage",
    "sym_float",
    "sym_int",
    "sym_max",
    "sym_min",
    "sym_not",
]

TypedStorage = UntypedStorage
DoubleTensor = typed("DoubleTensor", "float64")
ShortTensor = typed("ShortTensor", "int16")
CharTensor = typed("CharTensor", "int8")
BFloat16Tensor = typed("BFloat16Tensor", "bfloat16")


class SymInt:
    """A size that a trace does not know. Nothing is traced here, so every size is a number."""


class SymFloat:
    """A number that a trace does not know: see `SymInt`."""


class SymBool:
    """A condition that a trace does not know: see `SymInt`."""


sym_int, sym_float, sym_max, sym_min = int, float, max, min


def sym_not(a: Any) -> bool:
    """The contrary of a condition."""
    return not a


def _assert(condition: Any, message: str) -> None:
    """Raises AssertionError, with the message, where the condition is false."""
    assert condition, message


def is_storage(obj: Any) -> bool:
    """Whether a value is the memory of a tensor."""
    return isinstance(obj, UntypedStorage)


def is_inference(input: Tensor) -> bool:
    """Whether a tensor was made in inference mode; here it is as others."""
    return input.is_inference()


def is_inference_mode_enabled() -> bool:
    """Whether tensors are made in inference mode."""
    return _bridge.is_inferring


def is_distributed(input: Tensor) -> bool:
    """No: there is one process."""
    return False


def get_device_module(device: Any = None) -> Any:
    """The module of a device: WebGPU answers as `torch.cuda`; `torch.mps` and `torch.xpu` have their own."""
    import importlib

    kind = "cuda" if device is None else _types.device(device).type
    return importlib.import_module(f"torch.{kind}" if kind in ("mps", "xpu") else "torch.cuda")
