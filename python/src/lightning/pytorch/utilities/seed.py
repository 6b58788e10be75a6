"""Random numbers of a run."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from .rank_zero import rank_zero_info, rank_zero_warn

# NumPy takes seeds of 32 bits.
_MOST = 2**32 - 1


def seed_everything(seed: int | None = None, workers: bool = False, verbose: bool = True) -> int:
    """Seeds the random numbers of Python, NumPy and PyTorch; without a seed by the variable `PL_GLOBAL_SEED`, or by 0."""
    if seed is None:
        found = os.environ.get("PL_GLOBAL_SEED")
        if found is None:
            rank_zero_warn("seed_everything: expected a seed, but got none, so it is 0")
        seed = int(found or 0)
    seed = int(seed)
    if not 0 <= seed <= _MOST:
        raise ValueError(f"seed_everything: expected a seed from 0 to {_MOST}, but got {seed}")
    if verbose:
        rank_zero_info(f"Seed set to {seed}")
    os.environ["PL_GLOBAL_SEED"] = str(seed)
    os.environ["PL_SEED_WORKERS"] = str(int(workers))
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    torch.manual_seed(seed)
    return seed


@contextmanager
def isolate_rng() -> Iterator[None]:
    """Random numbers go on behind the block as if it had drawn none."""
    before = torch.get_rng_state(), random.getstate()
    numpy = sys.modules.get("numpy")
    drawn = numpy.random.get_state() if numpy else None
    try:
        yield
    finally:
        torch.set_rng_state(before[0])
        random.setstate(before[1])
        if numpy:
            numpy.random.set_state(drawn)


__all__ = ["isolate_rng", "seed_everything"]
