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


class _Keys(type):
    """Has a member of any name, which is one object."""

    def __getattr__(cls, name: str) -> DispatchKey:
        if name.startswith("__"):
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        made = cls(name)
        setattr(cls, name, made)
        return made


class DispatchKey(metaclass=_Keys):
    """One of the ways that PyTorch takes to an operation's code: a name, since there is one way here."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"DispatchKey.{self.name}"


class DispatchKeySet:
    """Some of these ways."""

    def __init__(self, *keys: DispatchKey) -> None:
        self._keys = frozenset(keys)

    def __or__(self, other: DispatchKeySet) -> DispatchKeySet:
        return DispatchKeySet(*self._keys | other._keys)

    def __and__(self, other: DispatchKeySet) -> DispatchKeySet:
        return DispatchKeySet(*self._keys & other._keys)

    def __sub__(self, other: DispatchKeySet) -> DispatchKeySet:
        return DispatchKeySet(*self._keys - other._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DispatchKeySet) and self._keys == other._keys

    def __hash__(self) -> int:
        return hash(self._keys)

    def has(self, key: DispatchKey) -> bool:
        """Whether a way is one of them."""
        return key in self._keys

    def add(self, key: DispatchKey) -> DispatchKeySet:
        """These, and one more."""
        return DispatchKeySet(*self._keys, key)

    def remove(self, key: DispatchKey) -> DispatchKeySet:
        """These without one."""
        return DispatchKeySet(*self._keys - {key})


class _ExcludeDispatchKeyGuard:
    """Changes nothing: there is one way."""

    def __init__(self, keys: DispatchKeySet) -> None:
        self.keys = keys

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


_IncludeDispatchKeyGuard = _ExcludeDispatchKeyGuard

def _saved_tensors_hooks_is_enabled() -> bool:
    """Whether a block of `saved_tensors_hooks` may be entered."""
    from . import _saved

    return _saved.refusal is None


_nn = SimpleNamespace(_parse_to=_parse_to)
_autograd = SimpleNamespace(_saved_tensors_hooks_is_enabled=_saved_tensors_hooks_is_enabled)

__getattr__, __dir__ = answering(__name__, globals())
