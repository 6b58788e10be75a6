"""What stands in a loaded file for objects of classes that cannot be imported here."""

from __future__ import annotations

import warnings
from typing import Any


class ForeignObject:
    """An object, or the result of a function, whose class or function is known by its name alone: it keeps what the file says."""

    _args: tuple[Any, ...] = ()
    _kwargs: dict[str, Any] = {}
    _state: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        made = object.__new__(cls)
        made._args, made._kwargs = args, kwargs
        made._list, made._entries = [], {}
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self._state = state
        slots = state[1] if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict) else {}
        own = state[0] if slots else state
        for part in (own, slots):
            if isinstance(part, dict):
                self.__dict__.update({str(key): value for key, value in part.items()})

    def append(self, item: Any) -> None:
        self._list.append(item)

    def extend(self, items: Any) -> None:
        self._list.extend(items)

    add = append

    def __setitem__(self, key: Any, value: Any) -> None:
        self._entries[key] = value

    def __getitem__(self, key: Any) -> Any:
        return self._entries[key] if key in self._entries else self._list[key]

    def __repr__(self) -> str:
        return f"<object of {type(self).__module__}.{type(self).__qualname__}, which is not here>"


def foreign_class(module: str, name: str) -> type:
    """A class of that name, with a warning that it is none of its program's."""
    warnings.warn(
        f"torch.load: {module}.{name} cannot be imported here, so an object that keeps its arguments and state stands in its place",
        stacklevel=2,
    )
    made = type(name.rpartition(".")[2], (ForeignObject,), {"__module__": module})
    made.__qualname__ = name
    return made
