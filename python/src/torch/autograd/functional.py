"""Jacobians and Hessians of functions, as whole tensors."""

from __future__ import annotations

from typing import Any

from .. import func
from .._tensor import Tensor


def _of(transform: Any, function: Any, inputs: Any, create_graph: bool) -> tuple[bool, Any]:
    single = isinstance(inputs, Tensor)
    args = (inputs,) if single else tuple(inputs)
    found = transform(function, tuple(range(len(args))))(*args)
    return single, found if create_graph else _detached(found)


def _detached(found: Any) -> Any:
    return tuple(map(_detached, found)) if isinstance(found, tuple) else found.detach()


def jacobian(function: Any, inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False) -> Any:
    """The derivatives of each element of the result by each of an input, in their shapes one behind the other."""
    single, found = _of(func.jacrev, function, inputs, create_graph)
    return found[0] if single else found


def hessian(function: Any, inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False) -> Any:
    """The second derivatives of a result of one element."""
    single, found = _of(func.hessian, function, inputs, create_graph)
    return found[0][0] if single else found


def vjp(function: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The result, and its derivatives by the inputs weighted by `v`."""
    single = isinstance(inputs, Tensor)
    args = (inputs,) if single else tuple(inputs)
    result, back = func.vjp(function, *args)
    found = back(v if v is not None else result.new_ones(result.shape))
    found = found if create_graph else _detached(found)
    return (result if create_graph else result.detach()), found[0] if single else found


def jvp(function: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The result, and its derivative in the direction `v`."""
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    directions = (v,) if isinstance(v, Tensor) else tuple(v)
    result, found = func.jvp(function, args, directions)
    return (result, found) if create_graph else (result.detach(), found.detach())
