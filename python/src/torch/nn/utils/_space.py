"""The library's functions that take modules or lists of parameters."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from ... import _bridge
from ..._bridge import MISSING
from ..._tensor import Tensor
from ..modules import _link
from ..modules.module import Module


def listed(parameters: Any) -> list[Any]:
    """Parameters as a list, whatever gave them."""
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def of_lists(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose arguments may be any iterables."""

    @functools.wraps(call)
    def called(*args: Any, **kwargs: Any) -> Any:
        def plain(value: Any) -> Any:
            is_plain = isinstance(value, (Tensor, str, list, tuple, dict, Module)) or hasattr(value, "_js")
            return list(value) if isinstance(value, Iterable) and not is_plain else value

        return call(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})

    return called


def of_module(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function that changes the members of a module, and gives the same object."""

    @functools.wraps(call)
    def called(module: Module, *args: Any, **kwargs: Any) -> Any:
        result = call(module, *args, **kwargs)
        own = module.__dict__
        if "_js" not in own:
            raise TypeError(
                f"{call.__name__}: expected a layer of torch.nn, but got {type(module).__name__}, whose forward is "
                "Python's; apply it to the layers in it"
            )
        _link.take_members(module)
        return module if isinstance(result, Module) else result

    return called


def attribute(space: str, name: str, known: dict[str, Any], modules: frozenset[str] = frozenset()) -> Any:
    """A name of a module that stands for a part of the library; `modules` are those that change modules."""
    if name.startswith("__") or (found := _bridge.find(space, name)) is MISSING:
        raise AttributeError(f"module {space!r} has no attribute {name!r}")
    known[name] = of_module(found) if name in modules else of_lists(found) if callable(found) else found
    return known[name]
