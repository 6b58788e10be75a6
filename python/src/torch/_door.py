"""Classes and functions of the library's other doors, as Python's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import _lamplight_doors as js

from . import _bridge, _none
from ._bridge import JsException, jsnull, lent, receive, send, wait
from ._names import camel, snake

_between_digits = re.compile(r"(?<=\d)_(?=\d)")
_classes: dict[tuple[str, str], type] = {}
# By module: what its classes get beside the library's own.
finishers: dict[str, Callable[[type], None]] = {}
# By module: the class above those of its classes that have none of the library's above them.
roots: dict[str, type] = {}


def open_door(name: str) -> None:
    """Loads a door of the library, unless it is there; Python waits."""
    if not js.isOpen(name):
        wait(js.open(name), f"import {name}")


def _spellings(name: str) -> dict[str, None]:
    """How the library may spell a name of Python's."""
    kept = "_".join(camel(part) for part in _between_digits.split(name))
    joined = kept[:1] + re.sub(r"_([a-zA-Z])", lambda match: match.group(1).upper(), kept[1:])
    apart = camel(name.replace("corrcoef", "corr_coef"))
    return dict.fromkeys((camel(name), joined, name, apart))


class Wrapped:
    """An object of one of the library's classes."""

    _made: Any = None
    _js: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        own = self.__dict__
        own["_kept"] = kept = []
        name = type(self).__name__
        own["_js"] = _none.call(js.maker(type(self)._made), lasting(args, kept), lasting(kwargs, kept), name)

    def __del__(self) -> None:
        for proxy in self.__dict__.get("_kept", ()):
            proxy.destroy()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        handle = self.__dict__["_js"]
        if not js.isCallable(handle):
            raise TypeError(f"'{type(self).__name__}' object is not callable")
        return _bridge.call(js.method(handle), args, kwargs, type(self).__name__, self)

    def __getattr__(self, name: str) -> Any:
        handle = self.__dict__.get("_js")
        if handle is not None and not name.startswith("__"):
            for spelt in _spellings(name):
                kind = js.kind(handle, spelt)
                if kind == "value":
                    return receive(_bridge.js.get(handle, spelt), name, self)
                if kind == "method":
                    return self._method(spelt, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _method(self, spelt: str, name: str) -> Callable[..., Any]:
        bound = js.method(self.__dict__["_js"], spelt)

        def method(*args: Any, **kwargs: Any) -> Any:
            kept = self.__dict__.setdefault("_kept", [])
            return _bridge.call(bound, lasting(args, kept), lasting(kwargs, kept), name, self)

        method.__name__ = name
        return method

    def __setattr__(self, name: str, value: Any) -> None:
        handle = self.__dict__.get("_js")
        for spelt in _spellings(name) if handle is not None else ():
            if js.kind(handle, spelt) == "value":
                js.set(handle, spelt, jsnull if value is None else send(value))
                return
        object.__setattr__(self, name, value)

    def __len__(self) -> int:
        length = js.length(self.__dict__["_js"])
        if not isinstance(length, int):
            raise TypeError(f"object of type '{type(self).__name__}' has no len()")
        return length

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter([receive(item) for item in js.items(self.__dict__["_js"])])
        except JsException:
            raise TypeError(f"'{type(self).__name__}' object is not iterable") from None

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return js.text(self.__dict__["_js"])


def lasting(given: Any, kept: list[Any]) -> Any:
    """Arguments whose functions of Python the library may keep: their proxies are added to `kept`."""
    if isinstance(given, dict):
        return {key: lasting(value, kept) for key, value in given.items()}
    if type(given) in (list, tuple):
        return [lasting(value, kept) for value in given]
    if callable(given) and not hasattr(given, "_js") and not isinstance(given, type) and not _is_module(given):
        kept.append(lent(given))
        return kept[-1]
    return given


def _is_module(value: Any) -> bool:
    return hasattr(value, "_modules")


def _wrapper(cls: type[Wrapped]) -> Callable[[Any], Wrapped]:
    def wrap(handle: Any) -> Wrapped:
        made = cls.__new__(cls)
        made.__dict__["_js"] = handle
        return made

    return wrap


def _class(space: str, name: str, made: Any) -> type:
    bases = []
    for base in js.bases(made):
        found = _bridge.js.find(space, base)
        if base != name and type(found) is _bridge.ARRAY and found[0] == "class":
            import importlib

            bases.append(getattr(importlib.import_module(space), base))
            break
    if js.isModuleClass(made):
        from .nn.modules import _layer

        cls = _layer.make(name, made, bases, space)
        if space in finishers:
            finishers[space](cls)
        return cls
    cls = type(name, tuple(bases) or (roots.get(space, Wrapped),), {"__module__": space, "_made": made})
    cls.__doc__ = f"{space}.{name}, as PyTorch's; the reference of the library lists it under the same name."
    for spelt in js.statics(made):
        setattr(cls, snake(spelt), staticmethod(_bridge.function(js.method(made, spelt), snake(spelt), space)))
    _bridge.makers.setdefault(name, _wrapper(cls))
    return cls


def _enumeration(space: str, name: str, value: Any) -> Any:
    """The class of a list of names, as `InterpolationMode`; other values are themselves."""
    if not name[:1].isupper() or not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        return value
    return Enum(name, value, module=space)


def attribute(space: str, name: str, known: dict[str, Any]) -> Any:
    """A name of a module that stands for a part of a door, for its `__getattr__`; it is kept in `known`."""
    if not (name.startswith("__") and name.endswith("__")):
        for spelt in _spellings(name):
            found = _bridge.js.find(space, spelt)
            if type(found) is not _bridge.ARRAY:
                return found
            if found[0] == "missing":
                continue
            if found[0] == "class":
                if (space, spelt) not in _classes:
                    _classes[space, spelt] = _class(space, spelt, found[1])
                known[name] = _classes[space, spelt]
            elif found[0] == "function":
                known[name] = _bridge.function(found[1], name, space)
            else:
                known[name] = _enumeration(space, name, receive(found, name))
            return known[name]
    raise AttributeError(f"module {space!r} has no attribute {name!r}")


def names(space: str, known: dict[str, Any]) -> list[str]:
    """The names of such a module, for its `__dir__`."""
    return sorted({*known, *(snake(name) for name in _bridge.js.names(space))})


__all__ = ["Wrapped", "attribute", "finishers", "names", "open_door", "roots"]
