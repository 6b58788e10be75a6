"""`__torch_function__`: classes that say themselves what the library's functions do with their objects."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from types import MethodType
from typing import Any

from ._bridge import senders


class Overridden(TypeError):
    """An argument's class defines `__torch_function__`, which is to be called in the place of the function."""


# How many blocks of `DisableTorchFunctionSubclass` the program is in.
_disabled = 0
# The subclasses of Tensor that are asked. While there is none, nothing is looked at.
classes: set[type] = set()

# Operators, which Python looks up in the class alone.
_OPERATORS = tuple(
    f"__{kind}{name}__"
    for name in "add sub mul truediv floordiv mod pow and or xor lshift rshift matmul".split()
    for kind in ("", "r", "i")
) + tuple(f"__{name}__" for name in "eq ne lt le gt ge neg pos abs invert getitem setitem".split())


# By an operator: the method of tensors that computes it.
_METHODS = {
    **{name: name for name in "add sub mul pow matmul eq ne lt le gt ge neg abs".split()},
    **{"truediv": "div", "mod": "remainder", "radd": "add", "rmul": "mul"},
}


def disabled_torch_function(func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What a subclass of Tensor is given as `__torch_function__` in order not to be asked."""
    return NotImplemented


class DisableTorchFunctionSubclass:
    """A block in which functions take tensors of subclasses as tensors."""

    def __enter__(self) -> None:
        global _disabled
        _disabled += 1

    def __exit__(self, *_: object) -> None:
        global _disabled
        _disabled -= 1


def is_enabled() -> bool:
    """Whether subclasses are asked."""
    return _disabled == 0


def _is_asked(value: Any) -> bool:
    kind = type(value)
    if kind in senders and kind not in classes:
        return False
    return hasattr(kind, "__torch_function__") and kind.__torch_function__ is not disabled_torch_function


def asked(args: Iterable[Any]) -> list[Any]:
    """The arguments whose classes are asked, a subclass before its base, else in their order; one of each class."""
    found: list[Any] = []
    for arg in args:
        if not _is_asked(arg) or any(type(arg) is type(known) for known in found):
            continue
        at = next((i for i, known in enumerate(found) if isinstance(arg, type(known))), len(found))
        found.insert(at, arg)
    return found


def _all_of(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _all_of(value)
        elif isinstance(value, dict):
            yield from _all_of(value.values())
        else:
            yield value


def handle(func: Callable[..., Any], relevant: Iterable[Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """Has the classes of the arguments compute in the place of a function."""
    overloaded = asked(relevant)
    types = tuple(type(each) for each in overloaded)
    for each in overloaded:
        result = type(each).__torch_function__(func, types, args, kwargs)
        if result is not NotImplemented:
            return result
    name = f"{func.__module__}.{getattr(func, '__name__', func)}"
    raise TypeError(
        f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented: {list(types)}"
    )


def dispatched(func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The same, of all arguments and what lists of them hold."""
    return handle(func, _all_of((*args, *kwargs.values())), args, kwargs)


def overridable(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function that classes may override."""

    @functools.wraps(call)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except Overridden:
            return dispatched(called, args, kwargs)

    return called


def _sent(value: Any) -> Any:
    if _disabled == 0:
        raise Overridden(f"expected a tensor, but got {type(value).__name__}, which defines __torch_function__")
    return value._js


def _function_of(cls: type, name: str) -> Any:
    """The method that an operator is handed over as: `__add__` as `Tensor.add`, `__iadd__` as `Tensor.add_`."""
    word = name.strip("_")
    if word in _METHODS:
        return getattr(cls, _METHODS[word])
    if word[:1] == "i" and word[1:] in _METHODS:
        return getattr(cls, f"{_METHODS[word[1:]]}_")
    return getattr(cls, name)


def _operator(cls: type, name: str) -> Any:
    native, function = getattr(cls, name), _function_of(cls, name)
    # Two tensors meet in the operator itself, whichever of them Python asks.
    forward = _function_of(cls, f"__{name[3:]}") if name[:3] == "__r" and name != "__rshift__" else None

    @functools.wraps(native)
    def operator(self: Any, *others: Any) -> Any:
        if _disabled:
            return native(self, *others)
        if forward is not None and isinstance(others[0], cls):
            return dispatched(forward, (others[0], self), {})
        return dispatched(function, (self, *others), {})

    return operator


def enlist(cls: Any, base: Any) -> None:
    """Has a subclass of Tensor be asked, unless it or a class above it says otherwise."""
    if cls.__torch_function__ is disabled_torch_function:
        return
    classes.add(cls)
    senders[cls] = _sent
    for name in _OPERATORS:
        if hasattr(base, name) and getattr(cls, name) is getattr(base, name):
            setattr(cls, name, _operator(base, name))
    if cls.__getattribute__ is object.__getattribute__:
        cls.__getattribute__ = _member(base)


def _member(base: Any) -> Any:
    def find(self: Any, name: str) -> Any:
        try:
            value = object.__getattribute__(self, name)
        except Overridden:
            # A property that the library computes.
            return dispatched(base.__dict__[name].__get__, (self,), {})
        if _disabled or name[:1] == "_" or name == "as_subclass" or type(value) is not MethodType or value.__self__ is not self:
            return value
        native = base.__dict__.get(name)
        if native is not value.__func__:
            return value
        return lambda *args, **kwargs: dispatched(native, (self, *args), kwargs)

    return find


def converted(result: Any, cls: Any, base: Any) -> Any:
    """The tensors of a result as those of a subclass."""
    if cls is base:
        return result
    if isinstance(result, base):
        return result if isinstance(result, cls) else result.as_subclass(cls)
    if isinstance(result, list | tuple):
        parts = [converted(part, cls, base) for part in result]
        return type(result)(*parts) if hasattr(result, "_fields") else type(result)(parts)
    return result


def _rebuild_from_type_v2(func: Any, new_type: Any, args: Any, state: Any) -> Any:
    """A tensor of a subclass, of a file: `func` makes the tensor."""
    made = func(*args)
    if type(made) is not new_type:
        made = made.as_subclass(new_type)
    if hasattr(new_type, "__setstate__"):
        made.__setstate__(state)
    else:
        made.__dict__.update(state)
    return made


# Where files of PyTorch have it.
_rebuild_from_type_v2.__module__ = "torch._tensor"
