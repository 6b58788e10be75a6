"""Gradients beside finite differences."""

from __future__ import annotations

from typing import Any, Callable

from .._tensor import Tensor
from . import grad
from .grad_mode import no_grad

# Half the distance of the two points of a difference, and how far gradients may be apart: in float32 a smaller distance drowns in rounding.
_EPS, _ATOL, _RTOL = 1e-2, 1e-3, 5e-3


class GradcheckError(RuntimeError):
    """Gradients that are not those of the function."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = _EPS,
    atol: float = _ATOL,
    rtol: float = _RTOL,
    raise_exception: bool = True,
    fast_mode: bool = False,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    masked: bool | None = None,
) -> bool:
    """Compares the gradient of `func` by each element of the inputs that require grad with central differences.

    The outputs are weighted at random and summed up, so that one backward serves all elements; `fast_mode` takes one random
    direction of each input in the place of its elements. What further switches ask for is not checked.
    """
    listed = _listed(inputs)
    checked = [i for i, x in enumerate(listed) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        )
    try:
        _check(func, listed, checked, eps, atol, rtol, fast_mode)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    **tolerances: Any,
) -> bool:
    """Compares the gradient of the gradient of `func`, by the inputs and by the weights of its outputs."""
    listed = _listed(inputs)
    if grad_outputs is None:
        weights = [_between(y).requires_grad_() for y in _differentiable(func(*listed))]
    else:
        weights = [w.detach().clone().requires_grad_() for w in _listed(grad_outputs)]

    def first(*given: Any) -> Any:
        xs, ws = given[: len(listed)], given[len(listed) :]
        sources = [x for x in xs if isinstance(x, Tensor) and x.requires_grad]
        taken = grad(_differentiable(func(*xs)), sources, list(ws), create_graph=True, allow_unused=True)
        return tuple(one for one in taken if one is not None)

    return gradcheck(first, (*listed, *weights), raise_exception=raise_exception, **tolerances)


def _check(func: Any, listed: Any, checked: list[int], eps: float, atol: float, rtol: float, fast: bool) -> None:
    outputs = [y for y in _listed(func(*listed)) if isinstance(y, Tensor) and y.dtype.is_floating_point]
    weights = [_between(y) for y in outputs]
    pairs = [(y, w) for y, w in zip(outputs, weights) if y.requires_grad]
    sources = [listed[i] for i in checked]
    if pairs:
        taken = grad([y for y, _ in pairs], sources, [w for _, w in pairs], allow_unused=True)
    else:
        taken = (None,) * len(sources)

    def moved(at: int, by: Tensor) -> float:
        # The input itself is moved: a function may hold it, as a module does its parameters.
        place = listed[at].detach()
        before = place.clone()
        with no_grad():
            place.copy_(before + by)
        try:
            results = [y for y in _listed(func(*listed)) if isinstance(y, Tensor) and y.dtype.is_floating_point]
            # Summed up in Python's double precision.
            rows = [(y.detach().float().flatten().tolist(), w.float().flatten().tolist()) for y, w in zip(results, weights)]
        finally:
            with no_grad():
                place.copy_(before)
        return sum(y * w for ys, ws in rows for y, w in zip(ys, ws))

    for at, gradient in zip(checked, taken):
        x = listed[at]
        for name, direction in _directions(x, fast):
            numeric = (moved(at, direction * eps) - moved(at, direction * -eps)) / (2 * eps)
            analytic = 0.0 if gradient is None else float((gradient.detach().float() * direction).sum())
            if abs(analytic - numeric) > atol + rtol * abs(numeric):
                raise GradcheckError(
                    f"Jacobian mismatch for input {at} {name}: the gradient is {analytic}, but finite differences give {numeric}"
                )


def _directions(x: Tensor, fast: bool) -> Any:
    from .. import rand, zeros

    if x.numel() == 0:
        return
    if fast:
        signs = (rand(x.shape) < 0.5).float() * 2 - 1
        chosen = signs * (rand(x.shape) + 0.5)
        yield "in a random direction", chosen / chosen.norm()
        return
    for i in range(x.numel()):
        chosen = zeros(x.numel())
        chosen[i] = 1
        yield f"at element {i}", chosen.reshape(x.shape)


def _between(like: Tensor) -> Tensor:
    from .. import rand

    return (rand(like.shape) + 0.5).to(like.dtype)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _differentiable(outputs: Any) -> list[Any]:
    return [y for y in _listed(outputs) if isinstance(y, Tensor) and y.requires_grad]
