"""Pipes of batches: made, taken apart, and gathered by a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from .._decorator import functional_datapipe
from ..datapipe import DataChunk, IterDataPipe
from ..utils.common import Batched, check_callable


@functional_datapipe("batch")
class BatcherIterDataPipe(Batched, IterDataPipe):
    """Batches of as many items."""

    def __iter__(self) -> Iterator[Any]:
        batch: list[Any] = []
        for item in self.datapipe:
            batch.append(item)
            if len(batch) == self.batch_size:
                yield self.wrapper_class(batch)
                batch = []
        if batch and not self.drop_last:
            yield self.wrapper_class(batch)


@functional_datapipe("unbatch")
class UnBatcherIterDataPipe(IterDataPipe):
    """The items of batches, of as many levels; -1 is all."""

    def __init__(self, datapipe: Any, unbatch_level: int = 1) -> None:
        self.datapipe = datapipe
        self.unbatch_level = unbatch_level

    def __iter__(self) -> Iterator[Any]:
        for item in self.datapipe:
            yield from self._dive(item, self.unbatch_level)

    def _dive(self, item: Any, level: int) -> Iterator[Any]:
        if level < -1:
            raise ValueError("unbatch_level must be -1 or >= 0")
        if level == 0 or (level == -1 and not isinstance(item, list)):
            yield item
        elif isinstance(item, list):
            for part in item:
                yield from self._dive(part, max(level - 1, -1))
        else:
            raise IndexError(f"unbatch_level {self.unbatch_level} exceeds the depth of the DataPipe")


@functional_datapipe("groupby")
class GrouperIterDataPipe(IterDataPipe):
    """Batches of items with the same key; as many as `buffer_size` are held."""

    def __init__(
        self,
        datapipe: Any,
        group_key_fn: Callable[[Any], Any],
        *,
        keep_key: bool = False,
        buffer_size: int = 10000,
        group_size: int | None = None,
        guaranteed_group_size: int | None = None,
        drop_remaining: bool = False,
    ) -> None:
        check_callable(group_key_fn)
        if group_size is not None and buffer_size is not None and not 0 < group_size <= buffer_size:
            raise AssertionError("group_size must be > 0 and <= buffer_size")
        if guaranteed_group_size is not None and (group_size is None or not 0 < guaranteed_group_size <= group_size):
            raise AssertionError("guaranteed_group_size must be > 0 and <= group_size and group_size must be set")
        self.datapipe = datapipe
        self.group_key_fn = group_key_fn
        self.keep_key = keep_key
        self.max_buffer_size = buffer_size
        self.group_size = group_size
        self.guaranteed_group_size = group_size if guaranteed_group_size is None else guaranteed_group_size
        self.drop_remaining = drop_remaining
        self.wrapper_class = DataChunk
        self.reset()

    def _given(self, key: Any, items: list[Any]) -> Any:
        made = self.wrapper_class(items)
        return (key, made) if self.keep_key else made

    def _of_largest(self) -> list[Any] | None:
        """Takes out the largest group; None where it is too small to be given."""
        largest = max(self.buffer_elements, key=lambda key: len(self.buffer_elements[key]))
        items = self.buffer_elements.pop(largest)
        self.curr_buffer_size -= len(items)
        if self.guaranteed_group_size is None or len(items) >= self.guaranteed_group_size:
            return items
        if not self.drop_remaining:
            raise RuntimeError("Failed to group items", str(items))
        return None

    def __iter__(self) -> Iterator[Any]:
        for item in self.datapipe:
            key = self.group_key_fn(item)
            self.buffer_elements[key].append(item)
            self.curr_buffer_size += 1
            if self.group_size == len(self.buffer_elements[key]):
                items = self.buffer_elements.pop(key)
                self.curr_buffer_size -= len(items)
                yield self._given(key, items)
            if self.curr_buffer_size == self.max_buffer_size and (found := self._of_largest()) is not None:
                yield self._given(key, found)
        for key in list(self.buffer_elements):
            yield self._given(key, self.buffer_elements.pop(key))

    def reset(self) -> None:
        """Forgets the groups that it holds."""
        self.curr_buffer_size = 0
        self.buffer_elements: defaultdict[Any, list[Any]] = defaultdict(list)
