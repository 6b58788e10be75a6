"""`torch.nn.modules`: the classes of `torch.nn`."""

from __future__ import annotations

from typing import Any

import _lamplight_modules as js

from ..._aliases import add_modules
from ._layer import families, make, make_classes
from ._parameters import ParameterDict, ParameterList
from .container import ModuleDict, ModuleList, Sequential
from .module import Module

globals().update(make_classes(js.classes(), "torch.nn"))
# The projection of attention.
NonDynamicallyQuantizableLinear = make("NonDynamicallyQuantizableLinear", None, ["Linear"], "torch.nn.modules.linear")
globals().update(families)

__all__ = [
    "Module",
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
    "Sequential",
    *sorted(name for name, value in globals().items() if isinstance(value, type) and value.__module__ == "torch.nn"),
]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


add_modules(__name__)
