"""`torch._C`: the few of its functions that packages call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ._overrides import DisableTorchFunctionSubclass, is_enabled
from ._overrides import disabled_torch_function as _disabled_torch_function_impl  # noqa: F401
from ._tensor import Tensor as TensorBase  # noqa: F401
from ._tree import answering
from ._types import Generator, Size, device, dtype, layout, memory_format  # noqa: F401

__path__: list[str] = []
DisableTorchFunction = DisableTorchFunctionSubclass
_is_torch_function_enabled = is_enabled


def _log_api_usage_once(event: str) -> None:
    """Notes nothing."""


def _get_tracing_state() -> None:
    """None: nothing is traced."""


def _are_functorch_transforms_active() -> bool:
    """No: functions are transformed without."""
    return False


def _parse_to(*args: Any, **kwargs: Any) -> tuple[Any, Any, bool, Any]:
    """The device, dtype, `non_blocking` and memory format of the arguments of `Tensor.to`."""
    given: dict[str, Any] = dict(kwargs)
    for arg in args:
        if isinstance(arg, dtype):
            given["dtype"] = arg
        elif isinstance(arg, TensorBase):
            given.update(device=arg.device, dtype=arg.dtype)
        elif isinstance(arg, device | str | int) and not isinstance(arg, bool):
            given["device"] = arg
    place = given.get("device")
    place = place if place is None or isinstance(place, device) else device(place)
    return place, given.get("dtype"), bool(given.get("non_blocking", False)), given.get("memory_format")


_nn = SimpleNamespace(_parse_to=_parse_to)

__getattr__, __dir__ = answering(__name__, globals())
