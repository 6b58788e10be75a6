"""What files of PyTorch call to make tensors: the names are PyTorch's."""

from __future__ import annotations

import math
from typing import Any

from ._tensor import Tensor

__all__ = [
    "_rebuild_parameter",
    "_rebuild_parameter_with_state",
    "_rebuild_tensor",
    "_rebuild_tensor_v2",
    "_rebuild_tensor_v3",
]


def _element_size(dtype: Any) -> int:
    """The bytes of an element."""
    return dtype.itemsize


def _rebuild_tensor(storage: Any, storage_offset: int, size: Any, stride: Any, dtype: str | None = None) -> Tensor:
    from .autograd import no_grad

    with no_grad():
        row = storage.row(dtype)
        count = math.prod(size)
        expected = 1
        is_whole = storage_offset == 0 and count == row.numel()
        for length, step in zip(reversed(size), reversed(stride)):
            is_whole = is_whole and (length == 1 or step == expected)
            expected *= length
        return row.reshape(tuple(size)) if is_whole else row.as_strided(tuple(size), tuple(stride), storage_offset)


def _rebuild_tensor_v2(
    storage: Any,
    storage_offset: int,
    size: Any,
    stride: Any,
    requires_grad: bool,
    backward_hooks: Any,
    metadata: Any = None,
) -> Tensor:
    made = _rebuild_tensor(storage, storage_offset, size, stride)
    return made.requires_grad_() if requires_grad else made


def _rebuild_tensor_v3(
    storage: Any,
    storage_offset: int,
    size: Any,
    stride: Any,
    requires_grad: bool,
    backward_hooks: Any,
    dtype: Any,
    metadata: Any = None,
) -> Tensor:
    made = _rebuild_tensor(storage, storage_offset, size, stride, dtype._name)
    return made.requires_grad_() if requires_grad else made


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: Any) -> Any:
    from .nn.parameter import Parameter

    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data: Tensor, requires_grad: bool, backward_hooks: Any, state: Any) -> Any:
    made = _rebuild_parameter(data, requires_grad, backward_hooks)
    made.__dict__.update(state)
    return made
