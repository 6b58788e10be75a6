"""Reductions and softmaxes of the elements that a mask keeps, and tensors that carry their mask."""

from __future__ import annotations

from typing import Any

from . import _bridge
from ._tensor import Tensor

__all__ = """
MaskedTensor as_masked_tensor is_masked_tensor masked_tensor
amax amin argmax argmin cumprod cumsum log_softmax logaddexp logsumexp mean median norm normalize prod softmax softmin std sum var
""".split()


def _torch(name: str) -> Any:
    return getattr(__import__("torch"), name)


def _dims(dim: Any, input: Tensor) -> tuple[int, ...]:
    if dim is None:
        return tuple(range(input.dim()))
    return tuple(one % max(input.dim(), 1) for one in ((dim,) if isinstance(dim, int) else dim))


def _given(input: Any, mask: Any) -> tuple[Tensor, Tensor | None]:
    if isinstance(input, MaskedTensor):
        own = input._mask
        return input._data, own if mask is None else own & mask
    return input, mask


def _filled(input: Tensor, mask: Tensor | None, value: float) -> Tensor:
    if mask is None:
        return input
    return input.masked_fill(~mask.expand(input.shape), int(value) if _is_whole(input) else value)


def _is_whole(input: Tensor) -> bool:
    return not input.is_floating_point()


def _as(result: Any, input: Any, mask: Any, dims: tuple[int, ...] | None, keepdim: bool = False) -> Any:
    """The result, with a mask where the input carries one."""
    if not isinstance(input, MaskedTensor):
        return result
    kept = _given(input, mask)[1].expand(input._data.shape)  # type: ignore[union-attr]
    if dims is not None:
        for dim in sorted(dims, reverse=True):
            kept = kept.any(dim, keepdim=keepdim)
    return MaskedTensor(result, kept)


_LOW, _HIGH = float("-inf"), float("inf")


def _identity(input: Tensor, value: float) -> float:
    if _is_whole(input) and value in (_LOW, _HIGH):
        info = _torch("iinfo")(input.dtype)
        return info.min if value == _LOW else info.max
    return value


def _typed(input: Tensor, dtype: Any) -> Tensor:
    return input if dtype is None else input.to(dtype)


