"""The distributions that the library computes: their parameters, and which values they and their draws may have."""

from __future__ import annotations

from typing import Any

from . import constraints
from ._computed import Computed
from .constraints import dependent_property

__all__ = """Bernoulli Beta Binomial Categorical Cauchy Dirichlet Exponential Gamma Chi2 Geometric Gumbel Laplace Multinomial
    NegativeBinomial Normal OneHotCategorical OneHotCategoricalStraightThrough Pareto Poisson RelaxedBernoulli
    RelaxedOneHotCategorical StudentT Uniform Weibull""".split()

_positive, _real, _unit = constraints.positive, constraints.real, constraints.unit_interval
_event = {"probs": _unit, "logits": _real}
_categories = {"probs": constraints.simplex, "logits": constraints.real_vector}


class Bernoulli(Computed):
    """1 with probability `probs`, otherwise 0."""

    _order = "| probs logits"
    arg_constraints = _event
    support = constraints.boolean
    has_enumerate_support = True


class Beta(Computed):
    """Numbers between 0 and 1, in proportion to x ** (concentration1 - 1) · (1 - x) ** (concentration0 - 1)."""

    _order = "concentration1 concentration0"
    arg_constraints = {"concentration1": _positive, "concentration0": _positive}
    support = _unit
    has_rsample = True


class Binomial(Computed):
    """How many of `total_count` events there are, each of probability `probs`."""

    _order = "total_count=1 | probs logits"
    arg_constraints = {"total_count": constraints.nonnegative_integer, **_event}
    has_enumerate_support = True

    @dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self.total_count)


class Categorical(Computed):
    """One of the categories 0 … n - 1."""

    _order = "| probs logits"
    arg_constraints = _categories
    has_enumerate_support = True

    @property
    def _num_events(self) -> int:
        return self.param_shape[-1]

    @property
    def _param(self) -> Any:
        return getattr(self, self._given[0])

    @dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self._num_events - 1)


class Cauchy(Computed):
    """The Cauchy distribution, which has no mean."""

    _order = "loc scale"
    arg_constraints = {"loc": _real, "scale": _positive}
    support = _real
    has_rsample = True


class Dirichlet(Computed):
    """Vectors of probabilities."""

    _order = "concentration"
    arg_constraints = {"concentration": constraints.independent(_positive, 1)}
    support = constraints.simplex
    has_rsample = True


class Exponential(Computed):
    """Positive numbers, in proportion to exp(-rate · x)."""

    _order = "rate"
    arg_constraints = {"rate": _positive}
    support = constraints.nonnegative
    has_rsample = True


class Gamma(Computed):
    """Positive numbers, in proportion to x ** (concentration - 1) · exp(-rate · x)."""

    _order = "concentration rate"
    arg_constraints = {"concentration": _positive, "rate": _positive}
    support = constraints.nonnegative
    has_rsample = True


class Chi2(Gamma):
    """The sum of the squares of `df` draws of the standard normal distribution."""

    _order = "df"
    arg_constraints = {"df": _positive}


class Geometric(Computed):
    """How many failures there are before an event of probability `probs`."""

    _order = "| probs logits"
    arg_constraints = _event
    support = constraints.nonnegative_integer


class Gumbel(Computed):
    """The Gumbel distribution, of the largest of many values."""

    _order = "loc scale"
    arg_constraints = {"loc": _real, "scale": _positive}
    support = _real
    has_rsample = True


class Laplace(Computed):
    """Numbers in proportion to exp(-|x - loc| / scale)."""

    _order = "loc scale"
    arg_constraints = {"loc": _real, "scale": _positive}
    support = _real
    has_rsample = True


class Multinomial(Computed):
    """How often each category comes in `total_count` draws."""

    _order = "total_count=1 | probs logits"
    arg_constraints = _categories

    @dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)


class NegativeBinomial(Computed):
    """How many successes there are before `total_count` failures."""

    _order = "total_count | probs logits"
    arg_constraints = {"total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0), "logits": _real}
    support = constraints.nonnegative_integer


class Normal(Computed):
    """The normal distribution."""

    _order = "loc scale"
    arg_constraints = {"loc": _real, "scale": _positive}
    support = _real
    has_rsample = True


class OneHotCategorical(Computed):
    """Vectors of zeros with a 1 at one of the categories."""

    _order = "| probs logits"
    arg_constraints = _categories
    support = constraints.one_hot
    has_enumerate_support = True


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """The same, whose draws let gradients through to the probabilities."""

    _order = "| probs logits"
    has_rsample = True


class Pareto(Computed):
    """Numbers above `scale`, in proportion to x ** -(alpha + 1)."""

    _order = "scale alpha"
    arg_constraints = {"alpha": _positive, "scale": _positive}
    has_rsample = True

    @dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.greater_than_eq(self.scale)


class Poisson(Computed):
    """How many events there are, `rate` on average."""

    _order = "rate"
    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer


class RelaxedBernoulli(Computed):
    """Numbers between 0 and 1, mostly close to one of them, through which gradients reach the probabilities."""

    _order = "temperature | probs logits"
    arg_constraints = _event
    support = _unit
    has_rsample = True


class RelaxedOneHotCategorical(Computed):
    """Vectors of probabilities, mostly close to one category, through which gradients reach its probabilities."""

    _order = "temperature | probs logits"
    arg_constraints = _categories
    support = constraints.simplex
    has_rsample = True


class StudentT(Computed):
    """Student's distribution with `df` degrees of freedom."""

    _order = "df loc=0 scale=1"
    arg_constraints = {"df": _positive, "loc": _real, "scale": _positive}
    support = _real
    has_rsample = True


class Uniform(Computed):
    """Numbers between `low` and `high`."""

    _order = "low high"
    has_rsample = True

    @property
    def arg_constraints(self) -> Any:
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        return constraints.interval(self.low, self.high)


class Weibull(Computed):
    """Positive numbers, the time until something fails."""

    _order = "scale concentration"
    arg_constraints = {"scale": _positive, "concentration": _positive}
    support = _positive
    has_rsample = True
