"""`torch.distributions.kl`: Kullback-Leibler divergences, by formulas that are registered for pairs of classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .._bridge import call, js
from ._composed import Independent, TransformedDistribution
from ._computed import Computed
from ._vectors import MultivariateNormal, _batch_mahalanobis, _half_log_det, _solved
from .utils import _sum_rightmost

__all__ = ["kl_divergence", "register_kl"]

_KL_REGISTRY: dict[tuple[type, type], Callable[[Any, Any], Any]] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Any], Any]:
    """A decorator: the function is KL(p ‖ q) of these classes and their subclasses."""
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(kind, type):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {kind}")

    def decorate(function: Any) -> Any:
        _KL_REGISTRY[type_p, type_q] = function
        return function

    return decorate


def kl_divergence(p: Any, q: Any) -> Any:
    """KL(p ‖ q), in nats, by the formula of the nearest classes."""
    of_p, of_q = type(p).__mro__, type(q).__mro__
    fitting = [(of_p.index(a), of_q.index(b), (a, b)) for a, b in _KL_REGISTRY if a in of_p and b in of_q]
    if not fitting:
        raise _unknown(p, q)
    return _KL_REGISTRY[min(fitting, key=lambda each: each[:2])[2]](p, q)


def _unknown(p: Any, q: Any) -> Exception:
    return NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}")


@register_kl(Computed, Computed)
def _by_library(p: Any, q: Any) -> Any:
    try:
        return call(js.find("torch.distributions", "klDivergence")[1], (p._handle, q._handle), {}, "kl_divergence")
    except ValueError as error:
        if "no formula is known" in str(error):
            raise _unknown(p, q) from None
        raise


@register_kl(Independent, Independent)
def _of_independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _of_transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(MultivariateNormal, MultivariateNormal)
def _of_vectors(p: Any, q: Any) -> Any:
    if p.event_shape != q.event_shape:
        raise ValueError("KL-divergence between two Multivariate Normals with different event shapes cannot be computed")
    lower, other = q._unbroadcasted_scale_tril, p._unbroadcasted_scale_tril
    batch = torch.broadcast_shapes(lower.shape[:-2], other.shape[:-2])
    both = _solved(lower.expand((*batch, *lower.shape[-2:])), other.expand((*batch, *other.shape[-2:]))).pow(2).sum((-2, -1))
    apart = _batch_mahalanobis(lower, q.loc - p.loc)
    return _half_log_det(lower) - _half_log_det(other) + 0.5 * (both + apart - p.event_shape[0])
