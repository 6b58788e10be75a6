"""Tensors made from Python's numbers, lists, buffers and other tensors."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from . import _bridge
from ._bridge import JsException, js, senders, to_js, translated
from ._numpy import is_array, typed_of, warn_of_double
from ._tensor import Tensor
from ._types import Size

_MAKE = js.fromTyped
# By dtype: the code of Python's arrays that its elements are gathered in.
_CODES = {
    "float32": "f",
    "float16": "f",
    "int64": "i",
    "int32": "i",
    "uint32": "I",
    "uint8": "B",
    "bool": "B",
}


def from_typed(data: Any, dtype: str, shape: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor of a typed array of JavaScript."""
    try:
        return _bridge.receive(_MAKE(data, dtype, None if shape is None else to_js(list(shape)), requires_grad))
    except JsException as error:
        raise translated(error) from None


def _flatten(data: Any, depth: int, shape: list[int], flat: list[Any]) -> None:
    size = len(data)
    if depth == len(shape):
        shape.append(size)
    elif shape[depth] != size:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {size})")
    for item in data:
        if is_sequence(item) or _is_rows(item):
            _flatten(item, depth + 1, shape, flat)
        else:
            if depth + 1 < len(shape) and flat:
                raise ValueError(f"expected sequence of length {shape[depth + 1]} at dim {depth + 1} (got 0)")
            flat.append(item)


def is_sequence(value: Any) -> bool:
    """Whether a value holds numbers, or sequences of them, in an order."""
    return isinstance(value, list | tuple | range) or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def _is_rows(item: Any) -> bool:
    return (isinstance(item, Tensor) or hasattr(type(item), "__array__")) and getattr(item, "ndim", 0) > 0


def _plain(item: Any) -> Any:
    """A number of Python."""
    if isinstance(item, int | float | bool):
        return item
    if hasattr(item, "item"):
        return item.item()
    if hasattr(type(item), "__index__"):
        return item.__index__()
    if hasattr(type(item), "__float__"):
        return float(item)
    raise TypeError(f"tensor: expected numbers, but got {type(item).__name__}: {item!r}")


def _inferred(flat: list[Any]) -> str:
    kinds = {type(item) for item in flat}
    if not kinds or float in kinds:
        return "float32"
    return "bool" if kinds == {bool} else "int64"


