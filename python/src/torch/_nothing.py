"""Tensors without elements, of any dtype: what the device does not compute in can be told of them all the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import _bridge
from ._bridge import js
from ._creation import _CODES
from ._overrides import disabled_torch_function
from ._tensor import Tensor, _new
from ._types import dtype


class Nothing(Tensor):
    """A tensor without elements, of a dtype that the device does not have."""

    _dtype: dtype
    __torch_function__ = staticmethod(disabled_torch_function)  # type: ignore[assignment]

    dtype = property(lambda self: self._dtype)
    itemsize = property(lambda self: self._dtype.itemsize)

    def element_size(self) -> int:
        """The bytes that an element would have."""
        return self._dtype.itemsize

    def is_floating_point(self) -> bool:
        """Whether elements would be floats."""
        return self._dtype.is_floating_point

    def is_signed(self) -> bool:
        """Whether elements could be negative."""
        return self._dtype.is_signed


def making(name: str) -> Callable[..., Any]:
    """A function of the library that makes tensors of sizes; for those without elements it takes any dtype."""
    make = _bridge.find("torch", name)

    @functools.wraps(make)
    def made(*size: Any, **keywords: Any) -> Any:
        kind = keywords.get("dtype")
        if type(kind) is dtype and kind._name not in _CODES and not kind.is_complex:
            sizes = keywords.get("size", size[0] if len(size) == 1 and not isinstance(size[0], int) else size)
            if 0 in sizes:
                found = _new(Nothing)
                inner = make(*size, **{**keywords, "dtype": None})
                js.hold(inner._js)
                found._js, found._dtype = inner._js, kind
                return found
        return make(*size, **keywords)

    return made


empty, ones, zeros = making("empty"), making("ones"), making("zeros")
