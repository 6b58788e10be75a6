"""`torch.utils`: data sets and loaders, hooks, checkpoints."""

from . import data, hooks

__all__ = ["data", "hooks"]


def __getattr__(name: str) -> object:
    if name in ("checkpoint", "tensorboard"):
        import importlib

        return importlib.import_module(f"torch.utils.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
