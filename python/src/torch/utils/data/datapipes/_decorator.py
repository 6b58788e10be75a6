"""Decorators of pipes: their functional names, and whether they give the same items each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .datapipe import IterDataPipe, MapDataPipe


class functional_datapipe:
    """A decorator: the class of pipes becomes a method of all pipes of its kind, by this name."""

    def __init__(self, name: str, enable_df_api_tracing: bool = False) -> None:
        self.name = name
        self.enable_df_api_tracing = enable_df_api_tracing

    def __call__(self, cls: Any) -> Any:
        made = cls.cls if isinstance(cls, non_deterministic) else getattr(getattr(cls, "__self__", None), "cls", cls)
        for kind in (IterDataPipe, MapDataPipe):
            if issubclass(made, kind):
                kind.register_datapipe_as_function(self.name, cls)
        return cls


_is_guaranteed = False


class guaranteed_datapipes_determinism:
    """The block of a `with` statement in which pipes that may give other items each time are refused."""

    def __init__(self) -> None:
        global _is_guaranteed
        self.prev, _is_guaranteed = _is_guaranteed, True

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        global _is_guaranteed
        _is_guaranteed = self.prev


class non_deterministic:
    """A decorator: the pipe may give other items each time, always or where a function of its arguments says so."""

    cls: Any = None

    def __init__(self, arg: Any) -> None:
        if isinstance(arg, type):
            if not issubclass(arg, IterDataPipe):
                raise TypeError(f"Only `IterDataPipe` can be decorated with `non_deterministic`, but {arg.__name__} is found")
            self.cls = arg
        elif callable(arg):
            self.deterministic_fn: Callable[..., bool] = arg
        else:
            raise TypeError(f"{arg} can not be decorated by non_deterministic")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.cls is not None:
            if _is_guaranteed:
                raise TypeError(
                    f"{self.cls.__name__} is non-deterministic, but you set 'guaranteed_datapipes_determinism'. "
                    "You can turn off determinism for this DataPipe if that is acceptable for your application"
                )
            return self.cls(*args, **kwargs)
        if not (isinstance(args[0], type) and issubclass(args[0], IterDataPipe)):
            raise TypeError(f"Only `IterDataPipe` can be decorated, but {args[0].__name__} is found")
        self.cls = args[0]
        return self.deterministic_wrapper_fn

    def deterministic_wrapper_fn(self, *args: Any, **kwargs: Any) -> Any:
        """The pipe of these arguments, if it may be made."""
        may_differ = self.deterministic_fn(*args, **kwargs)
        if not isinstance(may_differ, bool):
            raise TypeError(
                f"deterministic_fn of `non_deterministic` decorator is required to return a boolean value, but {type(may_differ)} is found"
            )
        if _is_guaranteed and may_differ:
            raise TypeError(
                f"{self.cls.__name__} is non-deterministic with the inputs, but you set 'guaranteed_datapipes_determinism'. "
                "You can turn off determinism for this DataPipe if that is acceptable for your application"
            )
        return self.cls(*args, **kwargs)
