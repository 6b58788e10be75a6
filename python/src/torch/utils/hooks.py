"""Handles by which hooks are taken away again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any


class RemovableHandle:
    """What registering a hook returns; `remove()` takes the hook away, and so does leaving a `with` block."""

    next_id = 0

    def __init__(self, hooks_dict: dict, *, extra_dict: dict | list[dict] | None = None) -> None:
        self._hooks = hooks_dict
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self._extra = [extra_dict] if isinstance(extra_dict, dict) else (extra_dict or [])

    def remove(self) -> None:
        """Takes the hook away; a second call does nothing."""
        for hooks in (self._hooks, *self._extra):
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def add_hook(hooks: OrderedDict, hook: Any, prepend: bool = False, **flags: tuple[dict, bool]) -> RemovableHandle:
    """Adds a hook, with the tables that note what else is said of it."""
    handle = RemovableHandle(hooks, extra_dict=[table for table, _ in flags.values()])
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    for table, is_set in flags.values():
        if is_set:
            table[handle.id] = True
    return handle
