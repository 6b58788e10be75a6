"""`torch.distributions`: distributions, and what is computed of them."""

from __future__ import annotations

from . import constraints, kl, transforms, utils
from ._composed import Independent, LogisticNormal, MixtureSameFamily, TransformedDistribution
from ._families import *  # noqa: F403
from ._families import __all__ as _families
from ._more import ContinuousBernoulli, FisherSnedecor, GeneralizedPareto, Kumaraswamy, LKJCholesky, VonMises, Wishart
from ._transformed import HalfCauchy, HalfNormal, InverseGamma, LogNormal
from ._vectors import LowRankMultivariateNormal, MultivariateNormal
from .constraint_registry import ConstraintRegistry, biject_to, transform_to
from .distribution import Distribution, ExponentialFamily
from .kl import kl_divergence, register_kl
from .transforms import *  # noqa: F403
from .transforms import __all__ as _transforms

__all__ = [
    "ConstraintRegistry",
    "ContinuousBernoulli",
    "Distribution",
    "ExponentialFamily",
    "FisherSnedecor",
    "GeneralizedPareto",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "LogNormal",
    "LogisticNormal",
    "LowRankMultivariateNormal",
    "MixtureSameFamily",
    "MultivariateNormal",
    "TransformedDistribution",
    "VonMises",
    "Wishart",
    "biject_to",
    "constraints",
    "kl",
    "kl_divergence",
    "register_kl",
    "transform_to",
    "transforms",
    "utils",
    *_families,
    *_transforms,
]
