"""`torch.nn.utils.parametrizations`: norms of weights, and orthogonal weights, that are computed at each use."""

from __future__ import annotations

from typing import Any

from ... import _bridge
from ..._tensor import Tensor
from ...autograd import no_grad
from .. import functional as F
from ..modules.module import Module
from . import _space
from .parametrize import register_parametrization


def _is_inside(module: Any) -> bool:
    """Whether one of the library's own modules holds the module, and calls it."""
    return bool(module.__dict__.get("_inside"))


def _native(name: str) -> Any:
    return _space.of_module(_bridge.find(__name__, name))


class _WeightNorm(Module):
    """A weight by its direction and its norms along a dimension."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def _norm(self, weight: Any) -> Any:
        if self.dim == -1:
            return weight.norm()
        others = [d for d in range(weight.dim()) if d != self.dim % weight.dim()]
        return weight.norm(dim=others, keepdim=True) if others else weight.abs()

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        """The direction times the norms."""
        return weight_v * (weight_g / self._norm(weight_v))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        """The norms and the direction of a weight."""
        return self._norm(weight), weight


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Trains the norms of a weight apart from its direction."""
    if _is_inside(module):
        return _native("weight_norm")(module, name, dim=dim)
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def of_old_files(state_dict: Any, prefix: str, *_: Any) -> None:
        norms, direction = f"{prefix}{name}_g", f"{prefix}{name}_v"
        if norms in state_dict and direction in state_dict:
            state_dict[f"{prefix}parametrizations.{name}.original0"] = state_dict.pop(norms)
            state_dict[f"{prefix}parametrizations.{name}.original1"] = state_dict.pop(direction)

    module._register_load_state_dict_pre_hook(of_old_files)
    return module


class _SpectralNorm(Module):
    """A weight by its largest singular value, which a power iteration follows."""

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if dim >= ndim or dim < -ndim:
            raise IndexError(f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight)
            rows, columns = matrix.shape
            u = matrix.new_empty(rows).normal_(0, 1)
            v = matrix.new_empty(columns).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._iterate(matrix, 15)

    def _matrix(self, weight: Any) -> Any:
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.flatten(1)

    def _iterate(self, matrix: Any, times: int) -> None:
        with no_grad():
            u, v = self._u, self._v
            for _ in range(times):
                u = F.normalize(matrix.mv(v), dim=0, eps=self.eps)
                v = F.normalize(matrix.T.mv(u), dim=0, eps=self.eps)
            self._u.copy_(u)
            self._v.copy_(v)

    def forward(self, weight: Any) -> Any:
        """The weight over its largest singular value."""
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / u.dot(matrix.mv(v))

    def right_inverse(self, value: Any) -> Any:
        """The value: it may have any singular values."""
        return value


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Keeps the largest singular value of a weight at 1."""
    if _is_inside(module):
        return _native("spectral_norm")(module, name, n_power_iterations, eps, dim=dim)
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if "ConvTranspose" in type(module).__name__ else 0
    register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
    return module


_MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    """A matrix whose rows or columns, whichever are fewer, stand at right angles and have length 1."""

    base: Any

    def __init__(self, weight: Any, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        """The orthogonal matrix that belongs to any matrix."""
        from ... import cat, eye, linalg, matrix_exp

        rows, columns = X.shape[-2:]
        is_wide = rows < columns
        if is_wide:
            X = X.mT
            rows, columns = columns, rows
        if self.orthogonal_map == "householder":
            below = X.tril(diagonal=-1)
            tau = 2.0 / (1.0 + (below * below).sum(dim=-2))
            Q = linalg.householder_product(below, tau)
            Q = Q * X.diagonal(dim1=-2, dim2=-1).detach().sign().unsqueeze(-2)
        else:
            lower = X.tril()
            if rows != columns:
                lower = cat([lower, lower.new_zeros((*lower.shape[:-1], rows - columns))], dim=-1)
            skew = lower - lower.mT
            if self.orthogonal_map == "matrix_exp":
                Q = matrix_exp(skew)
            else:
                one = eye(rows, dtype=skew.dtype)
                Q = linalg.solve(one - 0.5 * skew, one + 0.5 * skew)
            Q = Q[..., :columns]
        if getattr(self, "base", None) is not None:
            Q = self.base @ Q
        return Q.mT if is_wide else Q

    def right_inverse(self, Q: Any) -> Any:
        """A matrix that an orthogonal one belongs to."""
        from ... import cat, geqrf, randn, zeros_like

        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        given = Q
        rows, columns = Q.shape[-2:]
        is_wide = rows < columns
        if is_wide:
            Q = Q.mT
            rows, columns = columns, rows
        if "base" not in self._buffers:
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            reflected, tau = geqrf(Q)
            signs = reflected.diagonal(dim1=-2, dim2=-1).sign()
            signs = signs.where(tau != 0, -signs)
            made = reflected.clone()
            made.diagonal(dim1=-2, dim2=-1).copy_(signs)
            return made.mT if is_wide else made
        if rows != columns:
            Q = cat([Q, randn(*Q.shape[:-1], rows - columns, dtype=Q.dtype)], dim=-1)
        if rows != columns or not _is_orthogonal(Q):
            Q = _make_orthogonal(Q)
        self.base = Q.clone()
        # What belongs to the base itself: minus one on the diagonal.
        made = zeros_like(given)
        made.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return made


def _is_orthogonal(Q: Any) -> bool:
    from ... import allclose, eye, finfo

    rows, columns = Q.shape[-2:]
    one = eye(columns, dtype=Q.dtype).expand(*Q.shape[:-2], columns, columns)
    return allclose(Q.mT @ Q, one, atol=10 * rows * finfo(Q.dtype).eps)


def _make_orthogonal(A: Any) -> Any:
    """The orthogonal factor of a matrix, with signs by which it is unique."""
    from ... import geqrf, linalg

    reflected, tau = geqrf(A)
    return linalg.householder_product(reflected, tau) * reflected.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def orthogonal(
    module: Any, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Any:
    """Keeps a weight orthogonal, by one of three maps from all matrices."""
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    register_parametrization(module, name, made, unsafe=True)
    return module


__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
