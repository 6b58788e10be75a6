"""Settings: limits of dtypes, defaults, threads."""

from __future__ import annotations

from typing import Any

from . import _bridge
from ._bridge import js
from ._types import device, dtype, dtypes

__all__ = [
    "are_deterministic_algorithms_enabled",
    "compile",
    "finfo",
    "get_default_device",
    "get_default_dtype",
    "get_deterministic_debug_mode",
    "get_float32_matmul_precision",
    "get_num_threads",
    "iinfo",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled",
    "promote_types",
    "result_type",
    "set_default_device",
    "set_default_dtype",
    "set_default_tensor_type",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_num_interop_threads",
    "set_num_threads",
    "set_warn_always",
    "typename",
    "use_deterministic_algorithms",
]


class _Info:
    def __init__(self, kind: Any, function: str, values: type):
        self.dtype = _default() if kind is None else kind
        found = _limits(function, self.dtype)
        if found is None:
            found = _bridge.call(js.find("torch", function)[1], (self.dtype,), {}, function)
        for name, value in found.items():
            if name not in ("dtype", "bits"):
                setattr(self, _bridge.snake(name), values(value))
        self.bits = int(found["bits"])

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in vars(self).items() if name != "dtype")
        return f"{type(self).__name__}({shown}, dtype={self.dtype._name})"


# By a dtype that the library does not compute in: its resolution, greatest number, distance of 1 to the next, and smallest normal number.
_FLOATS = {
    "float64": (1e-15, 1.7976931348623157e308, 2.220446049250313e-16, 2.2250738585072014e-308),
    "bfloat16": (0.01, 3.3895313892515355e38, 0.0078125, 1.1754943508222875e-38),
    "float8_e4m3fn": (1.0, 448.0, 0.125, 0.015625),
    "float8_e4m3fnuz": (1.0, 240.0, 0.125, 0.0078125),
    "float8_e5m2": (1.0, 57344.0, 0.25, 6.103515625e-05),
    "float8_e5m2fnuz": (1.0, 57344.0, 0.125, 3.0517578125e-05),
}
_OF_PARTS = {"complex64": "float32", "complex128": "float64"}


def _limits(function: str, kind: Any) -> dict[str, Any] | None:
    """What is known of such a dtype."""
    name = getattr(kind, "_name", "")
    bits = getattr(kind, "itemsize", 0) * 8
    if function == "finfo":
        if (parts := _OF_PARTS.get(name)) is not None:
            return _limits(function, dtypes[parts]) or _bridge.call(js.find("torch", function)[1], (parts,), {}, function)
        if name in _FLOATS:
            resolution, most, eps, tiny = _FLOATS[name]
            return {"resolution": resolution, "min": -most, "max": most, "eps": eps, "smallestNormal": tiny, "tiny": tiny, "bits": bits}
    elif name in ("int8", "int16", "uint16", "uint64"):
        signed = not name.startswith("u")
        return {"min": -(2 ** (bits - 1)) if signed else 0, "max": 2 ** (bits - signed) - 1, "bits": bits}
    return None


class finfo(_Info):
    """The limits of a dtype of floating point."""

    def __init__(self, type: Any = None):
        super().__init__(type, "finfo", float)


class iinfo(_Info):
    """The limits of a dtype of whole numbers."""

    def __init__(self, type: Any):
        super().__init__(type, "iinfo", int)
        if self.dtype is dtypes["int64"]:
            self.max = 2**63 - 1


def _default() -> dtype:
    return dtypes["float32"]


def get_default_dtype() -> dtype:
    """float32, always."""
    return _default()


def set_default_dtype(d: Any) -> None:
    """Takes float32, which is the default; there is no other."""
    _bridge.call(js.find("torch", "setDefaultDtype")[1], (d,), {}, "set_default_dtype")


def set_default_tensor_type(t: Any) -> None:
    """Takes the type of float32, which is the default; there is no other."""
    name = t if isinstance(t, str) else getattr(t, "__name__", "")
    if not name.endswith("FloatTensor"):
        raise TypeError(f"set_default_tensor_type: expected torch.FloatTensor, the only default, but got {t}")


_COMPUTED = frozenset({"float32", "float16", "int64", "int32", "uint32", "uint8", "bool"})


