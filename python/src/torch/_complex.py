"""Complex tensors: pairs of a real and an imaginary part, in a last dimension of the library's tensor that Python does not show."""

from __future__ import annotations

import os
import warnings
from typing import Any

from . import _bridge, _complex_functions
from ._bridge import js
from ._tensor import Tensor, _new
from ._types import Size, dtype, dtypes

_complex64 = dtypes["complex64"]
_told: set[str] = set()


def checked(kind: dtype) -> None:
    """Says once of another complex dtype that complex64 stands for it."""
    if kind is not _complex64 and kind._name not in _told:
        _told.add(kind._name)
        warnings.warn(
            f"torch.{kind._name} is computed as torch.complex64, since WGSL has neither; write torch.complex64 to say so yourself",
            skip_file_prefixes=(os.path.dirname(__file__),),
        )


def _key(key: Any) -> Any:
    """An index of the pairs, whose last dimension stays."""
    parts = key if type(key) is tuple else (key,)
    return (*parts, slice(None)) if any(part is Ellipsis for part in parts) else key


class ComplexTensor(Tensor):
    """A tensor of complex numbers. Functions of tensors find it by `__torch_function__`."""

    def __new__(cls, *data: Any, **keywords: Any) -> Any:
        raise TypeError("ComplexTensor: expected real and imaginary parts; write torch.complex(real, imag)")

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What a function gives for complex numbers."""
        return _complex_functions.called(func, args, kwargs or {})

    # ── Facts ──

    @property
    def _pairs(self) -> Tensor:
        made = _new(Tensor)
        js.hold(self._js)
        made._js = self._js
        return made

    shape = property(lambda self: Size(self._js.shape.to_py()[:-1]))
    dtype = property(lambda self: _complex64)
    ndim = property(lambda self: self._js.ndim - 1)
    itemsize = property(lambda self: 8)
    nbytes = property(lambda self: 8 * self.numel())
    T = property(lambda self: of(self._pairs.permute(*reversed(range(self.ndim)), self.ndim)))
    mT = property(lambda self: self.transpose(-1, -2))
    H = mH = property(lambda self: self.transpose(-1, -2).conj())

    @property
    def real(self) -> Tensor:
        """The real parts, in the memory of the numbers."""
        return self._pairs.select(-1, 0)

    @real.setter
    def real(self, values: Any) -> None:
        self.real.copy_(values)

    @property
    def imag(self) -> Tensor:
        """The imaginary parts, in the memory of the numbers."""
        return self._pairs.select(-1, 1)

    @imag.setter
    def imag(self, values: Any) -> None:
        self.imag.copy_(values)

    def dim(self) -> int:
        """How many dimensions there are."""
        return self.ndim

    ndimension = dim

    def size(self, dim: int | None = None) -> Any:
        """The sizes, or the one of a dimension."""
        return self.shape if dim is None else self.shape[dim]

    def stride(self, dim: int | None = None) -> Any:
        """The steps between neighbours, in complex numbers."""
        steps = tuple(step // 2 for step in self._pairs.stride()[:-1])
        return steps if dim is None else steps[dim]

    def numel(self) -> int:
        """How many complex numbers there are."""
        return self._js.numel() // 2

    nelement = numel

    def element_size(self) -> int:
        """The bytes of a number."""
        return 8

    def is_complex(self) -> bool:
        """Yes."""
        return True

    def is_floating_point(self) -> bool:
        """No."""
        return False

    # ── Reading back ──

    def tolist(self) -> Any:
        """The numbers in nested lists, for which Python waits."""
        return _joined(self.detach()._pairs.tolist(), self.ndim)

    def item(self) -> Any:
        """The only number, for which Python waits."""
        return complex(*self.detach()._pairs.reshape(2).tolist())

    __complex__ = item

    def __float__(self) -> float:
        raise TypeError("can't convert complex to float")

    __int__ = __index__ = __float__

    def __bool__(self) -> bool:
        return bool(self.item())

    def numpy(self, *, force: bool = False) -> Any:
        """The numbers as an array of NumPy."""
        array = self._pairs.numpy(force=force)
        return array.reshape(-1).view("complex64").reshape(tuple(self.shape))

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        from ._complex_text import shown

        return shown(self)

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return format(self.item(), form) if self.ndim == 0 else format(str(self), form)

    # ── Sequences ──

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self._js.length

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __getitem__(self, key: Any) -> Any:
        return of(self._pairs[_key(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._pairs[_key(key)] = pairs_of(value)

    # ── Shapes, which share memory as those of other tensors do ──

    def view(self, *shape: Any) -> Any:
        """The numbers in another shape; with a real dtype, as real numbers, twice as many in the last dimension."""
        if len(shape) == 1 and isinstance(shape[0], dtype):
            return self if shape[0].is_complex else self._pairs.flatten(-2)
        return of(self._pairs.view(*_sizes(shape), 2))

    def reshape(self, *shape: Any, **named: Any) -> Any:
        """The numbers in another shape."""
        return of(self._pairs.reshape(*_sizes(shape or (named["shape"],)), 2))

    def expand(self, *sizes: Any) -> Any:
        """The numbers repeated along dimensions of size 1."""
        return of(self._pairs.expand(*_sizes(sizes), 2))

    def as_strided(self, size: Any, stride: Any, storage_offset: int = 0) -> Any:
        """A view of the memory by its sizes and the steps between neighbours, in complex numbers."""
        return of(self._pairs.as_strided((*size, 2), (*(2 * step for step in stride), 1), 2 * storage_offset))

    def view_as(self, other: Tensor) -> Any:
        """The numbers in the shape of another tensor."""
        return self.view(other.shape)

    def reshape_as(self, other: Tensor) -> Any:
        """The numbers in the shape of another tensor."""
        return self.reshape(other.shape)

    def expand_as(self, other: Tensor) -> Any:
        """The numbers repeated to the shape of another tensor."""
        return self.expand(other.shape)

    def permute(self, *dims: Any) -> Any:
        """The dimensions in another order."""
        return of(self._pairs.permute(*(self._at(dim) for dim in _sizes(dims)), self.ndim))

    def transpose(self, dim0: int, dim1: int) -> Any:
        """Two dimensions swapped."""
        return of(self._pairs.transpose(self._at(dim0), self._at(dim1)))

    swapaxes = swapdims = transpose

    def t(self) -> Any:
        """The transposed matrix; a vector stays as it is."""
        return self.transpose(0, 1) if self.ndim == 2 else self

    def unsqueeze(self, dim: int) -> Any:
        """A dimension of size 1 more."""
        return of(self._pairs.unsqueeze(dim if dim >= 0 else dim + self.ndim + 1))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Any:
        """Several dimensions as one."""
        if self.ndim == 0:
            return self.reshape(1)
        return of(self._pairs.flatten(self._at(start_dim), self._at(end_dim)))

    def ravel(self) -> Any:
        """All numbers in one dimension."""
        return self.flatten()

    def _at(self, dim: int) -> int:
        """A dimension counted from the front."""
        if not -max(self.ndim, 1) <= dim < max(self.ndim, 1):
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-self.ndim}, {self.ndim - 1}], but got {dim})"
            )
        return dim % max(self.ndim, 1)

    # ── The same numbers ──

    def detach(self) -> Any:
        """The same numbers without a gradient."""
        return of(self._pairs.detach())

    data = property(detach, lambda self, other: self.detach().copy_(other) and None)

    def clone(self, *, memory_format: Any = None) -> Any:
        """A copy."""
        return of(self._pairs.clone())

    def contiguous(self, memory_format: Any = None) -> Any:
        """The numbers row by row."""
        return of(self._pairs.contiguous())

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """Whether the numbers lie row by row."""
        return self._pairs.is_contiguous()

    def to(self, *args: Any, **named: Any) -> Any:
        """The numbers in another dtype; of a real one, the real parts."""
        given = [value for value in (*args, *named.values()) if isinstance(value, (dtype, Tensor))]
        wanted = given[0] if given and isinstance(given[0], dtype) else given[0].dtype if given else _complex64
        if wanted.is_complex:
            checked(wanted)
            return self.clone() if named.get("copy") else self
        warnings.warn("Casting complex values to real discards the imaginary part", stacklevel=2)
        return self.real.to(wanted)

    def type(self, kind: Any = None) -> Any:
        """The name of the type, or the numbers in another dtype."""
        return "torch.ComplexFloatTensor" if kind is None else self.to(kind)

    def type_as(self, other: Tensor) -> Any:
        """The numbers in the dtype of another tensor."""
        return self.to(other.dtype)

    def cfloat(self) -> Any:
        """These numbers."""
        return self

    cdouble = chalf = cfloat

    def cpu(self, *_: Any, **__: Any) -> Any:
        """These numbers: there is one device."""
        return self

    cuda = pin_memory = cpu

    def float(self) -> Tensor:
        """The real parts, with PyTorch's warning."""
        return self.to(dtypes["float32"])

    # ── Writes, and gradients ──

    def copy_(self, other: Any, non_blocking: bool = False) -> Any:
        """Takes the numbers of another tensor."""
        self._pairs.copy_(pairs_of(other))
        return self

    def zero_(self) -> Any:
        """Makes all numbers 0."""
        self._pairs.zero_()
        return self

    def fill_(self, value: Any) -> Any:
        """Makes all numbers the same."""
        return self.copy_(pairs_of(value))

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Whether `backward` reaches the numbers."""
        self._pairs.requires_grad_(requires_grad)
        return self

    def retain_grad(self) -> None:
        """Keeps the gradient, though this is no leaf."""
        self._pairs.retain_grad()

    @property
    def grad(self) -> Any:
        """The gradient, by real and imaginary parts, or None."""
        found = self._pairs.grad
        return None if found is None else of(found)

    @grad.setter
    def grad(self, gradient: Any) -> None:
        self._pairs.grad = None if gradient is None else pairs_of(gradient)

    def backward(self, gradient: Any = None, **options: Any) -> None:
        """Adds gradients, by real and imaginary parts, to the leaves."""
        if gradient is None:
            raise RuntimeError("grad can be implicitly created only for real scalar outputs but got torch.complex64")
        self._pairs.backward(pairs_of(gradient), **options)

    def register_hook(self, hook: Any) -> Any:
        """Has `hook` see, and change, the gradient."""

        def on_pairs(gradient: Tensor) -> Any:
            changed = hook(of(gradient))
            return None if changed is None else pairs_of(changed)

        return self._pairs.register_hook(on_pairs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = self.detach().clone().requires_grad_(self.requires_grad)
        return memo[id(self)]

    def __hash__(self) -> int:
        return id(self)


ComplexTensor.__name__ = ComplexTensor.__qualname__ = "Tensor"
ComplexTensor.__module__ = "torch"
_complex_functions.install(ComplexTensor)


def of(pairs: Tensor) -> Any:
    """The complex numbers of pairs, in their memory."""
    made = _new(ComplexTensor)
    js.hold(pairs._js)
    made._js = pairs._js
    return made


def pairs_of(value: Any) -> Tensor:
    """The pairs of complex numbers, of real ones or of a number of Python."""
    if isinstance(value, ComplexTensor):
        return value._pairs
    if isinstance(value, Tensor):
        real = value.float()
        return _stack([real, real * 0], -1)
    if isinstance(value, list | tuple):
        return made_of(value)._pairs
    number = complex(value)
    return _bridge.receive(_tensor()([number.real, number.imag]))


def like(result: Any, x: Any) -> Any:
    """A result of the library for a tensor: complex numbers where that has them."""
    return of(result) if isinstance(x, ComplexTensor) and result is not None else result


def _tensor() -> Any:
    from ._creation import tensor

    return tensor


def _stack(parts: Any, dim: int) -> Tensor:
    return _bridge.find("torch", "stack")(parts, dim)


def _sizes(given: Any) -> Any:
    return tuple(given[0]) if len(given) == 1 and not hasattr(type(given[0]), "__index__") else tuple(given)


def _joined(data: Any, depth: int) -> Any:
    return [_joined(part, depth - 1) for part in data] if depth else complex(*data)


def _split(data: Any) -> Any:
    if isinstance(data, list | tuple):
        return [_split(item) for item in data]
    number = complex(data.item() if isinstance(data, Tensor) else data)
    return [number.real, number.imag]


# ── Functions of torch ──


def complex_(real: Tensor, imag: Tensor, *, out: Any = None) -> Any:
    """Complex numbers of their real and their imaginary parts."""
    if real.dtype != imag.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {real.dtype} but got scalar type {imag.dtype} for second argument"
        )
    if not real.is_floating_point():
        raise RuntimeError("Expected both inputs to be Half, Float or Double tensors but got Long and Long")
    return _complex_functions.joined(real, imag)


def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Any:
    """Complex numbers of their sizes and their angles."""
    return _complex_functions.joined(abs * angle.cos(), abs * angle.sin())


def view_as_complex(input: Tensor) -> Any:
    """The complex numbers of pairs in the last dimension, in their memory."""
    if input.dim() == 0 or input.size(-1) != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    return of(input)


def view_as_real(input: Any) -> Tensor:
    """Complex numbers as pairs in a last dimension, in their memory."""
    if not isinstance(input, ComplexTensor):
        raise TypeError("view_as_real is only supported for complex tensors")
    return input._pairs


def imag(input: Any) -> Tensor:
    """The imaginary parts of complex numbers."""
    if not isinstance(input, ComplexTensor):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return input.imag


FUNCTIONS: dict[str, Any] = {
    "complex": complex_,
    "polar": polar,
    "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
    "imag": imag,
}
for _name, _function in FUNCTIONS.items():
    _function.__name__ = _function.__qualname__ = _name
    _function.__module__ = "torch"


def made_of(data: Any, kind: Any = None, requires_grad: bool = False) -> Any:
    """A tensor of numbers of Python, some of them complex, or of another tensor."""
    if kind is not None and not kind.is_complex:
        if isinstance(data, ComplexTensor):
            return data.detach().to(kind).requires_grad_(requires_grad)
        raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
    checked(kind or _complex64)
    if isinstance(data, Tensor):
        pairs = pairs_of(data).detach().clone()
    else:
        pairs = _tensor()(_split(data), dtype=dtypes["float32"])
    return of(pairs.requires_grad_(requires_grad))




def created(make: Any, name: str, args: Any, keywords: dict[str, Any]) -> Any:
    """What a function that creates tensors gives for a complex dtype."""
    checked(keywords.pop("dtype") or _complex64)
    requires_grad = keywords.pop("requires_grad", False)
    if name.endswith("_like"):
        like, *args = args or (keywords.pop("input"),)
        name, args = name.removesuffix("_like"), (like.shape, *args)
        make = _bridge.find("torch", name) if name != "full" else None
    sizes = list(_sizes(args[:1] if name == "full" else args))
    if name == "full":
        pairs = pairs_of(args[1]).expand(*sizes, 2).clone()
    elif name in ("ones", "zeros", "empty", "rand", "randn"):
        pairs = make(*sizes, 2, **keywords)
        if name == "ones":
            pairs.select(-1, 1).zero_()
        if name == "randn":
            pairs = pairs * 0.5**0.5
    else:
        return of(pairs_of(make(*args, **keywords)).requires_grad_(requires_grad))
    return of(pairs.requires_grad_(requires_grad))


def parameter(data: Any, base: type, held: Any) -> Any:
    """A parameter of complex numbers: `held` makes one of pairs, of a class between both."""
    global _Parameter
    if _Parameter is None:
        _Parameter = type("Parameter", (ComplexTensor, base), {"__module__": base.__module__, "__deepcopy__": _copied})
    return held(_Parameter, data._pairs)


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    from .nn.parameter import Parameter

    if id(self) not in memo:
        memo[id(self)] = Parameter(self.detach().clone(), self.requires_grad)
    return memo[id(self)]


_Parameter: Any = None
