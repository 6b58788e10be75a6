"""`torch.overrides`: for functions of one's own that ask the classes of their arguments, as the library's do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import _overrides
from ._tensor import Tensor

enable_reentrant_dispatch = _overrides.DisableTorchFunctionSubclass


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether the class of an argument defines `__torch_function__`."""
    return _overrides.is_enabled() and bool(_overrides.asked(relevant_args))


def has_torch_function_unary(relevant_arg: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((relevant_arg,))


def has_torch_function_variadic(*relevant_args: Any) -> bool:
    """`has_torch_function` of arguments one by one."""
    return has_torch_function(relevant_args)


def handle_torch_function(public_api: Any, relevant_args: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
    """What the classes of the arguments compute in the place of `public_api`."""
    return _overrides.handle(public_api, relevant_args, args, kwargs)


def is_tensor_like(inp: Any) -> bool:
    """Whether a value is a tensor, or of a class that defines `__torch_function__`."""
    return isinstance(inp, Tensor) or hasattr(type(inp), "__torch_function__")


def is_tensor_method_or_property(func: Any) -> bool:
    """Whether a function is a method of tensors."""
    return getattr(Tensor, getattr(func, "__name__", ""), None) is func or getattr(func, "__name__", "") == "__get__"


def resolve_name(f: Any) -> str | None:
    """The name of a function, such as `torch.add`."""
    if isinstance(f, str):
        return f
    home, name = getattr(f, "__module__", None), getattr(f, "__qualname__", None)
    return None if home is None or name is None else f"{home}.{name}"


def wrap_torch_function(dispatcher: Any) -> Any:
    """A decorator: `dispatcher` gives the arguments whose classes are asked before the function is called."""

    def decorate(func: Any) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(called, relevant, *args, **kwargs)
            return func(*args, **kwargs)

        called.__name__, called.__module__ = func.__name__, func.__module__
        return called

    return decorate


class TorchFunctionMode:
    """The base class of what would see every call of a function, which the library does not offer."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise NotImplementedError

    def __enter__(self) -> TorchFunctionMode:
        raise NotImplementedError(
            "TorchFunctionMode: expected a class with __torch_function__, since calls are not offered to modes here; "
            "write a subclass of torch.Tensor"
        )

    def __exit__(self, *_: object) -> None:
        pass


BaseTorchFunctionMode = TorchFunctionMode


def get_default_nowrap_functions() -> set[Any]:
    """The functions whose results stay of their class."""
    return set()
