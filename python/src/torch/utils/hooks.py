"""Handles by which hooks are taken away again."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from typing import Any


class RemovableHandle:
    """What registering a hook returns; `remove()` takes the hook away, and so does leaving a `with` block."""

    next_id = 0
    # The handle of the same hook with the library, where that calls it, too.
    also: Any = None

    def __init__(self, hooks_dict: dict, *, extra_dict: dict | list[dict] | None = None) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        extra = [extra_dict] if isinstance(extra_dict, dict) else (extra_dict or [])
        self.extra_dict_ref = tuple(weakref.ref(each) for each in extra)

    def remove(self) -> None:
        """Takes the hook away; a second call does nothing."""
        for place in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = place()
            if hooks is not None:
                hooks.pop(self.id, None)
        if self.also is not None:
            self.also.remove()

    def __getstate__(self) -> tuple:
        tables = (self.hooks_dict_ref(), self.id, tuple(place() for place in self.extra_dict_ref))
        return tables if self.extra_dict_ref else tables[:2]

    def __setstate__(self, state: tuple) -> None:
        hooks, self.id, *extra = state
        # A handle whose hooks were gone before it was saved refers to nothing.
        self.hooks_dict_ref = weakref.ref(OrderedDict() if hooks is None else hooks)
        self.extra_dict_ref = tuple(weakref.ref(OrderedDict() if each is None else each) for each in (extra or [()])[0])
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

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
