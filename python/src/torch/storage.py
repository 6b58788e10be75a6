"""Storages as files of PyTorch have them: which tensor lies where, and the numbers as bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import _lamplight_files as js

from . import _overrides, _utils
from ._bridge import JsException, to_js, translated, wait
from ._tensor import Tensor, wrapped
from ._types import dtypes

# By the name of a class of storages in PyTorch: the type of its elements, and the bytes of one.
_TYPES = {
    "DoubleStorage": ("float64", 8),
    "FloatStorage": ("float32", 4),
    "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2),
    "LongStorage": ("int64", 8),
    "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2),
    "CharStorage": ("int8", 1),
    "ByteStorage": ("uint8", 1),
    "BoolStorage": ("bool", 1),
    "ComplexFloatStorage": ("complex64", 8),
    "ComplexDoubleStorage": ("complex128", 16),
}


class UntypedStorage:
    """Bytes whose type is said with each tensor of them."""

    _element = ("uint8", 1)


def _storage_class(name: str, element: tuple[str, int]) -> type:
    return type(name, (), {"__module__": "torch", "_element": element, "__doc__": f"Elements of {element[0]}."})


CLASSES: dict[str, type] = {name: _storage_class(name, element) for name, element in _TYPES.items()}
# By a complex dtype: that of its parts.
_PARTS = {"complex64": "float32", "complex128": "float64"}
DTYPES: tuple[str, ...] = tuple(dtypes)
_WRITTEN = {name: CLASSES[kind] for kind, (name, _) in _TYPES.items()}


class Memory:
    """The memory of a tensor, which other tensors may share."""

    def __init__(self, tensor: Tensor, unit: int) -> None:
        self._tensor = tensor
        self._unit = unit

    def size(self) -> int:
        """How many bytes, or elements, it has."""
        return js.place(self._tensor._js)[1] * self._unit

    __len__ = size

    def nbytes(self) -> int:
        """How many bytes it has in PyTorch; int64 takes half of them here."""
        return js.place(self._tensor._js)[1] * self._tensor.itemsize

    def data_ptr(self) -> int:
        """A number that tensors of the same memory have in common."""
        return self._tensor.data_ptr()

    @property
    def _cdata(self) -> int:
        return self.data_ptr()

    def is_shared(self) -> bool:
        """No: there is one process."""
        return False

    def untyped(self) -> Memory:
        """The same in bytes."""
        return Memory(self._tensor, self._tensor.itemsize)

    def tolist(self) -> list[Any]:
        """The elements, or bytes, for which Python waits."""
        return self._row().tolist() if self._unit == 1 else list(read_all([Part(self._row())])[0])

    def _row(self) -> Tensor:
        """All elements, as a vector of the same memory."""
        return self._tensor.detach().as_strided((js.place(self._tensor._js)[1],), (1,), 0)


class Part:
    """The storage of a tensor that is written."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.id, self.size, self.offset, strides = js.place(tensor._js)
        self.strides = tuple(strides)
        name = tensor._js.dtype
        if tensor.is_complex():
            # The pairs lie as PyTorch's numbers do.
            name = "complex64"
            self.size, self.offset = self.size // 2, self.offset // 2
            self.strides = tuple(step // 2 for step in self.strides[:-1])
        if name not in _WRITTEN:
            raise TypeError(f"save: expected a dtype that PyTorch has a storage of, but got {name}; convert it first")
        self.storage_class = _WRITTEN[name]


def reduce_tensor(tensor: Tensor) -> tuple:
    """How a tensor is made again, with its storage aside."""
    from .nn.parameter import Parameter

    part = Part(tensor)
    is_parameter = isinstance(tensor, Parameter)
    requires_grad = tensor.requires_grad and not is_parameter
    if requires_grad and not tensor.is_leaf:
        requires_grad = False
    shape = tuple(tensor.shape)
    built = (part, part.offset, shape, part.strides, requires_grad, OrderedDict())
    if type(tensor) in _overrides.classes and not (is_parameter or tensor.is_complex()):
        state = {name: value for name, value in vars(tensor).items() if name != "_js"}
        return _overrides._rebuild_from_type_v2, (_utils._rebuild_tensor_v2, type(tensor), built, state)
    if not is_parameter:
        return _utils._rebuild_tensor_v2, built
    return _utils._rebuild_parameter, (tensor.detach(), tensor.requires_grad, OrderedDict())


def reduce_alone(tensor: Tensor) -> tuple:
    """How a tensor is made again of a pickle that has no place for storages: the numbers are in it."""
    from .autograd import no_grad

    with no_grad():
        part = Part(tensor.detach().clone())
    state = {name: value for name, value in vars(tensor).items() if name != "_js"}
    data = read_all([part])[0]
    return rebuild_alone, (type(tensor), part.storage_class, data, tuple(tensor.shape), tensor.requires_grad, state)


def rebuild_alone(cls: type, kind: Any, data: bytes, shape: tuple, requires_grad: bool, state: dict[str, Any]) -> Tensor:
    """The tensor of such a pickle."""
    from .nn.parameter import Buffer, Parameter

    made = Loaded(kind, data, len(data) // kind._element[1], True).row().reshape(shape)
    if issubclass(cls, Parameter):
        made = (Parameter if made.is_complex() else cls)(made, requires_grad)
    elif issubclass(cls, Buffer):
        made = cls(made)
    elif cls is not Tensor and not made.is_complex():
        made = made.as_subclass(cls)
    made.__dict__.update(state)
    return made.requires_grad_() if requires_grad else made


def read_all(parts: list[Part]) -> list[bytes]:
    """The bytes of storages, for which Python waits."""
    if not parts:
        return []
    try:
        return [bytes(data.to_py()) for data in wait(js.read(to_js([part.tensor._js for part in parts])), "save")]
    except JsException as error:
        raise translated(error) from None


class Loaded:
    """A storage of a file: a row of numbers that tensors are made of, once its bytes are there."""

    def __init__(self, kind: Any, data: bytes | None, size: int, little: bool) -> None:
        self.name, self.element_bytes = kind._element
        self._size = size
        self._little = little
        self._row: Tensor | None = None
        if data is not None:
            self.fill(data)

    def fill(self, data: bytes) -> None:
        """Takes the bytes of the storage."""
        self._data = data

    def row(self, dtype: str | None = None) -> Tensor:
        """The numbers one after another."""
        if dtype is not None and dtype != self.name:
            return self._decoded(dtype, len(self._data) // dtypes[dtype].itemsize)
        if self._row is None:
            self._row = self._decoded(self.name, self._size)
        return self._row

    def _decoded(self, name: str, size: int) -> Tensor:
        expected = size * dtypes[name].itemsize
        if len(self._data) < expected:
            raise RuntimeError(
                f"load: expected {expected} bytes of a storage, but got {len(self._data)}; is the file whole?"
            )
        if name in _PARTS:
            from ._complex import view_as_complex

            pairs = wrapped(wait(js.decode(to_js(self._data), _PARTS[name], 2 * size, self._little), "load"))
            return view_as_complex(pairs.reshape(size, 2))
        return wrapped(wait(js.decode(to_js(self._data), name, size, self._little), "load"))
