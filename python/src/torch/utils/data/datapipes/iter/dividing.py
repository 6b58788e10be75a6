"""Pipes that are divided: each part has all items, or those of its class, and what another part has not come to is held."""

from __future__ import annotations

import copy as copying
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from .._decorator import functional_datapipe
from ..datapipe import IterDataPipe
from ..utils.common import StreamWrapper, check_callable

_OVERFLOW = "buffer overflow, buffer size {} is insufficient."


class _Divided(IterDataPipe):
    """The pipe before, and for each part the items that it has not given yet."""

    def __init__(self, datapipe: Any, num_instances: int, buffer_size: int, name: str) -> None:
        if buffer_size < 0:
            warnings.warn(f"Unlimited buffer size is set for `{name}`, please be aware of OOM at random places", stacklevel=3)
        self.main_datapipe = datapipe
        self.num_instances = num_instances
        self.buffer_size = buffer_size
        self.reset()

    def reset(self) -> None:
        """Begins again with the pipe before."""
        self._iterator: Iterator[Any] | None = None
        self._is_over = False
        self._stopped = [True] * self.num_instances
        self._held: list[deque[Any]] = [deque() for _ in range(self.num_instances)]

    def _take(self, instance_id: int) -> None:
        """Holds the next item of the pipe before for the parts that give it; a part asks that holds none."""
        raise NotImplementedError

    def __getstate__(self) -> Any:
        state = super().__getstate__()
        return {name: value for name, value in state.items() if not name.startswith("_")} if isinstance(state, dict) else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.reset()

    def is_every_instance_exhausted(self) -> bool:
        """Whether each part has come to its end."""
        return self._is_over and all(self._stopped)

    def given(self, instance_id: int) -> Iterator[Any]:
        """The items of a part."""
        if self._iterator is None and self._stopped[instance_id]:
            self._iterator = iter(self.main_datapipe)
            self._is_over = False
            self._stopped = [False] * self.num_instances
        held = self._held[instance_id]
        try:
            while not self._stopped[instance_id]:
                while not held and not self._is_over:
                    try:
                        self._take(instance_id)
                    except StopIteration:
                        self._is_over = True
                        self._iterator = None
                if not held:
                    return
                yield self._shown(held.popleft())
        finally:
            self._stopped[instance_id] = True
            if all(self._stopped):
                self._iterator = None
            for item in held:
                StreamWrapper.close_streams(item)
            held.clear()

    def _shown(self, item: Any) -> Any:
        return item


class _ForkerIterDataPipe(_Divided):
    def __init__(self, datapipe: Any, num_instances: int, buffer_size: int = 1000, copy: str | None = None) -> None:
        super().__init__(datapipe, num_instances, buffer_size, "fork")
        if copy not in (None, "shallow", "deep"):
            raise ValueError(f"Unknown copy method `{copy}` requested, choose one of None, `shallow` or `deep`.")
        self.copy = copy

    def _take(self, instance_id: int) -> None:
        item = next(self._iterator)  # type: ignore[arg-type]
        for held, stopped in zip(self._held, self._stopped):
            if not stopped:
                held.append(item)
        # The others hold as many items as they are behind.
        if 0 <= self.buffer_size < max(len(held) for i, held in enumerate(self._held) if i != instance_id):
            raise BufferError(f"ForkerIterDataPipe {_OVERFLOW.format(self.buffer_size)}")

    def _shown(self, item: Any) -> Any:
        return item if self.copy is None else copying.copy(item) if self.copy == "shallow" else copying.deepcopy(item)

    def __len__(self) -> int:
        return len(self.main_datapipe)


class _DemultiplexerIterDataPipe(_Divided):
    def __init__(self, datapipe: Any, num_instances: int, classifier_fn: Callable[[Any], int | None], drop_none: bool, buffer_size: int) -> None:
        super().__init__(datapipe, num_instances, buffer_size, "demux")
        self.classifier_fn = classifier_fn
        self.drop_none = drop_none

    def _take(self, instance_id: int) -> None:
        item = next(self._iterator)  # type: ignore[arg-type]
        of = self.classifier_fn(item)
        if of is None and self.drop_none:
            StreamWrapper.close_streams(item)
            return
        if of is None or not 0 <= of < self.num_instances:
            raise ValueError(f"Output of the classification fn should be between 0 and {self.num_instances - 1}. {of} is returned.")
        self._held[of].append(item)
        if of != instance_id and 0 <= self.buffer_size < sum(map(len, self._held)):
            raise BufferError(f"DemultiplexerIterDataPipe {_OVERFLOW.format(self.buffer_size)}")


class _ChildDataPipe(IterDataPipe):
    """A part. An iterator of one part that begins again begins all parts again."""

    def __init__(self, main_datapipe: _Divided, instance_id: int) -> None:
        self.main_datapipe = main_datapipe
        self.instance_id = instance_id

    def __iter__(self) -> Iterator[Any]:
        return self.main_datapipe.given(self.instance_id)

    def __len__(self) -> int:
        if isinstance(self.main_datapipe, _ForkerIterDataPipe):
            return len(self.main_datapipe)
        raise TypeError

    def _begin(self) -> int:
        main = self.main_datapipe
        if main._valid_iterator_id is None:
            main._valid_iterator_id = 0
        elif main._valid_iterator_id == self._valid_iterator_id:
            main._valid_iterator_id += 1
            if not main.is_every_instance_exhausted():
                warnings.warn(
                    "Some child DataPipes are not exhausted when __iter__ is called. We are resetting the buffer and each child "
                    "DataPipe will read from the start again.",
                    stacklevel=2,
                )
            main.reset()
        self._valid_iterator_id = main._valid_iterator_id
        return self._valid_iterator_id

    def _check(self, number: int) -> None:
        if not number == self._valid_iterator_id == self.main_datapipe._valid_iterator_id:
            raise RuntimeError(
                "This iterator has been invalidated, because a new iterator has been created from one of the ChildDataPipes of "
                f"{self.main_datapipe}. The single iterator per IterDataPipe constraint holds."
            )


def _check_count(num_instances: int) -> None:
    if num_instances < 1:
        raise ValueError(f"Expected `num_instances` larger than 0, but {num_instances} is found")


@functional_datapipe("fork")
class ForkerIterDataPipe(IterDataPipe):
    """A list of pipes, each of which gives all items of the one before."""

    def __new__(cls, datapipe: Any, num_instances: int, buffer_size: int = 1000, copy: str | None = None) -> Any:
        _check_count(num_instances)
        if num_instances == 1:
            return datapipe
        main = _ForkerIterDataPipe(datapipe, num_instances, buffer_size, copy)
        return [_ChildDataPipe(main, i) for i in range(num_instances)]


@functional_datapipe("demux")
class DemultiplexerIterDataPipe(IterDataPipe):
    """A list of pipes, each of which gives the items of one class."""

    def __new__(
        cls, datapipe: Any, num_instances: int, classifier_fn: Callable[[Any], int | None], drop_none: bool = False, buffer_size: int = 1000
    ) -> Any:
        _check_count(num_instances)
        check_callable(classifier_fn)
        main = _DemultiplexerIterDataPipe(datapipe, num_instances, classifier_fn, drop_none, buffer_size)
        return [_ChildDataPipe(main, i) for i in range(num_instances)]
