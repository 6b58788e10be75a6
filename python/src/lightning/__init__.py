"""`lightning`: the training loop, in Python over `torch`."""

import os
import random
from typing import Any

import torch

from . import callbacks
from .callbacks import Callback
from .module import LightningDataModule, LightningModule
from .trainer import Trainer


def seed_everything(seed: int | None = None, workers: bool = False, verbose: bool = True) -> int:
    """Seeds Python's and PyTorch's random numbers."""
    seed = 0 if seed is None else seed
    os.environ["PL_GLOBAL_SEED"] = str(seed)
    random.seed(seed)
    torch.manual_seed(seed)
    return seed


def __getattr__(name: str) -> Any:
    if name in ("pytorch", "fabric"):
        import importlib

        return importlib.import_module(f"lightning.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "callbacks", "seed_everything"]