def _reduction(name: str, identity: float) -> Any:
    def reduce(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
        data, kept = _given(input, mask)
        data = _typed(data, dtype)
        dims = _dims(dim, data)
        values = _filled(data, kept, _identity(data, identity))
        if name == "prod":
            result = values
            for one in sorted(dims, reverse=True):
                result = result.prod(one, keepdim=keepdim)
        else:
            result = getattr(values, name)(dims, keepdim=keepdim) if dims else values
        return _as(result, input, mask, dims, keepdim)

    return _named(reduce, name, f"The {name} over dimensions, of what the mask keeps; {identity} where that is nothing.")


def _named(function: Any, name: str, text: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


sum = _reduction("sum", 0)
prod = _reduction("prod", 1)
amax = _reduction("amax", _LOW)
amin = _reduction("amin", _HIGH)


def _extremum(name: str, identity: float) -> Any:
    def place(input: Any, dim: int | None = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
        data, kept = _given(input, mask)
        values = _filled(_typed(data, dtype), kept, _identity(data, identity))
        result = (getattr(values, name)(dim, keepdim=keepdim) if dim is not None else getattr(values, name)()).to(values.dtype)
        return _as(result, input, mask, _dims(dim, data), keepdim)

    return _named(place, name, f"The place of the {name[3:]}imum along a dimension, of what the mask keeps.")


argmax = _extremum("argmax", _LOW)
argmin = _extremum("argmin", _HIGH)


def _count(data: Tensor, kept: Tensor | None, dims: tuple[int, ...], keepdim: bool) -> Tensor:
    ones = _torch("ones_like")(data) if kept is None else kept.expand(data.shape).to(data.dtype)
    return ones.sum(dims, keepdim=keepdim) if dims else ones


def mean(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The mean over dimensions, of what the mask keeps; nan where that is nothing."""
    data, kept = _given(input, mask)
    data = _typed(data, dtype)
    if _is_whole(data):
        raise ValueError(f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {data.dtype}")
    dims = _dims(dim, data)
    total = sum(data, dims, keepdim=keepdim, mask=kept)
    return _as(total / _count(data, kept, dims, keepdim), input, mask, dims, keepdim)


def median(input: Any, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The median along a dimension, of what the mask keeps."""
    data, kept = _given(input, mask)
    data = _typed(data, dtype)
    result = _filled(data, kept, float("nan")).nanmedian(dim, keepdim=keepdim).values
    return _as(result, input, mask, _dims(dim, data), keepdim)


def var(
    input: Any, dim: Any = None, unbiased: bool | None = None, *, correction: int | None = None, keepdim: bool = False,
    dtype: Any = None, mask: Any = None,
) -> Any:
    """The variance over dimensions, of what the mask keeps."""
    data, kept = _given(input, mask)
    data = _typed(data, dtype)
    dims = _dims(dim, data)
    less = correction if correction is not None else 1 if unbiased is None else int(unbiased)
    middle = mean(data, dims, keepdim=True, mask=kept)
    squares = sum((data - middle) ** 2, dims, keepdim=keepdim, mask=kept)
    return _as(squares / (_count(data, kept, dims, keepdim) - less).clamp_min(0), input, mask, dims, keepdim)


def std(input: Any, dim: Any = None, unbiased: bool | None = None, **options: Any) -> Any:
    """The standard deviation over dimensions, of what the mask keeps."""
    return var(input, dim, unbiased, **options).sqrt()


def norm(
    input: Any, ord: float | None = 2.0, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Any:
    """The norm of vectors over dimensions, of what the mask keeps."""
    data, kept = _given(input, mask)
    data = _typed(data, dtype)
    dims = _dims(dim, data)
    power = 2.0 if ord is None else float(ord)
    values = _filled(data, kept, _HIGH if power == _LOW else 0.0)
    result = _bridge.find("torch.linalg", "vector_norm")(values, power, dims, keepdim)
    return _as(result, input, mask, dims, keepdim)


def logsumexp(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The logarithm of the sum of exponentials over dimensions, of what the mask keeps."""
    data, kept = _given(input, mask)
    dims = _dims(dim, data)
    result = _filled(_typed(data, dtype), kept, _LOW).logsumexp(dims, keepdim=keepdim)
    return _as(result, input, mask, dims, keepdim)


def logaddexp(input: Any, other: Any, *, dtype: Any = None, input_mask: Any = None, other_mask: Any = None) -> Tensor:
    """ln(eˣ + eʸ), where what a mask leaves out counts as nothing."""
    return _torch("logaddexp")(
        _filled(_typed(input, dtype), input_mask, _LOW), _filled(_typed(other, dtype), other_mask, _LOW)
    )


def _along(name: str, identity: float) -> Any:
    def along(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
        data, kept = _given(input, mask)
        values = _filled(_typed(data, dtype), kept, identity)
        result = getattr(_torch("nn").functional if name == "softmin" else values, name)
        result = result(values, dim) if name == "softmin" else result(dim)
        return _as(result, input, mask, None)

    return _named(along, name, f"The {name} along a dimension, of what the mask keeps.")


softmax = _along("softmax", _LOW)
log_softmax = _along("log_softmax", _LOW)
softmin = _along("softmin", _HIGH)
cumsum = _along("cumsum", 0.0)
cumprod = _along("cumprod", 1.0)


def normalize(
    input: Any, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None
) -> Any:
    """Vectors along a dimension divided by their norm, of what the mask keeps."""
    data, kept = _given(input, mask)
    data = _typed(data, dtype)
    size = norm(data, ord, dim, keepdim=True, mask=kept)
    return _as(_filled(data, kept, 0.0) / size.clamp_min(eps), input, mask, None)


class MaskedTensor:
    """A tensor and a mask of the elements that count."""

    def __init__(self, data: Tensor, mask: Tensor) -> None:
        if mask.dtype is not _torch("bool"):
            raise TypeError(f"mask must have dtype bool, but got {mask.dtype}")
        if data.shape != mask.shape:
            raise ValueError(f"data and mask must have the same shape, but got {tuple(data.shape)} and {tuple(mask.shape)}")
        self._data, self._mask = data, mask

    def get_data(self) -> Tensor:
        """The elements, also those that do not count."""
        return self._data

    def get_mask(self) -> Tensor:
        """Which elements count."""
        return self._mask

    def to_tensor(self, value: float) -> Tensor:
        """The elements, with a value in the place of those that do not count."""
        return _filled(self._data, self._mask, value)

    def __repr__(self) -> str:
        return f"MaskedTensor(\n{_indented(_shown(self._data.tolist(), self._mask.tolist()))}\n)"

    def __getattr__(self, name: str) -> Any:
        if name in _REDUCING:
            return lambda *args, **options: globals()[name](self, *args, **options)
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._data, name)
        if not callable(found):
            return found
        if name in _FACTS:
            return found
        return lambda *args, **options: _elementwise(self, found, getattr(self._mask, name, None), name, args, options)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return getattr(args[0] if isinstance(args[0], cls) else _whole(args[0], args[1]), func.__name__)(*args[1:], **(kwargs or {}))


_REDUCING = frozenset(__all__) - {"MaskedTensor", "as_masked_tensor", "is_masked_tensor", "masked_tensor", "logaddexp"}
_FACTS = frozenset({"dim", "size", "numel", "backward", "is_floating_point", "stride", "element_size"})
_MOVING = frozenset({"reshape", "view", "permute", "transpose", "t", "unsqueeze", "squeeze", "expand", "flatten", "contiguous", "clone", "select"})


def _whole(value: Any, like: MaskedTensor) -> MaskedTensor:
    data = value if isinstance(value, Tensor) else _torch("full_like")(like._data, value)
    return MaskedTensor(data, like._mask)


def _elementwise(self: MaskedTensor, of_data: Any, of_mask: Any, name: str, args: Any, options: Any) -> MaskedTensor:
    if name in _MOVING:
        return MaskedTensor(of_data(*args, **options), of_mask(*args, **options))
    for other in args:
        if isinstance(other, MaskedTensor) and not _torch("equal")(self._mask, other._mask):
            raise ValueError("Input masks must match. If you need support for this, please open an issue on Github.")
    plain = [arg._data if isinstance(arg, MaskedTensor) else arg for arg in args]
    return MaskedTensor(of_data(*plain, **options), self._mask)


def _operator(name: str) -> Any:
    return lambda self, *others: _elementwise(self, getattr(self._data, name), None, name, others, {})


for _name in "add radd sub rsub mul rmul truediv rtruediv pow neg eq ne lt le gt ge".split():
    setattr(MaskedTensor, f"__{_name}__", _operator(f"__{_name}__"))
MaskedTensor.__hash__ = lambda self: id(self)  # type: ignore[method-assign]


def _getitem(self: MaskedTensor, key: Any) -> MaskedTensor:
    return MaskedTensor(self._data[key], self._mask[key])


MaskedTensor.__getitem__ = _getitem  # type: ignore[attr-defined]


def _shown(data: Any, mask: Any) -> str:
    if isinstance(data, list):
        return "[" + (",\n" if data and isinstance(data[0], list) else ", ").join(map(_shown, data, mask)) + "]"
    return ("--" if not mask else f"{data:8.4f}" if isinstance(data, float) else str(data)).rjust(8)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def masked_tensor(data: Tensor, mask: Tensor, requires_grad: bool = False) -> MaskedTensor:
    """A copy of a tensor, with a mask of the elements that count."""
    return MaskedTensor(data.detach().clone().requires_grad_(requires_grad), mask)


def as_masked_tensor(data: Tensor, mask: Tensor) -> MaskedTensor:
    """A tensor with a mask of the elements that count; gradients reach the tensor."""
    return MaskedTensor(data, mask)


def is_masked_tensor(data: Any) -> bool:
    """Whether a value is a tensor that carries its mask."""
    return isinstance(data, MaskedTensor)
