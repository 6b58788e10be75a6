"""`torch.profiler`: blocks can be named; what a GPU does in them is not told here, but by `torch.gpu.profile` in TypeScript."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from . import _tree

__path__: list[str] = []


def kineto_available() -> bool:
    """No: what PyTorch's profiler calls is not in a page."""
    return False


class record_function(contextlib.ContextDecorator):
    """A block, or a function, with a name, which nobody reads."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, func: Any) -> Any:
        return functools.wraps(func)(lambda *args, **kwargs: func(*args, **kwargs))


__getattr__, __dir__ = _tree.answering(__name__, globals())
