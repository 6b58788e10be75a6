"""`torch.compiler`: Python runs every line itself, and the library fuses what it calls; so nothing is compiled, and nothing has to be kept from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ._settings import compile  # noqa: F401
from ._tree import answering


def is_compiling() -> bool:
    """No: Python runs every line."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function itself. Also a decorator."""
    return fn if fn is not None else lambda given: given


def allow_in_graph(fn: Any) -> Any:
    """The function itself."""
    return fn


assume_constant_result = allow_in_graph


def substitute_in_graph(original_fn: Any, **_: Any) -> Any:
    """A decorator that leaves the function as it is."""
    return allow_in_graph


def reset() -> None:
    """Changes nothing: there is nothing compiled."""


cudagraph_mark_step_begin = reset


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """None: there is no compiler to choose."""
    return []


@contextlib.contextmanager
def set_stance(stance: str = "default", **_: Any) -> Iterator[None]:
    """Changes nothing within the `with`."""
    yield


__getattr__, __dir__ = answering(__name__, globals())
