"""Arrays of NumPy and other buffers, both ways. NumPy itself is not needed where no array is."""

from __future__ import annotations

import warnings
from array import array
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from pyodide.ffi import can_run_sync

from ._bridge import js, receive, to_js, wait

# By the format of a buffer's elements: the dtype of tensors of them.
_DTYPES = {
    "f": "float32",
    "d": "float32",
    "e": "float16",
    "?": "bool",
    "B": "uint8",
    "b": "int32",
    "h": "int32",
    "H": "int32",
    "i": "int32",
    "l": "int32",
    "I": "uint32",
    "L": "uint32",
    "q": "int64",
    "Q": "int64",
}
_warned = False


def is_array(data: Any) -> bool:
    """Whether a value is an array of NumPy, or describes itself as one."""
    return hasattr(type(data), "__array_interface__") and not isinstance(data, type)


def warn_of_double(data: Any) -> None:
    """Says once that float64 becomes float32."""
    global _warned
    if getattr(getattr(data, "dtype", None), "name", "") == "float64" and not _warned:
        _warned = True
        warnings.warn(
            "numbers of float64 become float32, since WGSL has no 64-bit floats; write array.astype('float32') to say so yourself",
            stacklevel=4,
        )


def typed_of(data: Any) -> tuple[Any, list[int], str]:
    """What a buffer holds, as a typed array of JavaScript; its shape; and the dtype that its numbers have here."""
    view = memoryview(data)
    form = view.format.lstrip("<=@")
    if form not in _DTYPES:
        raise TypeError(
            f"can't convert a buffer with elements of format {view.format!r}; supported are float64, float32, float16, "
            "int64, int32, int16, int8, uint32, uint16, uint8, and bool"
        )
    shape = list(view.shape) if view.ndim else []
    flat = memoryview(view.tobytes())
    if form == "e":
        return to_js(array("f", flat.cast("e").tolist())), shape, "float16"
    return to_js(flat.cast("B" if form == "?" else form)), shape, _DTYPES[form]


def _numpy() -> ModuleType:
    """NumPy. If nothing has loaded it, it is fetched from Pyodide's distribution, for which Python waits."""
    if find_spec("numpy") is None and can_run_sync():
        import pyodide_js

        try:
            wait(pyodide_js.loadPackage("numpy"), "numpy")
        except Exception:
            pass  # It cannot be had from there, which the import says.
        invalidate_caches()
    try:
        return import_module("numpy")
    except ModuleNotFoundError:
        raise RuntimeError(
            "numpy: expected NumPy, but it is not loaded; give it to loadPython({ packages: ['numpy'] }), or write x.tolist()"
        ) from None


def to_numpy(x: Any, force: bool = False) -> Any:
    """A tensor's elements as an array of NumPy, for which Python waits."""
    if x.requires_grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    numpy = _numpy()
    data = receive(js.elements(x._js), "numpy")
    kind = x._js.dtype
    flat = numpy.frombuffer(data.to_bytes(), dtype=_STORED.get(kind, kind)).reshape(tuple(x.shape))
    # A buffer of bytes is read-only; a conversion copies it anyway.
    return flat.astype(kind) if kind in _STORED else flat.copy()


# Dtypes whose elements come in another.
_STORED = {"int64": "int32", "float16": "float32", "bool": "uint8"}
