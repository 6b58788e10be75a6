"""`torch.nn.modules`: the classes of `torch.nn`."""

from __future__ import annotations

import warnings
from typing import Any

import _lamplight_modules as js

from ..._aliases import add_modules
from . import _link
from ._layer import families, make, make_classes
from ._parameters import ParameterDict, ParameterList
from .container import ModuleDict, ModuleList, Sequential
from .module import Module

globals().update(make_classes(js.classes(), "torch.nn"))
# The projection of attention.
NonDynamicallyQuantizableLinear = make("NonDynamicallyQuantizableLinear", None, ["Linear"], "torch.nn.modules.linear")
globals().update(families)


class NLLLoss2d(_link.classes["NLLLoss"]):  # type: ignore[misc]
    """The older name of `NLLLoss`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            "`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see "
            "https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__(*args, **kwargs)


NLLLoss2d.__module__ = "torch.nn"

__all__ = [
    "Module",
    "ModuleDict",
    "ModuleList",
    "ParameterDict",
    "ParameterList",
    "RNNBase",
    "RNNCellBase",
    "Sequential",
    *sorted(name for name, value in globals().items() if isinstance(value, type) and value.__module__ == "torch.nn"),
]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


add_modules(__name__)
