"""`torch.onnx.symbolic_helper`: what marks functions that write operations into a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def parse_args(*arg_descriptors: str) -> Callable[[Any], Any]:
    """A decorator that leaves its function: `torch.onnx.export` here writes the operations that it knows itself."""

    def decorator(fn: Any) -> Any:
        fn._arg_descriptors = arg_descriptors
        return fn

    return decorator
