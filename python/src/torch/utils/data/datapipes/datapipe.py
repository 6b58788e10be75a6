"""What all pipes are: their functional forms, and the rule that an iterable pipe has one valid iterator at a time."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..dataset import Dataset, IterableDataset


class DataChunk(list):
    """The items of a batch."""

    def __init__(self, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.items = list(self)

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def as_str(self, indent: str = "") -> str:
        """The items as a list is written, behind `indent`."""
        return f"{indent}[{', '.join(map(str, self))}]"

    def raw_iterator(self) -> Iterator[Any]:
        """The items, also where a subclass visits others."""
        yield from self.items


class _Piped:
    """The functional forms: `pipe.map(f)` is `Mapper(pipe, f)`."""

    functions: dict[str, Callable[..., Any]]
    # Subclasses of packages call it in their own `__getstate__`, where it is set.
    getstate_hook: Callable[[Any], Any] | None = None

    def __getattr__(self, name: str) -> Any:
        made = type(self).functions.get(name)
        if made is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return functools.update_wrapper(functools.partial(made, self), made, assigned=("__doc__",))

    @classmethod
    def register_function(cls, function_name: str, function: Callable[..., Any]) -> None:
        """Makes a function of a pipe a method of all pipes."""
        cls.functions[function_name] = function

    @classmethod
    def register_datapipe_as_function(cls, function_name: str, cls_to_register: Any, enable_df_api_tracing: bool = False) -> None:
        """Makes a class of pipes a method of all pipes."""
        if function_name in cls.functions:
            raise Exception(f"Unable to add DataPipe function name {function_name} as it is already taken")

        def made(source_dp: Any, *args: Any, **kwargs: Any) -> Any:
            return cls_to_register(source_dp, *args, **kwargs)

        cls.functions[function_name] = functools.update_wrapper(made, cls_to_register, assigned=("__doc__",), updated=())

    def __getstate__(self) -> Any:
        hook = type(self).getstate_hook
        return self.__dict__ if hook is None else hook(self.__dict__)

    def __repr__(self) -> str:
        return type(self).__qualname__

    __str__ = __repr__

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.functions]


class IterDataPipe(_Piped, IterableDataset):
    """Items in the order in which they come, by the `__iter__` of a subclass, which calls `reset` first."""

    functions: dict[str, Callable[..., Any]] = {}
    _valid_iterator_id: int | None = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "__iter__" in vars(cls):
            cls.__iter__ = _one_at_a_time(vars(cls)["__iter__"])  # type: ignore[method-assign]

    def __iter__(self) -> Iterator[Any]:
        return self  # type: ignore[return-value]

    def reset(self) -> None:
        """Puts the pipe back to its beginning; a subclass that keeps items empties them."""

    def _begin(self) -> int:
        """Makes all iterators invalid, and gives the number of the next."""
        self._valid_iterator_id = 0 if self._valid_iterator_id is None else self._valid_iterator_id + 1
        self.reset()
        return self._valid_iterator_id

    def _check(self, number: int) -> None:
        """Raises RuntimeError where another iterator has begun since."""
        if self._valid_iterator_id != number:
            raise RuntimeError(
                "This iterator has been invalidated because another iterator has been created from the same IterDataPipe: "
                f"{_shown(self)}\nThis may be caused by multiple references to the same IterDataPipe. We recommend using "
                f"`.fork()` if that is necessary.\n{_RULE}"
            )


class DFIterDataPipe(IterDataPipe):
    """Pipes whose items are data frames."""

    def _is_dfpipe(self) -> bool:
        return True


class MapDataPipe(_Piped, Dataset):
    """Items by key; a subclass defines `__getitem__`, and `__len__` where it knows how many there are."""

    functions: dict[str, Callable[..., Any]] = {}


_RULE = "The single iterator per IterDataPipe constraint holds: each pipe is visited from one place at a time."


def _shown(pipe: Any) -> str:
    """A pipe as the call that made it."""
    given = [(name, getattr(pipe, name)) for name in sorted(inspect.signature(type(pipe)).parameters) if hasattr(pipe, name)]
    return f"{type(pipe).__name__}({', '.join(f'{name}={_named(value)}' for name, value in given)})"


def _named(value: Any) -> str:
    return value.__name__ if inspect.isfunction(value) else repr(value)


def _one_at_a_time(visit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An `__iter__` whose iterators end with an error once another one has begun."""
    if inspect.isgeneratorfunction(visit):

        @functools.wraps(visit)
        def visited(pipe: Any) -> Iterator[Any]:
            number = pipe._begin()
            try:
                for item in visit(pipe):
                    yield item
                    pipe._check(number)
            except Exception as error:
                _tell(error, pipe)
                raise

        return visited

    @functools.wraps(visit)
    def watched(pipe: Any) -> Iterator[Any]:
        iterator = visit(pipe)
        return _Watched(iterator, pipe, pipe._begin())

    return watched


def _tell(error: Exception, pipe: Any) -> None:
    """Adds to an error's text which pipe it came from, where none has done so."""
    said = "This exception is thrown by __iter__ of"
    where = f"\n{said} {_shown(pipe)}"
    first, *others = error.args or (None,)
    if not isinstance(first, str):
        error.args = (where,)
    elif said not in first and "single iterator per IterDataPipe constraint" not in first:
        error.args = (first + where, *others)


class _Watched:
    """An iterator of a pipe whose `__iter__` is no generator."""

    def __init__(self, iterator: Any, pipe: Any, number: int) -> None:
        self.iterator, self.pipe, self.number = iterator, pipe, number

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self.pipe._check(self.number)
        return next(self.iterator)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.iterator, name)
