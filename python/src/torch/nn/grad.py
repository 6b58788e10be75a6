"""Gradients of convolutions by their input and by their weight, as functions of the gradient of the result."""

from __future__ import annotations

from typing import Any

from ..autograd import grad
from ..autograd.grad_mode import enable_grad
from . import functional


def _by(name: str, which: int, input: Any, weight: Any, grad_output: Any, options: tuple[Any, Any, Any, Any]) -> Any:
    """The gradient by the input, 0, or by the weight, 1: a tensor, or the size of one, whose numbers do not matter."""
    given = [input, weight]
    size = tuple(given[which].shape) if hasattr(given[which], "shape") else tuple(given[which])
    stride, padding, dilation, groups = options
    with enable_grad():
        given[which] = grad_output.new_zeros(size).requires_grad_()
        result = getattr(functional, name)(*given, None, stride, padding, dilation, groups)
        # What the gradient is computed of may have gradients of its own.
        is_kept = grad_output.requires_grad or given[1 - which].requires_grad
        return grad(result, given[which], grad_output, create_graph=is_kept)[0]


def conv1d_input(input_size: Any, weight: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv1d` by its input."""
    return _by("conv1d", 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv1d_weight(input: Any, weight_size: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv1d` by its weight."""
    return _by("conv1d", 1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv2d_input(input_size: Any, weight: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv2d` by its input."""
    return _by("conv2d", 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv2d_weight(input: Any, weight_size: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv2d` by its weight."""
    return _by("conv2d", 1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv3d_input(input_size: Any, weight: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv3d` by its input."""
    return _by("conv3d", 0, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv3d_weight(input: Any, weight_size: Any, grad_output: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Any:
    """The gradient of `conv3d` by its weight."""
    return _by("conv3d", 1, input, weight_size, grad_output, (stride, padding, dilation, groups))
