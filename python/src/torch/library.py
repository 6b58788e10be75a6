"""`torch.library`: an operation of one's own is the function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._tree import answering


def _same(fn: Any = None, *_: Any, **__: Any) -> Any:
    """The function itself, or a decorator that gives it."""
    return fn if callable(fn) else lambda given: given


def custom_op(name: str, fn: Callable[..., Any] | None = None, /, **_: Any) -> Any:
    """The function itself, with the methods that its kernels for other devices and its gradient are registered by. Also a decorator."""

    def decorate(given: Callable[..., Any]) -> Any:
        for method in ("register_fake", "register_kernel", "register_autograd", "register_vmap"):
            setattr(given, method, lambda *args, **kwargs: _same(args[0] if args else None))
        return given

    return decorate if fn is None else decorate(fn)


triton_op = custom_op


def _second(_: Any, fn: Any = None, *__: Any, **___: Any) -> Any:
    return _same(fn)


register_fake = register_kernel = register_autograd = register_vmap = impl_abstract = _second


def impl(qualname: Any, types: Any, func: Any = None, **_: Any) -> Any:
    """The function itself, or a decorator that gives it."""
    return _same(func)


def define(qualname: str, schema: str, **_: Any) -> None:
    """Notes nothing: an operation is its function."""


class Library:
    """A name for operations of one's own."""

    def __init__(self, ns: str, kind: str, dispatch_key: str = "") -> None:
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key

    def define(self, schema: str, *_: Any, **__: Any) -> str:
        """The name in a signature."""
        return schema.partition("(")[0]

    def impl(self, op_name: Any, fn: Any, *_: Any, **__: Any) -> None:
        """Notes nothing: an operation is its function."""


__getattr__, __dir__ = answering(__name__, globals())
