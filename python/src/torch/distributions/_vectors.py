"""Normal distributions over vectors."""

from __future__ import annotations

import math
from typing import Any

import torch

from . import constraints
from .distribution import Distribution
from .utils import _standard_normal, lazy_property

_LOG_2PI = math.log(2 * math.pi)


def _batch_mv(matrix: Any, vector: Any) -> Any:
    """The products of matrices and vectors."""
    return torch.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def _solved(lower: Any, b: Any) -> Any:
    return torch.linalg.solve_triangular(lower, b, upper=False)


def _given_matrix(error: type[Exception], **matrices: Any) -> tuple[str, Any]:
    """The one of the forms of a covariance that is given, with its name."""
    given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    if len(given) != 1:
        raise error("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
    ((name, matrix),) = given
    if matrix.dim() < 2:
        raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
    return name, matrix


def _lower_factor(name: str, matrix: Any) -> Any:
    """The lower factor of a covariance that is given in the form of this name."""
    factor = {"scale_tril": lambda x: x, "covariance_matrix": torch.linalg.cholesky, "precision_matrix": _precision_to_scale_tril}
    return factor[name](matrix)


def _precision_of(lower: Any) -> Any:
    """The inverse of L Lᵀ."""
    inverse = _solved(lower, torch.eye(lower.shape[-1], dtype=lower.dtype).expand(lower.shape))
    return torch.matmul(inverse.mT, inverse)


def _batch_mahalanobis(lower: Any, x: Any) -> Any:
    """xᵀ (L Lᵀ)⁻¹ x. The vectors of a matrix become columns of one solution."""
    batch = torch.broadcast_shapes(lower.shape[:-2], x.shape[:-1])
    count = len(batch) - (lower.dim() - 2)
    x = x.expand((*batch, x.shape[-1]))
    columns = x.reshape((-1, *batch[count:], x.shape[-1])).movedim(0, -1)
    squares = _solved(lower.expand((*batch[count:], *lower.shape[-2:])), columns).pow(2).sum(-2)
    return squares.movedim(-1, 0).reshape(batch)


def _precision_to_scale_tril(precision: Any) -> Any:
    """L of (L Lᵀ)⁻¹ = P: rows and columns are turned round, factorised, and turned back, which gives L⁻¹."""
    inverse = torch.linalg.cholesky(precision.flip((-2, -1))).flip((-2, -1)).mT
    return _solved(inverse, torch.eye(precision.shape[-1], dtype=precision.dtype))


def _half_log_det(lower: Any) -> Any:
    return lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)


class _OfVectors(Distribution):
    """What both forms share."""

    support = constraints.real_vector
    has_rsample = True
    loc: Any

    def _start(self, batch_shape: Any, event_shape: Any, validate_args: bool | None) -> None:
        # Matrices are checked by their factors, which raise an error where they are not positive definite.
        Distribution.__init__(self, batch_shape, event_shape, validate_args=False)
        self._validate_args = Distribution._validate_args if validate_args is None else validate_args

    @property
    def _matrix_shape(self) -> Any:
        return self._batch_shape + self._event_shape + self._event_shape

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    def _entropy(self, log_det: Any) -> Any:
        found = 0.5 * (self._event_shape[0] * (1.0 + _LOG_2PI) + log_det)
        return found.expand(self._batch_shape) if self._batch_shape else found


