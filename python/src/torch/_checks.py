"""Checks that raise what they are named after: `torch._check(condition, message)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["_check", "_check_index", "_check_not_implemented", "_check_tensor_all", "_check_type", "_check_value"]


def _checking(name: str, error: type[Exception]) -> Callable[..., None]:
    def check(cond: Any, message: Callable[[], Any] | None = None) -> None:
        if not isinstance(cond, bool):
            raise TypeError(f"cond must be a bool, but got {type(cond)}")
        if cond:
            return
        if message is not None and not callable(message):
            raise TypeError("message must be a callable")
        raise error("Expected cond to be True, but got False. (Could this error message be improved? If so, please report "
                    "an enhancement request to PyTorch.)" if message is None else str(message()))

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Raises {error.__name__}, with what `message()` gives, where `cond` is False."
    return check


_check = _checking("_check", RuntimeError)
_check_index = _checking("_check_index", IndexError)
_check_value = _checking("_check_value", ValueError)
_check_type = _checking("_check_type", TypeError)
_check_not_implemented = _checking("_check_not_implemented", NotImplementedError)


def _check_tensor_all(cond: Any, message: Callable[[], Any] | None = None) -> None:
    """Raises RuntimeError where an element of a tensor of bools is False."""
    if not hasattr(cond, "_js"):
        raise TypeError(f"cond must be a tensor, but got {type(cond)}")
    if cond._js.dtype != "bool":
        raise TypeError(f"cond tensor must have dtype torch.bool, but got {cond.dtype}")
    _check(bool(cond.all()), message)
