"""Facts of tensors: dtypes, devices, sizes, layouts and memory formats; and generators of random numbers."""

from __future__ import annotations

import os
import warnings
from typing import Any, SupportsIndex

from ._bridge import lend, senders


class dtype:
    """The type of a tensor's elements, such as `torch.float32`."""

    __slots__ = ("_name", "is_floating_point", "is_complex", "is_signed", "itemsize")

    def __init__(self, name: str, itemsize: int, *, floating: bool = False, complex: bool = False, signed: bool = True):
        self._name = name
        self.itemsize = itemsize
        self.is_floating_point = floating
        self.is_complex = complex
        self.is_signed = signed

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name


dtypes: dict[str, dtype] = {
    "float32": dtype("float32", 4, floating=True),
    "float16": dtype("float16", 2, floating=True),
    "int32": dtype("int32", 4),
    "int64": dtype("int64", 8),
    "uint32": dtype("uint32", 4, signed=False),
    "uint8": dtype("uint8", 1, signed=False),
    "bool": dtype("bool", 1, signed=False),
    # None of the library's: functions that are given one of these say which to take instead.
    "float64": dtype("float64", 8, floating=True),
    "bfloat16": dtype("bfloat16", 2, floating=True),
    "int8": dtype("int8", 1),
    "int16": dtype("int16", 2),
    "uint16": dtype("uint16", 2, signed=False),
    "uint64": dtype("uint64", 8, signed=False),
    # The last letters say how the bits are used.
    **{name: dtype(name, 1, floating=True) for name in "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz".split()},
    "complex32": dtype("complex32", 4, complex=True),
    "complex64": dtype("complex64", 8, complex=True),
    "complex128": dtype("complex128", 16, complex=True),
}
dtype_aliases: dict[str, str] = {
    "float": "float32",
    "half": "float16",
    "double": "float64",
    "int": "int32",
    "long": "int64",
    "short": "int16",
    "chalf": "complex32",
    "cfloat": "complex64",
    "cdouble": "complex128",
}
# Pickles name it, and Python prints it, as one of `torch`.
dtype.__module__ = "torch"


# Floats that WGSL does not have, for which float32 stands; and those of which this has been said.
_IN_FLOAT32 = frozenset({"float64", "bfloat16"})
_told: set[str] = set()


def stands_for(name: str) -> str:
    """The name of the dtype in which numbers of a dtype are computed; the first time it is another one, a warning says so."""
    if name not in _IN_FLOAT32:
        return name
    if name not in _told:
        _told.add(name)
        warnings.warn(
            f"torch.{name} is computed in float32, since WGSL has no {name}; write torch.float32 to say so yourself",
            skip_file_prefixes=(os.path.dirname(__file__),),
        )
    return "float32"


senders[dtype] = lambda value: stands_for(value._name)
def _class(value: type) -> Any:
    """A class in the place of an argument: a type of Python stands for a dtype, a class of the library's for itself, others for a function."""
    if value in _OF_PYTHON:
        return _OF_PYTHON[value]
    made = vars(value).get("_made")
    return lend(value) if made is None else made


senders[type] = _class
_OF_PYTHON: dict[type, str] = {float: "float32", int: "int64", bool: "bool"}


def _whole(place: int, size: Any) -> int:
    if not hasattr(type(size), "__index__") or getattr(getattr(size, "_js", None), "dtype", "int64") not in _SIZES:
        raise TypeError(f"torch.Size() takes an iterable of 'int' (item {place} is '{type(size).__name__}')")
    return size.__index__()


_SIZES = frozenset({"int64", "int32", "uint8"})


class Size(tuple):
    """The sizes of a tensor's dimensions."""

    __slots__ = ()

    def __new__(cls, sizes: Any = ()) -> Size:
        made = tuple.__new__(cls, sizes)
        if any(type(size) is not int for size in made):
            return tuple.__new__(cls, [_whole(i, size) for i, size in enumerate(made)])
        return made

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(repr, self))}])"

    __str__ = __repr__

    def numel(self) -> int:
        """How many elements a tensor of these sizes has."""
        n = 1
        for size in self:
            n *= size
        return n

    def __add__(self, other: Any) -> Size:  # type: ignore[override]
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: SupportsIndex) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __getitem__(self, at: Any) -> Any:
        found = tuple.__getitem__(self, at)
        return Size(found) if isinstance(at, slice) else found


Size.__module__ = "torch"


class device:
    """Where a tensor is: any of PyTorch's names stands for WebGPU, on which every tensor is."""

    __slots__ = ("type", "index")

    def __init__(self, type: Any = "webgpu", index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        kind, _, number = str(type).partition(":")
        if kind not in _DEVICES:
            expected = ", ".join(_DEVICES)
            raise RuntimeError(f"Expected one of {expected} device type at start of device string: {kind}")
        self.type = kind
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return f"device(type={self.type!r})" if self.index is None else f"device(type={self.type!r}, index={self.index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> Any:
        return (device, (str(self),))

    def __enter__(self) -> device:
        return self

    def __exit__(self, *_: object) -> None:
        pass


_DEVICES = ("cpu", "cuda", "mps", "xpu", "meta", "webgpu")
device.__module__ = "torch"
senders[device] = str


class layout:
    """How tensors lie in memory."""

    def __init__(self, name: str):
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


class memory_format(layout):
    """In which order the dimensions lie in memory; rows come first here, whatever is asked for."""


class Generator:
    """Where random numbers come from: PyTorch's of its processor's generator, by the same seeds."""

    __slots__ = ("_js", "device")

    def __init__(self, device: Any = "cpu", *, _js: Any = None):
        from . import _bridge

        self._js = _js or _bridge.js.create(_bridge.js.find("torch", "Generator")[1])
        self.device = globals()["device"](device)

    def manual_seed(self, seed: int) -> Generator:
        """Starts the sequence of a seed."""
        self._js.manualSeed(seed)
        return self

    def __reduce__(self) -> Any:
        return _generator, (str(self.device), self.get_state())

    def seed(self) -> int:
        """Takes a seed from the system, and gives it."""
        return self._js.seed()

    def initial_seed(self) -> int:
        """The seed in force."""
        return self._js.initialSeed()

    def get_state(self) -> Any:
        """The state as a tensor of bytes."""
        from ._creation import from_typed

        return from_typed(self._js.getState(), "uint8")

    def set_state(self, state: Any) -> None:
        """Goes on from a state."""
        from ._creation import to_bytes

        self._js.setState(to_bytes(state))


def _generator(device: str, state: Any) -> Generator:
    """The generator of a pickle."""
    made = Generator(device)
    made.set_state(state)
    return made


senders[Generator] = lambda value: value._js
