"""Distributions that PyTorch has beside the library's: ratios, circles, correlation matrices and covariances."""

from __future__ import annotations

import math
from typing import Any

import torch

from . import constraints
from ._composed import TransformedDistribution
from ._families import Beta, Chi2, Gamma, Uniform
from ._vectors import _given_matrix, _half_log_det, _lower_factor, _precision_of, _solved
from .distribution import Distribution, ExponentialFamily
from .transforms import AffineTransform, PowerTransform
from .utils import broadcast_all, clamp_probs, euler_constant, lazy_property, logits_to_probs, probs_to_logits, vec_to_tril_matrix


class _OfNumbers(Distribution):
    """What these share: parameters of the shape of the batch, which expand with it."""

    _parameters_of_batch: tuple[str, ...] = ()

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        own = next(each for each in type(self).__mro__ if each.__module__ == __name__)
        new = self._get_checked_instance(own, _instance)
        for name in self._parameters_of_batch:
            if name in self.__dict__:
                setattr(new, name, getattr(self, name).expand(batch_shape))
        self._copy_to(new)
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _copy_to(self, new: Any) -> None:
        """Gives another one what does not depend on the batch."""


class FisherSnedecor(_OfNumbers):
    """The ratio of two sums of squares, each by its degrees of freedom."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True
    _parameters_of_batch = ("df1", "df2")

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return torch.where(self.df2 > 2, self.df2 / (self.df2 - 2), math.nan)

    @property
    def mode(self) -> Any:
        return torch.where(self.df1 > 2, (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2), math.nan)

    @property
    def variance(self) -> Any:
        a, b = self.df1, self.df2
        return torch.where(b > 4, 2 * b.pow(2) * (a + b - 2) / (a * (b - 2).pow(2) * (b - 4)), math.nan)

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        above, below = (Gamma(df * 0.5, df).rsample(sample_shape) for df in (self.df1, self.df2))
        tiny = torch.finfo(below.dtype).tiny
        return (above / below.clamp(min=tiny)).clamp(min=tiny)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        a, b, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        scale = (a + b).lgamma() - a.lgamma() - b.lgamma()
        return scale + a * ratio.log() + (a - 1) * value.log() - (a + b) * torch.log1p(ratio * value)


class Kumaraswamy(TransformedDistribution):
    """Numbers between 0 and 1, much as by `Beta`, whose distribution function is simple."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True  # type: ignore[assignment]

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        base = Uniform(torch.zeros_like(self.concentration0), torch.ones_like(self.concentration0), validate_args=validate_args)
        steps = [
            PowerTransform(exponent=self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=self.concentration1.reciprocal()),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(Kumaraswamy, _instance)
        new.concentration1 = self.concentration1.expand(batch_shape)
        new.concentration0 = self.concentration0.expand(batch_shape)
        return super().expand(batch_shape, new)

    def _moment(self, n: int) -> Any:
        a, b = self.concentration1, self.concentration0
        first = 1 + n / a
        return b * (first.lgamma() + b.lgamma() - (first + b).lgamma()).exp()

    @property
    def mean(self) -> Any:
        return self._moment(1)

    @property
    def mode(self) -> Any:
        a, b = self.concentration1, self.concentration0
        inner = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        return torch.where((b < 1) | (a < 1), math.nan, inner).exp()

    @property
    def variance(self) -> Any:
        return self._moment(2) - self.mean.square()

    def entropy(self) -> Any:
        a, b = self.concentration1, self.concentration0
        harmonic = torch.digamma(b + 1) + euler_constant
        return (1 - b.reciprocal()) + (1 - a.reciprocal()) * harmonic - a.log() - b.log()


class ContinuousBernoulli(_OfNumbers, ExponentialFamily):
    """Numbers between 0 and 1, in proportion to probs ** x · (1 - probs) ** (1 - x). Near 1/2 its formulas are series."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _parameters_of_batch = ("probs", "logits")

    def __init__(self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501), validate_args: bool | None = None) -> None:
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        if probs is not None:
            self.probs = clamp_probs(broadcast_all(probs)[0])
        else:
            (self.logits,) = broadcast_all(logits)
        self._lims = lims
        super().__init__(self._param.shape, validate_args=validate_args)

    def _copy_to(self, new: Any) -> None:
        new._lims = self._lims

    @property
    def _param(self) -> Any:
        return self.__dict__["probs"] if "probs" in self.__dict__ else self.logits

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter."""
        return self._param.shape

    @lazy_property
    def logits(self) -> Any:
        """log(probs / (1 - probs))."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Any:
        """The parameter."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _choose(self, of: Any, near: Any) -> Any:
        """A formula of probabilities away from 1/2, and what stands for it near there."""
        low, high = self._lims
        is_away = (self.probs <= low) | (self.probs > high)
        return torch.where(is_away, of(torch.where(is_away, self.probs, low)), near)

    def _cont_bern_log_norm(self) -> Any:
        def of(p: Any) -> Any:
            return ((-p).log1p() - p.log()).abs().log() - (1.0 - 2.0 * p).abs().log()

        x = (self.probs - 0.5).square()
        return self._choose(of, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Any:
        x = self.probs - 0.5
        series = 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.square()) * x
        return self._choose(lambda p: p / (2.0 * p - 1.0) + 1.0 / ((-p).log1p() - p.log()), series)

    @property
    def variance(self) -> Any:
        x = (self.probs - 0.5).square()
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x
        return self._choose(lambda p: p * (p - 1.0) / (1.0 - 2.0 * p).square() + 1.0 / ((-p).log1p() - p.log()).square(), series)

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        away = torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return self._cont_bern_log_norm() - away

    def cdf(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        found = self._choose(lambda p: (p.pow(value) * (1.0 - p).pow(1.0 - value) + p - 1.0) / (2.0 * p - 1.0), value)
        return torch.where(value <= 0.0, 0.0, torch.where(value >= 1.0, 1.0, found))

    def icdf(self, value: Any) -> Any:
        return self._choose(lambda p: ((-p + value * (2.0 * p - 1.0)).log1p() - (-p).log1p()) / (p.log() - (-p).log1p()), value)

    def entropy(self) -> Any:
        zero, one = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (zero - one) - self._cont_bern_log_norm() - zero

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.logits,)


class GeneralizedPareto(_OfNumbers):
    """What is above a high bound."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True
    _parameters_of_batch = ("loc", "scale", "concentration")

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def _choose(self, of: Any, at_zero: Any) -> Any:
        """A formula of the concentration, and what stands for it at 0."""
        is_zero = torch.isclose(self.concentration, torch.zeros_like(self.concentration))
        return torch.where(is_zero, at_zero, of(torch.where(is_zero, 1.0, self.concentration)))

    def _z(self, x: Any) -> Any:
        return (x - self.loc) / self.scale

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        z = self._z(value)
        return -self.scale.log() - self._choose(lambda c: (1 / c + 1) * torch.log1p(c * z), z)

    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the probability of more than a value."""
        if self._validate_args:
            self._validate_sample(value)
        z = self._z(value)
        return self._choose(lambda c: -torch.log1p(c * z) / c, -z)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of the probability up to a value."""
        return torch.log1p(-self.log_survival_function(value).exp())

    def cdf(self, value: Any) -> Any:
        return self.log_cdf(value).exp()

    def icdf(self, value: Any) -> Any:
        left = torch.log1p(-value)
        return self._choose(lambda c: self.loc + self.scale / c * torch.expm1(-c * left), self.loc - self.scale * left)

    @property
    def mean(self) -> Any:
        c = self.concentration
        return torch.where(c < 1, self.loc + self.scale / (1 - c), math.nan)

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        c = self.concentration
        return torch.where(c < 0.5, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)

    def entropy(self) -> Any:
        return (self.scale.log() + self.concentration + 1).expand(self._batch_shape)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """The constraint of values."""
        upper = torch.where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, upper)


# Modified Bessel functions of the orders 0 and 1 by polynomials, below 3.75 and from there on: Abramowitz and Stegun 1964,
# 9.8.1 to 9.8.4, with errors of at most 2.2e-7.
_BELOW = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411),
)
_ABOVE = (
    (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377),
    (0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059),
)


def _log_bessel(x: Any, order: int) -> Any:
    def polynomial(y: Any, factors: tuple[float, ...]) -> Any:
        result = factors[-1]
        for factor in reversed(factors[:-1]):
            result = factor + y * result
        return result

    below = polynomial((x / 3.75).square(), _BELOW[order])
    below = (below if order == 0 else x.abs() * below).log()
    return torch.where(x < 3.75, below, x - 0.5 * x.log() + polynomial(3.75 / x, _ABOVE[order]).log())


class VonMises(_OfNumbers):
    """Angles about `loc`, the normal distribution of the circle. PyTorch draws them in float64, so these are others."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    _parameters_of_batch = ("loc", "concentration")

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        k = self.concentration
        return k * torch.cos(value - self.loc) - math.log(2 * math.pi) - _log_bessel(k, 0)

    def sample(self, sample_shape: Any = torch.Size()) -> Any:
        # Best and Fisher 1979: angles by the wrapped Cauchy distribution, those that are too many drawn again.
        with torch.no_grad():
            k = self.concentration
            tau = 1 + (1 + 4 * k**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * k)
            r = torch.where(k < 1e-5, 1 / k + k, (1 + rho**2) / (2 * rho))
            x = torch.zeros(self._extended_shape(sample_shape), dtype=self.loc.dtype)
            done = torch.zeros(x.shape, dtype=torch.bool)
            while not done.all():
                first, second, third = torch.rand((3, *x.shape), dtype=x.dtype).unbind()
                z = torch.cos(math.pi * first)
                f = (1 + r * z) / (r + z)
                c = k * (r - f)
                accept = (c * (2 - c) - second > 0) | ((c / second).log() + 1 - c >= 0)
                x = torch.where(accept, (third - 0.5).sign() * f.acos(), x)
                done = done | accept
            return (x + math.pi + self.loc) % (2 * math.pi) - math.pi

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @lazy_property
    def variance(self) -> Any:
        """1 minus the length of the mean direction."""
        return 1 - (_log_bessel(self.concentration, 1) - _log_bessel(self.concentration, 0)).exp()


class LKJCholesky(_OfNumbers):
    """Lower factors of correlation matrices, in proportion to their determinant ** (concentration - 1)."""

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _parameters_of_batch = ("concentration",)

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def _copy_to(self, new: Any) -> None:
        new.dim = self.dim

    def sample(self, sample_shape: Any = torch.Size()) -> Any:
        # The onion of Lewandowski, Kurowicka and Joe 2009: each row is a length and a direction.
        with torch.no_grad():
            offset = torch.tensor([0.0, *range(self.dim - 1)])
            marginal = (self.concentration + 0.5 * (self.dim - 2)).unsqueeze(-1)
            y = Beta(offset + 0.5, marginal - 0.5 * offset).sample(sample_shape).unsqueeze(-1)
            drawn = torch.randn(self._extended_shape(sample_shape), dtype=y.dtype).tril(-1)
            row = torch.arange(self.dim).unsqueeze(-1)
            w = torch.where(row == 0, 0.0, y.sqrt() * drawn / drawn.norm(dim=-1, keepdim=True))
            left = (1 - (w**2).sum(-1)).clamp(min=torch.finfo(w.dtype).tiny).sqrt()
            return w + torch.diag_embed(left)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - torch.arange(2.0, self.dim + 1)
        n = self.dim - 1
        alpha = self.concentration + 0.5 * n
        norm = 0.5 * n * math.log(math.pi) + _mvlgamma(alpha - 0.5, n) - alpha.lgamma() * n
        return (order * diagonal.log()).sum(-1) - norm


def _mvlgamma(x: Any, p: int) -> Any:
    return p * (p - 1) / 4 * math.log(math.pi) + (x.unsqueeze(-1) - torch.arange(p) / 2).lgamma().sum(-1)


def _mvdigamma(x: Any, p: int) -> Any:
    return torch.digamma(x.unsqueeze(-1) - torch.arange(p) / 2).sum(-1)


class Wishart(ExponentialFamily):
    """Matrices XᵀX of `df` normal vectors, whose covariance is given as itself, as its inverse, or by its lower factor."""

    support = constraints.positive_definite
    has_rsample = True

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = _given_matrix(AssertionError, covariance_matrix=covariance_matrix, precision_matrix=precision_matrix, scale_tril=scale_tril)
        (df,) = broadcast_all(df)
        batch_shape = torch.broadcast_shapes(matrix.shape[:-2], df.shape)
        self.df = df.expand(batch_shape)
        self._unbroadcasted_scale_tril = _lower_factor(name, matrix)
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        # Matrices are checked by their factors.
        super().__init__(batch_shape, matrix.shape[-2:], validate_args=False)
        self._validate_args = Distribution._validate_args if validate_args is None else validate_args

    @property
    def arg_constraints(self) -> Any:
        """The constraint of each parameter."""
        whole, lower = constraints.positive_definite, constraints.lower_cholesky
        known = {"covariance_matrix": whole, "precision_matrix": whole, "scale_tril": lower}
        return {**known, "df": constraints.greater_than(self.event_shape[-1] - 1)}

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(Wishart, _instance)
        new.df = self.df.expand(batch_shape)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        Distribution.__init__(new, batch_shape, self.event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @property
    def _whole(self) -> Any:
        return self._batch_shape + self._event_shape

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower factor of the covariance."""
        return self._unbroadcasted_scale_tril.expand(self._whole)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        return (self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT).expand(self._whole)

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        return _precision_of(self._unbroadcasted_scale_tril).expand(self._whole)

    @property
    def _df(self) -> Any:
        return self.df[..., None, None]

    @property
    def mean(self) -> Any:
        return self._df * self.covariance_matrix

    @property
    def mode(self) -> Any:
        factor = self._df - self._event_shape[-1] - 1
        return torch.where(factor <= 0, math.nan, factor) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        diagonal = self.covariance_matrix.diagonal(dim1=-2, dim2=-1)
        return self._df * (self.covariance_matrix.square() + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def rsample(self, sample_shape: Any = torch.Size(), max_try_correction: int | None = None) -> Any:
        # Bartlett's decomposition.
        p = self._event_shape[-1]
        drawn = Chi2(self.df.unsqueeze(-1) - torch.arange(p, dtype=self.df.dtype)).rsample(sample_shape).sqrt()
        below = torch.randn((*sample_shape, *self._batch_shape, p * (p - 1) // 2), dtype=drawn.dtype)
        noise = drawn.clamp(min=torch.finfo(drawn.dtype).eps).diag_embed()
        if p > 1:
            noise = noise + vec_to_tril_matrix(below, diag=-1)
        lower = self._unbroadcasted_scale_tril @ noise
        return lower @ lower.mT

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        nu, p, lower = self.df, self._event_shape[-1], self._unbroadcasted_scale_tril
        half = _solved(lower.expand(value.shape), torch.linalg.cholesky(value))
        trace = half.square().sum((-2, -1))
        log_det = 2 * _half_log_det(torch.linalg.cholesky(value))
        norm = nu * (p * math.log(2) / 2 + _half_log_det(lower)) + _mvlgamma(nu / 2, p)
        return (nu - p - 1) / 2 * log_det - trace / 2 - norm

    def entropy(self) -> Any:
        nu, p = self.df, self._event_shape[-1]
        of_scale = (p + 1) * (p * math.log(2) / 2 + _half_log_det(self._unbroadcasted_scale_tril))
        return of_scale + _mvlgamma(nu / 2, p) - (nu - p - 1) / 2 * _mvdigamma(nu / 2, p) + nu * p / 2