def dtype_name(dtype: Any) -> str | None:
    """The library's name of a dtype, or of a type of Python in its place."""
    return None if dtype is None else senders[type(dtype)](dtype)


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested sequences of them, an array, or a tensor."""
    if getattr(dtype, "is_complex", False) or type(data) is complex or is_complex(data):
        from ._complex import made_of

        return made_of(data, dtype, requires_grad)
    name = dtype_name(dtype)
    if isinstance(data, Tensor):
        keywords = {} if name is None else {"dtype": name}
        return _bridge.call(js.find("torch", "tensor")[1], (data,), {**keywords, "requires_grad": requires_grad}, "tensor")
    if is_array(data):
        return from_array(data, name, requires_grad)
    if isinstance(data, array | memoryview | bytearray | bytes):
        typed, shape, kind = typed_of(data)
        name = name or ("float32" if kind in ("float32", "float16") else "bool" if kind == "bool" else "int64")
        return from_typed(typed, name, shape, requires_grad)
    if is_sequence(data):
        shape: list[int] = []
        flat: list[Any] = []
        _flatten(data, 0, shape, flat)
    else:
        shape, flat = [], [data]
    if any(type(item) is complex for item in flat):
        from ._complex import made_of

        return made_of(data, None, requires_grad)
    flat = [item if type(item) in (int, float, bool) else _plain(item) for item in flat]
    name = name or _inferred(flat)
    return from_typed(_typed(flat, name), name, shape, requires_grad)


def is_complex(data: Any) -> bool:
    """Whether a value is a tensor of complex numbers."""
    return isinstance(data, Tensor) and data.is_complex()


def _typed(flat: list[Any], name: str) -> Any:
    code = _CODES.get(name)
    if code is None:
        return to_js(flat)
    if name == "bool":
        flat = [1 if item else 0 for item in flat]
    elif code != "f":
        flat = [int(item) for item in flat]
        if name == "uint8":
            flat = [item & 255 for item in flat]
    try:
        return to_js(array(code, flat))
    except OverflowError:
        return to_js([float(item) for item in flat])


def from_array(data: Any, name: str | None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of an array of NumPy."""
    typed, shape, own = typed_of(data)
    if name is None:
        warn_of_double(data)
    return from_typed(typed, name or own, shape, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`data` itself where it is a tensor of the wanted dtype, else a tensor of its numbers."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return tensor(data, dtype=dtype)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor."""
    return isinstance(value, Tensor)


def from_numpy(data: Any) -> Tensor:
    """A tensor with the numbers of an array of NumPy, copied to the GPU."""
    if not is_array(data):
        raise TypeError(f"expected np.ndarray (got {type(data).__name__})")
    return from_array(data, None)


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor with the numbers that lie in a buffer one after another."""
    name = dtype_name(dtype)
    code = _CODES[name or "float32"]
    if name == "int64":
        code = "q"
    if getattr(dtype, "_name", "") == "float64":
        code = "d"
    part = memoryview(buffer).cast("B")[offset:]
    size = array(code).itemsize
    whole = part[: size * (len(part) // size if count < 0 else count)]
    return from_typed(typed_of(whole.cast(code))[0], name or "float32", None, requires_grad)


def arange(*bounds: Any, dtype: Any = None, out: Any = None, **keywords: Any) -> Tensor:
    """The numbers from `start` to before `end`: of float32 where one of the bounds is a float."""
    given = [*bounds, *(keywords[name] for name in ("start", "end", "step") if name in keywords)]
    given = [item.item() if isinstance(item, Tensor) else item for item in given]
    if dtype is None and any(isinstance(item, float) for item in given):
        dtype = "float32"
    made = _function("arange")
    bounds = tuple(given[: len(bounds)])
    result = _bridge.call(made, bounds, {**keywords, "dtype": dtype}, "arange")
    return result if out is None else _bridge.written(out, result)


def full(size: Any, fill_value: Any, *, dtype: Any = None, out: Any = None, **keywords: Any) -> Tensor:
    """A tensor with `fill_value` everywhere: of float32 where that is a float."""
    if getattr(dtype, "is_complex", False) or isinstance(fill_value, complex) or is_complex(fill_value):
        from ._complex import created

        return created(None, "full", (size, fill_value), {"dtype": dtype, **keywords})
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    if dtype is None and isinstance(value, float):
        dtype = "float32"
    sizes = (size,) if isinstance(size, int) else tuple(size)
    result = _bridge.call(_function("full"), (sizes, value), {**keywords, "dtype": dtype}, "full")
    return result if out is None else _bridge.written(out, result)


def empty_strided(size: Any, stride: Any, *, dtype: Any = None, requires_grad: bool = False, **places: Any) -> Tensor:
    """A tensor of these sizes whose neighbours lie so many elements apart."""
    reach = 0 if 0 in size else 1 + sum((n - 1) * step for n, step in zip(size, stride))
    made = full((reach,), 0, dtype=dtype or "float32").as_strided(tuple(size), tuple(stride))
    return made.requires_grad_() if requires_grad else made


def _function(name: str) -> Any:
    return js.find("torch", name)[1]


def to_bytes(data: Tensor) -> Any:
    """The elements of a tensor of bytes, as JavaScript has them."""
    return _bridge.receive(js.elements(data._js), "tolist")


def legacy_tensor(name: str, data: Any) -> Tensor:
    """`torch.FloatTensor(…)`: of numbers in a list, or of sizes."""
    from . import empty

    if len(data) == 1 and isinstance(data[0], Tensor):
        return data[0].detach()
    if len(data) == 1 and isinstance(data[0], Size):
        return empty(data[0], dtype=_named(name))
    if len(data) == 1 and not isinstance(data[0], int):
        return tensor(data[0], dtype=_named(name))
    return empty(list(data) or [0], dtype=_named(name))


def _named(name: str) -> Any:
    from ._types import dtypes

    return dtypes[name]
