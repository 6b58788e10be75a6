"""`torch.nn.init`: fills tensors in place, by the draws of PyTorch."""

from __future__ import annotations

import contextlib
import functools
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from .. import _bridge
from .._bridge import MISSING
from .._tensor import Tensor


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    out, inner, *kernel = tensor.shape
    field = math.prod(kernel)
    return inner * field, out * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


@contextlib.contextmanager
def _values() -> Iterator[None]:
    """Errors of the library about an argument are errors of its value, as PyTorch's functions raise them."""
    try:
        yield
    except (RuntimeError, TypeError) as error:
        if not hasattr(error, "lamplight"):
            raise
        raise ValueError(str(error)) from None


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """The factor by which a nonlinearity shrinks standard deviations, turned over."""
    is_number = param is None or (isinstance(param, int | float) and not isinstance(param, bool))
    if nonlinearity == "leaky_relu" and not is_number:
        raise ValueError(f"negative_slope {param} not a valid number")
    with _values():
        return float(_bridge.call(_bridge.js.find(__name__, "calculateGain")[1], (nonlinearity, param), {}, "calculate_gain"))


def _filling(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function that fills its tensor, and gives the same object."""

    @functools.wraps(call)
    def filled(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{call.__name__}: expected a tensor, but got {type(tensor).__name__}")
        if tensor.numel() == 0 and call.__name__.startswith("kaiming"):
            warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
            return tensor
        with _values():
            call(tensor, *args, **kwargs)
        return tensor

    return filled


def _deprecated(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def old(*args: Any, **kwargs: Any) -> Any:
        warnings.warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning, stacklevel=2)
        return call(*args, **kwargs)

    return old


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name.endswith("_"):
        found = _bridge.find(__name__, name)
        if found is not MISSING:
            globals()[name] = _filling(found)
            return globals()[name]
    elif _bridge.find(__name__, f"{name}_") is not MISSING:
        globals()[name] = _deprecated(name, __getattr__(f"{name}_"))
        return globals()[name]
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
