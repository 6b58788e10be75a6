"""`torch.fx`: programs are not traced here; what marks functions for a trace leaves them as they are."""

from __future__ import annotations

from typing import Any

from ._tree import answering
from .nn import Module

__path__: list[str] = []


class GraphModule(Module):
    """A module made of a trace: it can be extended and asked about, and not be made, since nothing is traced here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("torch.fx.GraphModule is PyTorch's and is not in this library: nothing is traced here; write forward() in Python")


def wrap(fn_or_name: Any) -> Any:
    """The function, or the name, itself: a trace would keep it as one step."""
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    return fn_or_name


__getattr__, __dir__ = answering(__name__, globals())
