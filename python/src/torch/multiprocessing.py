"""`torch.multiprocessing`: the names of Python's `multiprocessing` in one process, which is what a page is."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing import *  # noqa: F403
from multiprocessing.context import BaseContext
from typing import Any, NoReturn

__path__: list[str] = []
# The file in which PyTorch has `spawn`, whose name is the function's.
sys.modules[f"{__name__}.spawn"] = sys.modules[__name__]

_METHODS = ("fork", "spawn", "forkserver")
_SHARED = """Array Barrier BoundedSemaphore Condition Event JoinableQueue Lock Manager Pipe Pool Queue RLock RawArray RawValue
    Semaphore SimpleQueue Value""".split()


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(f"torch.multiprocessing.{name}: expected code of one process, since a page has no other")


class Process(multiprocessing.Process):
    """What another process would run: a page has none, and `start` says so."""

    def start(self) -> None:
        """Raises RuntimeError."""
        _refuse("Process.start")


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        _refuse(name)

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Raises RuntimeError: it would be shared with other processes."
    return refuse


class _Context(BaseContext):
    """The ways in which processes would be started; each has the same names."""

    def __init__(self, name: str) -> None:
        self._name = name

    Process = Process

    def cpu_count(self) -> int:
        """1."""
        return cpu_count()

    def get_context(self, method: str | None = None) -> _Context:
        """The names for a way of starting processes."""
        return self if method is None else get_context(method)


for _name in _SHARED:
    globals()[_name] = _refusing(_name)
    setattr(_Context, _name, staticmethod(globals()[_name]))
_contexts = {name: _Context(name) for name in _METHODS}
_method = "spawn"


def get_context(method: str | None = None) -> _Context:
    """The names for a way of starting processes, which is `spawn` unless another is asked for."""
    found = _contexts.get(method or _method)
    if found is None:
        raise ValueError(f"cannot find context for {method!r}")
    return found


def cpu_count() -> int:
    """1."""
    return 1


class ProcessException(Exception):
    """What `spawn` raises of a process that failed; here the function's own error is raised."""

    def __init__(self, msg: str, error_index: int, pid: int) -> None:
        super().__init__(msg)
        self.msg, self.error_index, self.pid = msg, error_index, pid


class ProcessRaisedException(ProcessException):
    """Of a process whose function raised an error."""


class ProcessExitedException(ProcessException):
    """Of a process that ended by itself."""


def spawn(
    fn: Callable[..., Any], args: Any = (), nprocs: int = 1, join: bool = True, daemon: bool = False, start_method: str = "spawn"
) -> None:
    """Calls `fn(0, *args)`, where one process is asked for."""
    if nprocs != 1:
        raise RuntimeError(f"spawn: expected one process, since a page is one, but got nprocs={nprocs}")
    fn(0, *args)


start_processes = spawn


def set_start_method(method: str | None, force: bool = False) -> None:
    """Changes nothing but what `get_start_method` gives: no process is started."""
    global _method
    _method = get_context(method or "spawn")._name


def get_start_method(allow_none: bool = False) -> str:
    """What `set_start_method` was given."""
    return _method


def get_all_start_methods() -> list[str]:
    """The ways of starting processes that Python has; here none does."""
    return list(_METHODS)


def set_sharing_strategy(new_strategy: str) -> None:
    """Changes nothing: there is no process to share with."""


def get_sharing_strategy() -> str:
    """`file_system`."""
    return "file_system"


def get_all_sharing_strategies() -> set[str]:
    """`file_system` alone."""
    return {"file_system"}
