"""`torch.distributions.utils`: what distributions share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

euler_constant = 0.57721566490153286060


class lazy_property:
    """A decorator: the method's result becomes an attribute of the object."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)

    def __get__(self, instance: Any, obj_type: Any = None) -> Any:
        if instance is None:
            return _lazy_property_and_property(self.wrapped)
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


class _lazy_property_and_property(lazy_property, property):
    """What the class of an object has of a lazy property."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        property.__init__(self, wrapped)


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Numbers and tensors as tensors of one shape."""
    like = next((value for value in values if isinstance(value, torch.Tensor) and value.is_floating_point()), None)
    dtype = torch.get_default_dtype() if like is None else like.dtype
    tensors = []
    for value in values:
        if not isinstance(value, torch.Tensor):
            if not isinstance(value, int | float | bool) and not hasattr(type(value), "__torch_function__"):
                raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.")
            value = torch.tensor(value, dtype=dtype)
        tensors.append(value)
    return tuple(torch.broadcast_tensors(*tensors))


def _standard_normal(shape: Any, dtype: Any, device: Any) -> Any:
    """Draws of the normal distribution."""
    return torch.empty(shape, dtype=dtype, device=device).normal_()


def _sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last dimensions, as many as `dim`."""
    return value if dim == 0 else value.reshape((*value.shape[:-dim], -1)).sum(-1)


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """Probabilities of their logits."""
    return torch.sigmoid(logits) if is_binary else logits.softmax(-1)


def clamp_probs(probs: Any) -> Any:
    """Probabilities away from 0 and 1."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """Logits of probabilities."""
    clamped = clamp_probs(probs)
    return torch.log(clamped) - torch.log1p(-clamped) if is_binary else torch.log(clamped)


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The elements of matrices up to a diagonal, row by row."""
    n = mat.shape[-1]
    if diag < -n or diag >= n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    places = [i * n + j for i in range(n) for j in range(n) if j <= i + diag]
    return mat.reshape((*mat.shape[:-2], n * n)).index_select(-1, torch.tensor(places, dtype=torch.long))


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """Lower triangular matrices of these elements."""
    count = vec.shape[-1]
    size = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * count + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if not torch.finfo(vec.dtype).eps >= abs(round(size) - size):
        raise ValueError(
            f"The size of last dimension is {count} which cannot be expressed as the lower triangular part of a square D x D matrix."
        )
    n, places, at = round(size), [], 0
    for i in range(n):
        for j in range(n):
            # Behind the elements there is a 0.
            places.append(at if j <= i + diag else count)
            at += j <= i + diag
    padded = torch.cat([vec, vec.new_zeros((*vec.shape[:-1], 1))], -1)
    return padded.index_select(-1, torch.tensor(places)).reshape((*vec.shape[:-1], n, n))
