"""`torch._dynamo`: nothing is compiled, so nothing has to be kept from it."""

from __future__ import annotations

from typing import Any

from ._tree import answering
from .compiler import allow_in_graph, disable, is_compiling, reset  # noqa: F401

__path__: list[str] = []


class _Config:
    """Settings, which change nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return False


config = _Config()
disallow_in_graph = forbid_in_graph = run = assume_constant_result = allow_in_graph


def optimize(*_: Any, **__: Any) -> Any:
    """A decorator that leaves the function or module as it is."""
    return allow_in_graph


def mark_dynamic(t: Any, index: Any = None, **_: Any) -> None:
    """Changes nothing: each size runs as it comes."""


mark_static = maybe_mark_dynamic = mark_unbacked = mark_static_address = mark_dynamic
graph_break = reset

__getattr__, __dir__ = answering(__name__, globals())
