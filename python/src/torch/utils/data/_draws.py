"""The random numbers of loaders and samplers, which are PyTorch's."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import _lamplight_files as js

from ..._bridge import JsException, can_run_sync, run_sync, send, to_js, translated

# Indices that are fetched at a time.
_MANY = 4096


def _given(generator: Any) -> tuple:
    return () if generator is None else (send(generator),)


def seed(generator: Any) -> int:
    """A seed: an int64, drawn as `random_` draws one."""
    return int(js.seed(*_given(generator)))


def permutation(n: int, generator: Any) -> list[int]:
    """0, 1, …, n − 1 in a random order."""
    return js.permutation(n, *_given(generator)).to_py().tolist()


def random_indices(n: int, count: int, replacement: bool, generator: Any) -> Iterator[int]:
    """The indices of a random sampler, drawn when they are asked for."""
    indices = js.randomIndices(n, count, replacement, *_given(generator))
    most = 32 if replacement else _MANY
    while found := js.next(indices, most).to_py():
        yield from found


def weighted_indices(weights: list[float], count: int, replacement: bool, generator: Any) -> list[int]:
    """Indices drawn by weights."""
    try:
        return js.weightedIndices(to_js(array("d", weights)), count, replacement, *_given(generator)).to_py().tolist()
    except JsException as error:
        raise translated(error) from None


def split_indices(lengths: list[int], generator: Any) -> list[list[int]]:
    """The indices of each part of a random split."""
    return [part.to_py().tolist() for part in js.splitIndices(to_js(lengths), *_given(generator))]


def wait_for_device() -> None:
    """Keeps a loop at most two steps ahead of the device, where it may wait."""
    if can_run_sync():
        run_sync(js.waitForDevice())
