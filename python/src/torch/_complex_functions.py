"""What functions of tensors give for complex numbers, by their names: most are written with those of real and of imaginary parts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from . import _bridge
from ._overrides import DisableTorchFunctionSubclass
from ._tensor import Tensor

# Functions that treat each part as if it were alone.
_LINEAR = frozenset(
    """
    broadcast_to chunk cumsum diag diag_embed diagflat diagonal diff dsplit flip fliplr flipud gather hsplit
    index_add index_copy index_select masked_scatter masked_select mean moveaxis movedim nanmean nansum narrow neg negative pad positive repeat
    repeat_interleave roll rot90 scatter scatter_add select slice_scatter split split_with_sizes squeeze sum sum_to_size
    swapaxes swapdims take take_along_dim tensor_split tile trace tril triu unbind unflatten unfold unsafe_chunk unsafe_split vsplit
    transpose permute reshape unsqueeze flatten ravel t clone detach contiguous expand_as dropout
    """.split()
)
# The same where real tensors, or numbers, stand among the complex ones.
_MIXING = frozenset("cat concat concatenate stack hstack vstack dstack row_stack column_stack atleast_1d atleast_2d atleast_3d".split())
_ADDING = frozenset("add sub subtract where lerp".split())
# Products, linear in each of their tensors.
_PRODUCTS = frozenset("mul multiply matmul mm bmm mv dot inner outer ger kron einsum tensordot chain_matmul cross".split())

# What is asked of the memory.
_PLAIN = frozenset("data_ptr get_device is_inference is_pinned is_shared is_signed share_memory_".split())


def _is_complex(value: Any) -> bool:
    return type(value) is complex or (isinstance(value, Tensor) and value.is_complex())


def _parts(value: Any) -> tuple[Any, Any]:
    if type(value) is complex:
        return value.real, value.imag
    pairs = value._pairs
    return pairs.select(-1, 0), pairs.select(-1, 1)


def joined(real: Any, imag: Any) -> Any:
    """Complex numbers of their parts, in each of a list."""
    from ._complex import of

    if isinstance(real, list | tuple):
        return type(real)(joined(*each) for each in zip(real, imag))
    if real.shape != imag.shape:
        real, imag = _bridge.find("torch", "broadcast_tensors")(real, imag)
    return of(_bridge.find("torch", "stack")([real, imag], -1))


def _both(func: Any, args: Any, kwargs: dict[str, Any], other: Callable[[Any], Any] = lambda value: value) -> Any:
    """A function of the real parts, and of the imaginary ones; `other`: the imaginary part of what is no complex tensor."""

    def real(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(real, value))
        return _parts(value)[0] if _is_complex(value) else value

    def imag(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(imag, value))
        return _parts(value)[1] if _is_complex(value) else other(value)

    # Numbers by name are options, as `alpha`.
    keep = frozenset(key for key, value in kwargs.items() if type(value) in (int, float))
    named = (
        {key: real(value) for key, value in kwargs.items()},
        {key: value if key in keep else imag(value) for key, value in kwargs.items()},
    )
    return joined(func(*map(real, args), **named[0]), func(*map(imag, args), **named[1]))


def _no_tensor(value: Any) -> Any:
    return value * 0 if isinstance(value, Tensor) and value._js.dtype != "bool" else value


def _nothing(value: Any) -> Any:
    return 0.0 if type(value) in (int, float) else _no_tensor(value)


def _adding(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    alpha = kwargs.get("alpha", 1)
    if type(alpha) is complex:
        return _adding(func, (args[0], args[1] * alpha), {})
    as_tensors = [_floated(value) for value in args]
    return _both(func, as_tensors, {key: value for key, value in kwargs.items() if key != "out"}, _nothing)


def _floated(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and not _is_complex(value) and value._js.dtype not in ("bool", "float16") else value


# By the number of imaginary factors, modulo 4: the part that a product belongs to, and its sign.
_SIGNS = ((0, 1), (1, 1), (0, -1), (1, -1))


def _product(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    factors = [value for arg in args for value in (arg if isinstance(arg, list | tuple) else (arg,)) if _is_complex(value)]
    parts = [_parts(value) for value in factors]
    sums: list[Any] = [None, None]
    for choice in itertools.product((0, 1), repeat=len(factors)):
        chosen = iter([part[which] for part, which in zip(parts, choice)])

        def one(value: Any) -> Any:
            if isinstance(value, list | tuple):
                return type(value)(map(one, value))
            return next(chosen) if _is_complex(value) else _floated(value)

        result = func(*[one(arg) for arg in args], **kwargs)
        part, sign = _SIGNS[sum(choice) % 4]
        if sums[part] is None:
            sums[part] = result if sign > 0 else -result
        else:
            sums[part] = sums[part] + result if sign > 0 else sums[part] - result
    return joined(*sums)


def _torch(name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(__import__("torch"), name)(*args, **kwargs)


# ── By name ──


def _conj(z: Any) -> Any:
    real, imag = _parts(z)
    return joined(real, -imag)


def _square_size(z: Any) -> Any:
    real, imag = _parts(z)
    return real * real + imag * imag


def _abs(z: Any) -> Any:
    # Its gradient at 0 is 0.
    return _bridge.find("torch.linalg", "vector_norm")(z._pairs, dim=-1)


def _angle(z: Any) -> Any:
    real, imag = _parts(z)
    return imag.atan2(real)


def _div(a: Any, b: Any, *, rounding_mode: None = None) -> Any:
    if not _is_complex(b):
        return _both(lambda x: x / b, (a,), {})
    if type(b) is complex:
        return a * (1 / b)
    return (_conj(b) * a) * (1 / _square_size(b))


def _reciprocal(z: Any) -> Any:
    return _div(1.0, z)


def _exp(z: Any) -> Any:
    real, imag = _parts(z)
    size = real.exp()
    return joined(size * imag.cos(), size * imag.sin())


def _log(z: Any) -> Any:
    return joined(_abs(z).log(), _angle(z))


def _sqrt(z: Any) -> Any:
    return _torch("polar", _abs(z).sqrt(), _angle(z) / 2)


def _pow(base: Any, exponent: Any) -> Any:
    if not _is_complex(exponent) and isinstance(exponent, int) and 0 <= exponent <= 8:
        result = base * 0 + 1
        for _ in range(exponent):
            result = result * base
        return result
    if isinstance(exponent, int | float):
        return _torch("polar", _abs(base) ** exponent, _angle(base) * exponent)
    if isinstance(base, Tensor) and _is_complex(base):
        return _exp(_log(base) * exponent)
    logarithm = base.log() if isinstance(base, Tensor) else _torch("tensor", base).log()
    return _exp(exponent * logarithm)


def _sgn(z: Any) -> Any:
    size = _abs(z)
    return _both(lambda x: _torch("where", size == 0, size * 0, x / size.clamp_min(1e-38)), (z,), {})


def _with_cosh(name: str) -> Callable[[Any], Any]:
    def function(z: Any) -> Any:
        a, b = _parts(z)
        return {
            "sin": lambda: joined(a.sin() * b.cosh(), a.cos() * b.sinh()),
            "cos": lambda: joined(a.cos() * b.cosh(), -(a.sin() * b.sinh())),
            "sinh": lambda: joined(a.sinh() * b.cos(), a.cosh() * b.sin()),
            "cosh": lambda: joined(a.cosh() * b.cos(), a.sinh() * b.sin()),
        }[name]()

    return function


_sin, _cos, _sinh, _cosh = map(_with_cosh, ("sin", "cos", "sinh", "cosh"))


def _of_parts(name: str, gather: str) -> Callable[..., Any]:
    """What holds of both parts, or of one of them."""

    def function(z: Any) -> Any:
        real, imag = (getattr(_bridge.find("torch", name), "__call__")(part) for part in _parts(z))
        return getattr(real, gather)(imag)

    return function


def _eq(a: Any, b: Any) -> Any:
    from ._complex import pairs_of

    return (pairs_of(a) == pairs_of(b)).all(-1)


def _isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    return _abs(a - b) <= atol + rtol * b.abs()


def _prod(z: Any, dim: int | None = None) -> Any:
    parts = (z.reshape(-1) if dim is None else z).unbind(0 if dim is None else dim)
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result


def _linear(input: Any, weight: Any, bias: Any = None) -> Any:
    result = _torch("matmul", input, weight.mT if weight.dim() > 1 else weight)
    return result if bias is None else result + bias


def _addmm(input: Any, a: Any, b: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    return input * beta + _torch("matmul", a, b) * alpha


def _vdot(a: Any, b: Any) -> Any:
    return _torch("dot", a.conj(), b)


def _norm(z: Any, *args: Any, **kwargs: Any) -> Any:
    return _abs(z).norm(*args, **kwargs)


def _like(name: str) -> Callable[..., Any]:
    def function(input: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        keep = input.dtype if dtype is None else dtype
        kwargs.pop("memory_format", None)
        return _torch(name, input.shape, *args, dtype=keep, **kwargs)

    return function


def _new(name: str) -> Callable[..., Any]:
    return lambda input, *args, dtype=None, **kwargs: _torch(name, *args, dtype=dtype or input.dtype, **kwargs)


def _identity(z: Any, *_: Any, **__: Any) -> Any:
    return z


TABLE: dict[str, Callable[..., Any]] = {
    "conj": _conj,
    "conj_physical": _conj,
    "adjoint": lambda z: _conj(z.transpose(-1, -2)),
    "resolve_conj": _identity,
    "resolve_neg": _identity,
    "abs": _abs,
    "absolute": _abs,
    "angle": _angle,
    "arg": _angle,
    "real": lambda z: z.real,
    "div": _div,
    "divide": _div,
    "true_divide": _div,
    "reciprocal": _reciprocal,
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "rsqrt": lambda z: _reciprocal(_sqrt(z)),
    "square": lambda z: z * z,
    "pow": _pow,
    "float_power": _pow,
    "sgn": _sgn,
    "sin": _sin,
    "cos": _cos,
    "tan": lambda z: _sin(z) / _cos(z),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda z: _sinh(z) / _cosh(z),
    "sigmoid": lambda z: _reciprocal(_exp(-z) + 1),
    "rsub": lambda a, b: b - a,
    "eq": _eq,
    "ne": lambda a, b: ~_eq(a, b),
    "equal": lambda a, b: a.shape == b.shape and bool(_eq(a, b).all()),
    "isclose": _isclose,
    "allclose": lambda a, b, *args, **kwargs: bool(_isclose(a, b, *args, **kwargs).all()),
    "isnan": _of_parts("isnan", "logical_or"),
    "isinf": _of_parts("isinf", "logical_or"),
    "isfinite": _of_parts("isfinite", "logical_and"),
    "isreal": lambda z: z.imag == 0,
    "is_complex": lambda z: True,
    "is_floating_point": lambda z: False,
    "is_conj": lambda z: False,
    "is_neg": lambda z: False,
    "is_nonzero": lambda z: bool(z),
    "numel": lambda z: z.numel(),
    "any": lambda z, *args, **kwargs: (z != 0).any(*args, **kwargs),
    "all": lambda z, *args, **kwargs: (z != 0).all(*args, **kwargs),
    "count_nonzero": lambda z, *args, **kwargs: (z != 0).sum(*args, **kwargs),
    "nonzero": lambda z, **kwargs: (z != 0).nonzero(**kwargs),
    "prod": _prod,
    "linear": _linear,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "vdot": _vdot,
    "norm": _norm,
    "vector_norm": _norm,
    "var": lambda z, *args, **kwargs: z.real.var(*args, **kwargs) + z.imag.var(*args, **kwargs),
    "std": lambda z, *args, **kwargs: TABLE["var"](z, *args, **kwargs).sqrt(),
    "addcmul": lambda z, a, b, *, value=1: z + a * b * value,
    "masked_fill": lambda z, mask, value: _torch("where", mask, value, z),
    **{f"{name}_like": _like(name) for name in ("zeros", "ones", "empty", "rand", "randn", "full")},
    **{f"new_{name}": _new(name) for name in ("zeros", "ones", "empty", "full")},
}


def called(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What a function gives for arguments some of which are complex."""
    name = getattr(func, "__name__", str(func))
    out = kwargs.pop("out", None)
    result = _found(name, func, args, kwargs)
    return result if out is None else out.copy_(result)


