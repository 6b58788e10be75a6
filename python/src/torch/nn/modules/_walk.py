"""Calls of the library's networks that Python makes itself, module by module: code of Python within them may wait for the GPU.

JavaScript's frames cannot be suspended. A network of the library whose hooks, or modules put into it, are Python's is therefore not called
as one: the functions here say, by class, what its `forward` is made of. Parts without code of Python are called as one, as ever.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import _calls

# How many hooks of Python, and modules of Python, the library's networks have been given: none is looked for before the first.
given = 0
# By the name of a class of the library: its forward.
forwards: dict[str, Callable[..., Any]] = {}
# Whether the library calls no hook of Python: its networks are only looked at.
paused = False


@contextmanager
def unwatched() -> Iterator[None]:
    """The library calls its networks as one, without hooks of Python."""
    global given, paused
    before, given, paused = given, 0, True
    try:
        yield
    finally:
        given, paused = before + given, False


def forward_of(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Notes what the forward of classes is made of."""

    def noted(forward: Callable[..., Any]) -> Callable[..., Any]:
        forwards.update(dict.fromkeys(names, forward))
        return forward

    return noted


def is_watched(module: Any) -> bool:
    """Whether code of Python is called within a call of the module."""
    return _calls.has_hooks_of_all() or is_hooked(module) or any(_below(module))


def is_hooked(module: Any) -> bool:
    """Whether a module has hooks around its forward or its backward."""
    return bool(
        module._forward_hooks or module._forward_pre_hooks or module._backward_hooks or module._backward_pre_hooks
    )


def _below(module: Any) -> Any:
    if _calls.has_hooks_of_all() and module._modules:
        yield True
    for child in module._modules.values():
        if child is not None:
            yield is_hooked(child) or is_own(child) or any(_below(child))


def is_own(module: Any) -> bool:
    """Whether a module's forward is Python's own, and none that stands for the library's."""
    own = module.__dict__
    if "_inside" in own:
        return False
    return "_js" not in own or type(module).forward is not type(module)._native_forward()


def way_of(module: Any) -> Callable[..., Any] | None:
    """The forward of a module of the library whose parts call code of Python; None where it is called as one."""
    if not module._modules or not any(_below(module)):
        return None
    _load()
    cls = type(module)
    forward = forwards.get(cls._name)
    if forward is None and issubclass(cls, _sequential()):
        return _sequential().forward
    return forward


def _load() -> None:
    """Reads the forwards of the networks that there may be."""
    from . import _transformers  # noqa: F401

    if "torchvision.models" in sys.modules:
        importlib.import_module("torchvision.models._forwards")


def _sequential() -> Any:
    from .container import Sequential

    return Sequential
