"""What pipes share: streams that close, names of files, the length of a pipe, and what a function may take."""

from __future__ import annotations

import fnmatch
import functools
import inspect
import os
import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from ..datapipe import DataChunk


def no_length(pipe: Any) -> TypeError:
    """What `len` raises of a pipe that does not know it."""
    return TypeError(f"{type(pipe).__name__} instance doesn't have valid length")


def length_of(pipe: Any, source: Any) -> int:
    """The length of the pipe before."""
    if hasattr(type(source), "__len__"):
        return len(source)
    raise no_length(pipe)


class Batched:
    """What both pipes of batches share: their arguments and their length."""

    def __init__(self, datapipe: Any, batch_size: int, drop_last: bool = False, wrapper_class: Callable[[list[Any]], Any] = DataChunk) -> None:
        if batch_size <= 0:
            raise AssertionError("Batch size is required to be larger than 0!")
        super().__init__()
        self.datapipe = datapipe
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.wrapper_class = wrapper_class

    def __len__(self) -> int:
        whole, rest = divmod(length_of(self, self.datapipe), self.batch_size)
        return whole if self.drop_last or rest == 0 else whole + 1


class Shuffled:
    """What both pipes that shuffle share: whether they do, and the seed of the next order."""

    def __init__(self) -> None:
        super().__init__()
        self._enabled = True
        self._seed: int | None = None
        self._rng = random.Random()

    def set_shuffle(self, shuffle: bool = True) -> Self:
        """Has it shuffle, or leave the order."""
        self._enabled = shuffle
        return self

    def set_seed(self, seed: int) -> Self:
        """Seeds the next order."""
        self._seed = seed
        return self


def validate_input_col(fn: Callable[..., Any], input_col: Any) -> None:
    """Raises ValueError where a function cannot take as many arguments as there are columns."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except ValueError:
        return
    size = len(input_col) if isinstance(input_col, list | tuple) else 1
    by_place = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    has_rest = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    named = sum(one.kind is one.KEYWORD_ONLY and one.default is one.empty for one in parameters)
    inner = fn.func if isinstance(fn, functools.partial) else fn
    name = getattr(inner, "__name__", repr(inner))
    if named:
        raise ValueError(f"The function {name} takes {named} non-default keyword-only parameters, which is not allowed.")
    if len(parameters) < size and not has_rest:
        raise ValueError(f"The function {name} takes {len(parameters)} parameters, but {size} are required.")
    needs_more = any(one.default is one.empty for one in by_place[size:])
    if needs_more or (len(by_place) < size and not has_rest):
        raise ValueError(f"The function {name} takes {len(by_place)} positional parameters, but {size} are required.")


def check_callable(fn: Any) -> None:
    """Raises TypeError where a value is no function."""
    if not callable(fn):
        raise TypeError(f"A callable function is expected, but {type(fn)} is provided.")


def match_masks(name: str, masks: str | list[str]) -> bool:
    """Whether the name of a file is one of those that are asked for."""
    if not masks:
        return True
    return any(fnmatch.fnmatch(name, mask) for mask in ([masks] if isinstance(masks, str) else masks))


def get_file_pathnames_from_root(
    root: str, masks: str | list[str], recursive: bool = False, abspath: bool = False, non_deterministic: bool = False
) -> Iterable[str]:
    """The paths of a folder's files, or of one file."""

    def onerror(error: OSError) -> None:
        warnings.warn(f"{error.filename} : {error.strerror}", stacklevel=2)
        raise error

    if os.path.isfile(root):
        if match_masks(os.path.basename(root), masks):
            yield os.path.abspath(root) if abspath else root
        return
    for path, folders, files in os.walk(root, onerror=onerror):
        for name in files if non_deterministic else sorted(files):
            if match_masks(name, masks):
                yield os.path.join(os.path.abspath(path) if abspath else path, name)
        if not recursive:
            return
        if not non_deterministic:
            folders.sort()


def get_file_binaries_from_pathnames(pathnames: Any, mode: str, encoding: str | None = None) -> Iterator[tuple[str, Any]]:
    """Paths, each with its opened file."""
    for pathname in pathnames if isinstance(pathnames, Iterable) else [pathnames]:
        if not isinstance(pathname, str):
            raise TypeError(f"Expected string type for pathname, but got {type(pathname)}")
        yield pathname, StreamWrapper(open(pathname, f"r{mode}" if mode in ("b", "t") else mode, encoding=encoding))


class StreamWrapper:
    """A file that is closed when nothing holds it, or when the last that was opened from it is."""

    def __init__(self, file_obj: Any, parent_stream: StreamWrapper | None = None, name: Any = None) -> None:
        self.file_obj = file_obj
        self.child_counter = 0
        self.parent_stream = parent_stream
        self.close_on_last_child = False
        self.name = name
        self.closed = False
        if parent_stream is not None:
            if not isinstance(parent_stream, StreamWrapper):
                raise RuntimeError(f"Parent stream should be StreamWrapper, {type(parent_stream)} was given")
            parent_stream.child_counter += 1

    @classmethod
    def close_streams(cls, v: Any, depth: int = 0) -> None:
        """Closes the files among an item's parts."""
        if depth > 10:
            return
        if isinstance(v, StreamWrapper):
            v.close()
        elif isinstance(v, dict | list | tuple):
            for part in v.values() if isinstance(v, dict) else v:
                cls.close_streams(part, depth + 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["file_obj"], name)

    def close(self, *args: Any, **kwargs: Any) -> None:
        """Closes it once."""
        if self.closed:
            return
        if (parent := self.parent_stream) is not None:
            parent.child_counter -= 1
            if not parent.child_counter and parent.close_on_last_child:
                parent.close()
        if hasattr(self.file_obj, "close"):
            self.file_obj.close(*args, **kwargs)
        self.closed = True

    def autoclose(self) -> None:
        """Closes it as soon as none is open that was opened from it."""
        self.close_on_last_child = True
        if self.child_counter == 0:
            self.close()

    def __del__(self) -> None:
        if not self.__dict__.get("closed", True):
            self.close()

    def __iter__(self) -> Iterator[Any]:
        yield from self.file_obj

    def __next__(self) -> Any:
        return next(self.file_obj)

    def __repr__(self) -> str:
        return f"StreamWrapper<{'' if self.name is None else f'{self.name},'}{self.file_obj!r}>"

    def __getstate__(self) -> Any:
        return self.file_obj

    def __setstate__(self, obj: Any) -> None:
        self.__init__(obj)  # type: ignore[misc]