class MultivariateNormal(_OfVectors):
    """Vectors with a mean, and a covariance that is given as itself, as its inverse, or by its lower factor."""

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, matrix = _given_matrix(ValueError, covariance_matrix=covariance_matrix, precision_matrix=precision_matrix, scale_tril=scale_tril)
        batch_shape = torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc = loc.expand((*batch_shape, -1))
        self._start(batch_shape, self.loc.shape[-1:], validate_args)
        self._unbroadcasted_scale_tril = _lower_factor(name, matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(MultivariateNormal, _instance)
        batch_shape = torch.Size(batch_shape)
        new.loc = self.loc.expand(batch_shape + self.event_shape)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, self.__dict__[name].expand(batch_shape + self.event_shape + self.event_shape))
        new._start(batch_shape, self.event_shape, self._validate_args)
        return new

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower factor L of Σ = L Lᵀ."""
        return self._unbroadcasted_scale_tril.expand(self._matrix_shape)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """Σ."""
        lower = self._unbroadcasted_scale_tril
        return torch.matmul(lower, lower.mT).expand(self._matrix_shape)

    @lazy_property
    def precision_matrix(self) -> Any:
        """Σ⁻¹."""
        return _precision_of(self._unbroadcasted_scale_tril).expand(self._matrix_shape)

    @property
    def variance(self) -> Any:
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        noise = _standard_normal(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + _batch_mv(self._unbroadcasted_scale_tril, noise)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        lower = self._unbroadcasted_scale_tril
        distance = _batch_mahalanobis(lower, value - self.loc)
        return -0.5 * (self._event_shape[0] * _LOG_2PI + distance) - _half_log_det(lower)

    def entropy(self) -> Any:
        return self._entropy(2 * _half_log_det(self._unbroadcasted_scale_tril))


class LowRankMultivariateNormal(_OfVectors):
    """Vectors with the covariance W Wᵀ + D, of a narrow matrix and a diagonal."""

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if tuple(cov_factor.shape[-2:-1]) != tuple(event_shape):
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m")
        if tuple(cov_diag.shape[-1:]) != tuple(event_shape):
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        batch_shape = torch.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        self.loc = loc.expand((*batch_shape, -1))
        self.cov_factor = cov_factor.expand((*batch_shape, -1, -1))
        self.cov_diag = cov_diag.expand((*batch_shape, -1))
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        small = torch.matmul(cov_factor.mT / cov_diag.unsqueeze(-2), cov_factor)
        self._capacitance_tril = torch.linalg.cholesky(small + torch.eye(small.shape[-1], dtype=small.dtype))
        self._start(batch_shape, event_shape, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(LowRankMultivariateNormal, _instance)
        shape = torch.Size(batch_shape) + self.event_shape
        new.loc = self.loc.expand(shape)
        new.cov_diag = self.cov_diag.expand(shape)
        new.cov_factor = self.cov_factor.expand((*shape, self.cov_factor.shape[-1]))
        for name in ("_unbroadcasted_cov_factor", "_unbroadcasted_cov_diag", "_capacitance_tril"):
            setattr(new, name, getattr(self, name))
        new._start(batch_shape, self.event_shape, self._validate_args)
        return new

    @lazy_property
    def variance(self) -> Any:
        """The diagonal of Σ."""
        whole = self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag
        return whole.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower factor L of Σ = L Lᵀ."""
        return torch.linalg.cholesky(self.covariance_matrix)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """Σ."""
        factor = self._unbroadcasted_cov_factor
        return (torch.matmul(factor, factor.mT) + torch.diag_embed(self._unbroadcasted_cov_diag)).expand(self._matrix_shape)

    @lazy_property
    def precision_matrix(self) -> Any:
        """Σ⁻¹, by the small matrix."""
        diagonal = self._unbroadcasted_cov_diag
        a = _solved(self._capacitance_tril, self._unbroadcasted_cov_factor.mT / diagonal.unsqueeze(-2))
        return (torch.diag_embed(diagonal.reciprocal()) - torch.matmul(a.mT, a)).expand(self._matrix_shape)

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        shape = self._extended_shape(sample_shape)
        of_factor = _standard_normal((*shape[:-1], self.cov_factor.shape[-1]), dtype=self.loc.dtype, device=self.loc.device)
        of_diagonal = _standard_normal(shape, dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + _batch_mv(self._unbroadcasted_cov_factor, of_factor) + self._unbroadcasted_cov_diag.sqrt() * of_diagonal

    def _log_det(self) -> Any:
        return 2 * _half_log_det(self._capacitance_tril) + self._unbroadcasted_cov_diag.log().sum(-1)

    def log_prob(self, value: Any) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        x, diagonal = value - self.loc, self._unbroadcasted_cov_diag
        inner = _batch_mv(self._unbroadcasted_cov_factor.mT / diagonal.unsqueeze(-2), x)
        distance = (x.pow(2) / diagonal).sum(-1) - _batch_mahalanobis(self._capacitance_tril, inner)
        return -0.5 * (self._event_shape[0] * _LOG_2PI + self._log_det() + distance)

    def entropy(self) -> Any:
        return self._entropy(self._log_det())
