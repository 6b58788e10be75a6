"""`torch.utils.data.graph`: which pipes a pipe is made of."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .datapipes.datapipe import IterDataPipe, MapDataPipe

DataPipe = IterDataPipe | MapDataPipe
DataPipeGraph = dict[int, tuple[DataPipe, "DataPipeGraph"]]


def _pipes_in(value: Any, seen: set[int]) -> Iterator[DataPipe]:
    """The pipes that a value holds, not those within them."""
    if id(value) in seen or isinstance(value, str | bytes | range):
        return
    seen.add(id(value))
    if isinstance(value, DataPipe):
        yield value
    elif isinstance(value, list | tuple | set | frozenset | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _pipes_in(part, seen)


def _graph(datapipe: Any, above: frozenset[int]) -> DataPipeGraph:
    if not isinstance(datapipe, DataPipe):
        raise RuntimeError(f"Expected `IterDataPipe` or `MapDataPipe`, but {type(datapipe)} is found")
    if id(datapipe) in above:
        return {}
    above = above | {id(datapipe)}
    below: DataPipeGraph = {}
    for each in _pipes_in(datapipe.__getstate__(), set(above)):
        below |= _graph(each, above)
    return {id(datapipe): (datapipe, below)}


def traverse_dps(datapipe: DataPipe) -> DataPipeGraph:
    """A pipe with the pipes that it is made of, each by its `id`."""
    return _graph(datapipe, frozenset())


def traverse(datapipe: DataPipe, only_datapipe: bool | None = None) -> DataPipeGraph:
    """The older name of `traverse_dps`."""
    warnings.warn(
        "`traverse` function is deprecated and will be removed after 1.13. Please use `traverse_dps` instead.",
        FutureWarning,
        stacklevel=2,
    )
    return traverse_dps(datapipe)
