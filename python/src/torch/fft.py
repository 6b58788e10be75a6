"""Fourier transforms."""

from __future__ import annotations

from typing import Any

from . import _bridge
from ._tensor import Tensor

__all__ = """
fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 fftn ifftn rfftn irfftn hfftn ihfftn fftfreq rfftfreq fftshift ifftshift
""".split()

# Those that take complex numbers, and those that give real ones.
_OF_PAIRS = frozenset({"fft", "ifft", "irfft", "hfft"})
_REAL = frozenset({"irfft", "hfft"})


def _transform(name: str, order: tuple[str, ...], dim: Any) -> Any:
    kind = name.rstrip("2n")

    def transform(input: Tensor, *args: Any, **named: Any) -> Any:
        from ._complex import of, pairs_of

        out = named.pop("out", None)
        if len(args) > len(order):
            raise TypeError(f"{name}() takes at most {len(order) + 1} arguments, but got {len(args) + 1}")
        given = {**dict(zip(order, args)), **named}
        for key in given:
            if key not in order:
                raise TypeError(f"{name}() got an unexpected keyword argument {key!r}")
        for key in ("s", "dim"):
            if order[0] == "s" and isinstance(given.get(key), int):
                given[key] = [given[key]]
            elif isinstance(given.get(key), tuple):
                given[key] = list(given[key])
        if kind not in _OF_PAIRS and input.is_complex():
            raise TypeError(f"{name} expects a real input tensor, but got ComplexFloat")
        result = _bridge.find("torch.fft", name)(pairs_of(input) if kind in _OF_PAIRS else input, **given)
        result = result if kind in _REAL else of(result)
        return result if out is None else out.copy_(result)

    transform.__name__ = transform.__qualname__ = name
    transform.__module__ = "torch.fft"
    transform.__doc__ = f"torch.fft.{name}, as PyTorch's; dim is {dim} by default."
    return transform


for _kind in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    globals()[_kind] = _transform(_kind, ("n", "dim", "norm"), -1)
    globals()[f"{_kind}2"] = _transform(f"{_kind}2", ("s", "dim", "norm"), (-2, -1))
    globals()[f"{_kind}n"] = _transform(f"{_kind}n", ("s", "dim", "norm"), "all")


def fftfreq(n: int, d: float = 1.0, **options: Any) -> Tensor:
    """The frequencies of the elements of a spectrum."""
    return _bridge.find("torch.fft", "fftfreq")(n, d, **options)


def rfftfreq(n: int, d: float = 1.0, **options: Any) -> Tensor:
    """The frequencies of the elements of half a spectrum."""
    return _bridge.find("torch.fft", "rfftfreq")(n, d, **options)


def _shift(name: str, input: Tensor, dim: Any) -> Any:
    if dim is None:
        dim = range(input.dim())
    dims = [one % max(input.dim(), 1) for one in ([dim] if isinstance(dim, int) else dim)]
    if input.is_complex():
        from ._complex import of

        return of(_bridge.find("torch.fft", name)(input._pairs, dims))
    return _bridge.find("torch.fft", name)(input, dims)


def fftshift(input: Tensor, dim: Any = None) -> Any:
    """Brings frequency 0 to the middle of each dimension."""
    return _shift("fftshift", input, dim)


def ifftshift(input: Tensor, dim: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return _shift("ifftshift", input, dim)
