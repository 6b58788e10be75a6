"""`make_tensor`: a tensor of random numbers between two bounds, of any dtype."""

from __future__ import annotations

from typing import Any

from .._creation import dtype_name
from .._tensor import Tensor

# By dtype: the bounds where none is given. The upper one is not reached.
_BOUNDS = {"bool": (0, 2), "uint8": (0, 10), "uint32": (0, 10), "int32": (-9, 10), "int64": (-9, 10)}


def make_tensor(
    *shape: Any,
    dtype: Any,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Numbers from `low` to before `high`, which are -9 and 9 (of whole numbers -9 and 10) where they are not given."""
    from .. import empty, rand, randint

    sizes = list(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else list(shape)
    name = dtype_name(dtype)
    floating = name in ("float32", "float16", "float64")
    below, above = _BOUNDS.get(str(name), (-9, 9))
    low = below if low is None else max(low, 0) if name in ("bool", "uint8", "uint32") else low
    high = above if high is None else min(high, 2) if name == "bool" else high
    if low >= high:
        raise ValueError(f"make_tensor: expected low to be less than high, but got {low} and {high}")
    if requires_grad and not floating:
        raise ValueError(f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}")
    # Every second element of a tensor that is twice as long along its last dimension.
    spread = noncontiguous and sizes and all(sizes) and sizes != [1] * len(sizes)
    full = [*sizes[:-1], 2 * sizes[-1]] if spread else sizes
    if not all(full):
        made = empty(full, dtype=dtype)
    elif floating:
        made = (rand(full) * (high - low) + low).to(dtype)
    else:
        made = randint(int(low), int(high), full).to(dtype)
    if exclude_zero:
        made = made.masked_fill(made == 0, _smallest(dtype) if floating else 1)
    if spread:
        made = made[..., ::2]
    return made.requires_grad_() if requires_grad else made


def _smallest(dtype: Any) -> float:
    from .._settings import finfo

    return finfo(dtype).tiny
