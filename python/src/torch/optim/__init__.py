"""`torch.optim`: optimizers and schedules of their learning rates."""

from .._aliases import add_modules
from . import lr_scheduler
from ._native import make_classes
from .optimizer import Optimizer

_classes = make_classes()
globals().update(_classes)

__all__ = ["Optimizer", "lr_scheduler", *sorted(_classes)]


def __getattr__(name: str) -> object:
    if name == "swa_utils":
        import importlib

        return importlib.import_module("torch.optim.swa_utils")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


add_modules(__name__)
