"""`torch.nn.functional`: the library's functions, found by their names."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import Any

from .. import _bridge, _overrides

# By name: the library's functions in whose place a program has put its own. Layers call those, as PyTorch's do.
_replaced: dict[str, Any] = {}


class _Replaceable(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            before = _replaced.get(name, getattr(self, name, None))
            if value is before:
                _replaced.pop(name, None)
            elif callable(before):
                _replaced[name] = before
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Replaceable


@_overrides.overridable
def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """A tensor with more elements at its edges."""
    bound = _bridge.js.find(__name__, "pad")[1]
    named = {"value": int(value) if isinstance(value, bool) else value}
    return _bridge.call(bound, (input, pad, mode), named, "pad")


def _interpolated(name: str, input: Any, size: Any, scale_factor: Any, mode: str, align_corners: bool | None) -> Any:
    warnings.warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=3)
    return _bridge.find(__name__, "interpolate")(
        input, size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners
    )


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Any:
    """The older name of `interpolate`."""
    return _interpolated("upsample", input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` by the nearest element."""
    return _interpolated("upsample_nearest", input, size, scale_factor, "nearest", None)


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` by lines between elements, whose corners stay."""
    return _interpolated("upsample_bilinear", input, size, scale_factor, "bilinear", True)


def __getattr__(name: str) -> Any:
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