def _promoted(first: dtype, second: dtype) -> dtype:
    """`promote_types`, where one of the dtypes is not computed in: by its kind and its size."""
    if first is second:
        return first
    kinds = [3 if each.is_complex else 2 if each.is_floating_point else 0 if each._name == "bool" else 1 for each in (first, second)]
    if kinds[0] != kinds[1] and not (3 in kinds and 2 in kinds):
        return first if kinds[0] > kinds[1] else second
    if 3 in kinds:
        size = max(each.itemsize // (2 if each.is_complex else 1) for each in (first, second))
        return dtypes[{2: "complex32", 4: "complex64", 8: "complex128"}[size]]
    if first.itemsize == second.itemsize and kinds[0] == 2:
        # float16 and bfloat16: neither holds the other.
        return dtypes["float32"]
    wide, narrow = (first, second) if first.itemsize >= second.itemsize else (second, first)
    if kinds[0] == 2 or wide.is_signed == narrow.is_signed or (wide.is_signed and wide.itemsize > narrow.itemsize):
        return wide
    if wide.itemsize == 8:
        raise RuntimeError(f"Promotion for {first} and {second} is not supported: no dtype of whole numbers holds both")
    return dtypes[f"int{wide.itemsize * 16}"]


def promote_types(type1: Any, type2: Any) -> dtype:
    """The narrowest dtype that holds the numbers of both."""
    if type1._name not in _COMPUTED or type2._name not in _COMPUTED:
        return _promoted(type1, type2)
    return dtypes[_bridge.call(js.find("torch", "promoteTypes")[1], (type1, type2), {}, "promote_types")]


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of a sum of two tensors or numbers."""
    args, _ = _bridge.promoted((tensor1, tensor2), {})
    return dtypes[_bridge.call(js.find("torch", "resultType")[1], args, {}, "result_type")]


_chosen = device("cpu")


def set_default_device(device: Any) -> None:
    """Takes any device; tensors are on WebGPU all the same."""
    global _chosen
    _chosen = type(_chosen)(device if device is not None else "cpu")


def get_default_device() -> device:
    """The device that `set_default_device` was given; `cpu` where it was not."""
    return _chosen


def get_num_threads() -> int:
    """1: the work is the GPU's."""
    return 1


def set_num_threads(n: int) -> None:
    """Changes nothing: the work is the GPU's."""


def set_num_interop_threads(n: int) -> None:
    """Changes nothing: the work is the GPU's."""


def set_float32_matmul_precision(precision: str) -> None:
    """Changes nothing: products are computed in float32."""


def get_float32_matmul_precision() -> str:
    """`highest`: products are computed in float32."""
    return "highest"


# Whether only deterministic functions are wanted, and whether others are warned of in the place of an error.
_deterministic = (False, False)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Changes nothing: the same program gives the same numbers on one device."""
    global _deterministic
    if not isinstance(mode, bool):
        raise TypeError(f"_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not {type(mode).__name__}")
    _deterministic = (mode, bool(warn_only) and mode)


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was given."""
    return _deterministic[0]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether `use_deterministic_algorithms` was given `warn_only=True`."""
    return _deterministic[1]


_DEBUG_MODES = {"default": 0, "warn": 1, "error": 2}


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by a number or a name: `default`, `warn` or `error`."""
    if not isinstance(debug_mode, int | str):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    mode = _DEBUG_MODES.get(debug_mode, -1) if isinstance(debug_mode, str) else debug_mode
    if mode not in (0, 1, 2):
        expected = "`default`, `warn`, `error`" if isinstance(debug_mode, str) else "0, 1, 2"
        raise RuntimeError(f"invalid value of debug_mode, expected one of {expected}, but got {debug_mode}")
    use_deterministic_algorithms(mode > 0, warn_only=mode == 1)


def get_deterministic_debug_mode() -> int:
    """0 for `default`, 1 for `warn`, 2 for `error`."""
    on, warns = _deterministic
    return (1 if warns else 2) if on else 0


_warns_always = False


def set_warn_always(b: bool) -> None:
    """Says whether warnings that come once come each time, for `is_warn_always_enabled`."""
    global _warns_always
    _warns_always = bool(b)


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was given."""
    return _warns_always


def compile(model: Any = None, **options: Any) -> Any:
    """The model or function itself: the library records and fuses what it calls without being asked. Also a decorator."""
    return model if model is not None else lambda given: given


def typename(value: Any) -> str:
    """The name of a value's type, as errors tell it."""
    from ._tensor import Tensor

    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


