"""`torch.multiprocessing`: one process, which is what a page is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__path__: list[str] = []

_method = "spawn"


def spawn(fn: Callable[..., Any], args: Any = (), nprocs: int = 1, join: bool = True, **_: Any) -> None:
    """Calls `fn(0, *args)`, where one process is asked for."""
    if nprocs != 1:
        raise RuntimeError(f"spawn: expected one process, since a page is one, but got nprocs={nprocs}")
    fn(0, *args)


def set_start_method(method: str | None, force: bool = False) -> None:
    """Changes nothing: no process is started."""
    global _method
    _method = method or "spawn"


def get_start_method(allow_none: bool = False) -> str:
    """What `set_start_method` was given."""
    return _method


def set_sharing_strategy(new_strategy: str) -> None:
    """Changes nothing: there is no process to share with."""


def get_sharing_strategy() -> str:
    """`file_system`."""
    return "file_system"


def cpu_count() -> int:
    """1."""
    return 1


def __getattr__(name: str) -> Any:
    if name in ("Process", "Pool", "Queue", "Manager", "Lock", "Event", "Value", "Array"):
        raise RuntimeError(f"torch.multiprocessing.{name}: expected code of one process, since a page has no other")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