def _found(name: str, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if name in TABLE:
        return TABLE[name](*args, **kwargs)
    if name in _LINEAR:
        return _both(func, args, kwargs)
    if name in _MIXING:
        return _both(func, args, kwargs, _no_tensor)
    if name in _ADDING:
        return _adding(func, args, kwargs)
    if name in _PRODUCTS:
        return _product(func, args, kwargs)
    if name in _PLAIN:
        with DisableTorchFunctionSubclass():
            return func(*args, **kwargs)
    if name.endswith("_") and not name.endswith("__"):
        return args[0].copy_(_found(name[:-1], _bridge.find("torch", name[:-1]), args, kwargs))
    raise RuntimeError(
        f'"{name}" not implemented for \'ComplexFloat\'; torch.view_as_real(x), x.real and x.imag are tensors of real numbers'
    )


_OPERATORS = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "matmul": "matmul", "eq": "eq", "ne": "ne"}


def _operator(name: str, is_reflected: bool) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        if not isinstance(other, Tensor | int | float | complex) and not hasattr(type(other), "__array__"):
            return NotImplemented
        return called(_bridge.find("torch", name), (other, self) if is_reflected else (self, other), {})

    return operator


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        return self.copy_(called(_bridge.find("torch", name), (self, other), {}))

    return operator


def install(cls: type) -> None:
    """Gives the class of complex tensors its operators."""
    for word, name in _OPERATORS.items():
        setattr(cls, f"__{word}__", _operator(name, False))
        if word not in ("eq", "ne"):
            setattr(cls, f"__r{word}__", _operator(name, True))
            setattr(cls, f"__i{word}__", _in_place(name))
    cls.__neg__ = lambda self: _both(lambda x: -x, (self,), {})  # type: ignore[attr-defined]
    cls.__pos__ = lambda self: self  # type: ignore[attr-defined]
    cls.__abs__ = _abs  # type: ignore[attr-defined]
    # PyTorch has no order of complex numbers, and no remainders of them.
    for word in ("lt", "le", "gt", "ge", "floordiv", "mod"):
        setattr(cls, f"__{word}__", _refusing(word))


def _refusing(word: str) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        raise RuntimeError(f'"{word}" not implemented for \'ComplexFloat\'')

    return operator
