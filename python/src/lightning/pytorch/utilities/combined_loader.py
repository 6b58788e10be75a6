"""`CombinedLoader`: several loaders as one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_MODES = ("min_size", "max_size_cycle", "max_size", "sequential")


def leaves(tree: Any) -> list[Any]:
    """The loaders of a loader, or of lists and dicts of them."""
    if isinstance(tree, dict):
        return [leaf for part in tree.values() for leaf in leaves(part)]
    if isinstance(tree, (list, tuple)):
        return [leaf for part in tree for leaf in leaves(part)]
    return [tree]


def mapped(tree: Any, take: Callable[[], Any]) -> Any:
    """The same lists and dicts, with what `take` gives in the place of each loader, in their order."""
    if isinstance(tree, dict):
        return {key: mapped(part, take) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(part, take) for part in tree)
    return take()


def length_of(loader: Any) -> float:
    """How many batches a loader gives; infinity where it does not know."""
    try:
        return len(loader)
    except (TypeError, NotImplementedError):
        return float("inf")


class CombinedLoader(Iterable):
    """Loaders that give their batches together, or one loader behind the other in the mode `sequential`.

    Its items are `(batch, batch_idx, dataloader_idx)`, where `batch` has the form of `iterables`.
    """

    def __init__(self, iterables: Any, mode: str = "min_size") -> None:
        if mode not in _MODES:
            raise ValueError(f"CombinedLoader: expected a mode of {', '.join(_MODES)}, but got {mode!r}")
        self.iterables = iterables
        self._mode = mode
        self._flattened = leaves(iterables)
        self.limits: list[float] | None = None

    @property
    def flattened(self) -> list[Any]:
        """The loaders, in their order."""
        return self._flattened

    @flattened.setter
    def flattened(self, loaders: list[Any]) -> None:
        given = iter(loaders)
        self.iterables = mapped(self.iterables, lambda: next(given))
        self._flattened = list(loaders)

    @property
    def sampler(self) -> Any:
        """The samplers of the loaders, in their form."""
        given = iter(self._flattened)
        return mapped(self.iterables, lambda: getattr(next(given), "sampler", None))

    def _limits(self) -> list[float]:
        lengths = [length_of(loader) for loader in self._flattened]
        return [min(pair) for pair in zip(lengths, self.limits or lengths, strict=True)]

    def size(self) -> float:
        """How many items there are; infinity where a loader does not know."""
        limits = self._limits()
        if not limits:
            return 0
        if self._mode == "sequential":
            return sum(limits)
        return min(limits) if self._mode == "min_size" else max(limits)

    def __len__(self) -> int:
        size = self.size()
        if size == float("inf"):
            raise NotImplementedError("CombinedLoader: expected loaders that know their lengths")
        return int(size)

    def __iter__(self) -> Iterator[tuple[Any, int, int]]:
        return self._one_by_one() if self._mode == "sequential" else self._together()

    def _one_by_one(self) -> Iterator[tuple[Any, int, int]]:
        for index, (loader, limit) in enumerate(zip(self._flattened, self._limits(), strict=True)):
            most = None if limit == float("inf") else int(limit)
            for i, batch in enumerate(itertools.islice(loader, most)):
                yield batch, i, index

    def _together(self) -> Iterator[tuple[Any, int, int]]:
        limits = [None if limit == float("inf") else int(limit) for limit in self._limits()]
        sources = [itertools.islice(each, most) for each, most in zip(self._flattened, limits, strict=True)]
        over = [False] * len(sources)

        def taken(i: int) -> Any:
            found = next(sources[i], _END)
            if found is not _END:
                return found
            over[i] = True
            if self._mode != "max_size_cycle" or all(over):
                return None
            sources[i] = itertools.islice(self._flattened[i], limits[i])
            return next(sources[i], None)

        for number in itertools.count():
            batches = [taken(i) for i in range(len(sources))]
            if all(over) or (self._mode == "min_size" and any(over)):
                return
            given = iter(batches)
            yield mapped(self.iterables, lambda given=given: next(given)), number, 0


_END = object()

__all__ = ["CombinedLoader"]
