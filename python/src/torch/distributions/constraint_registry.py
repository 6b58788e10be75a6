"""`biject_to` and `transform_to`: maps from all numbers to those that satisfy a constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import constraints, transforms


class ConstraintRegistry:
    """A function that finds a map by the class of a constraint."""

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}
        super().__init__()

    def register(self, constraint: Any, factory: Callable[[Any], Any] | None = None) -> Any:
        """Adds a function that makes the map to a constraint of this class; without one, a decorator."""
        if factory is None:
            return lambda made: self.register(constraint, made)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, constraints.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def _to_interval(constraint: Any) -> Any:
    low, high = constraint.lower_bound, constraint.upper_bound
    if type(low) in (int, float) and type(high) in (int, float) and (low, high) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform([transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)])


def _from_bound(bound: str, sign: int) -> Callable[[Any], Any]:
    return lambda constraint: transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(getattr(constraint, bound), sign)]
    )


for _registry in (biject_to, transform_to):
    # `positive` and `nonnegative` are of these classes: a bound of 0 adds nothing.
    for _kind in (constraints.greater_than, constraints.greater_than_eq):
        _registry.register(_kind, _from_bound("lower_bound", 1))
    _registry.register(constraints.less_than, _from_bound("upper_bound", -1))
    for _kind in (constraints.interval, constraints.half_open_interval):
        _registry.register(_kind, _to_interval)
    _registry.register(constraints.real, lambda _: transforms.identity_transform)
    _registry.register(constraints.corr_cholesky, lambda _: transforms.CorrCholeskyTransform())
    _registry.register(
        constraints.independent,
        lambda one, to=_registry: transforms.IndependentTransform(to(one.base_constraint), one.reinterpreted_batch_ndims),
    )
    _registry.register(constraints.cat, lambda one, to=_registry: transforms.CatTransform(list(map(to, one.cseq)), one.dim, one.lengths))
    _registry.register(constraints.stack, lambda one, to=_registry: transforms.StackTransform(list(map(to, one.cseq)), one.dim))
biject_to.register(constraints.simplex, lambda _: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda _: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda _: transforms.LowerCholeskyTransform())
for _kind in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_kind, lambda _: transforms.PositiveDefiniteTransform())
