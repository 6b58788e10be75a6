"""`lightning.pytorch`: what `lightning` has, under its longer name."""

from . import callbacks, loggers, tuner, utilities
from .callbacks import Callback
from .core import LightningDataModule, LightningModule
from .trainer.trainer import Trainer
from .utilities.seed import seed_everything

# The version that it is like.
__version__ = "2.6.0"

__all__ = [
    "Callback",
    "LightningDataModule",
    "LightningModule",
    "Trainer",
    "callbacks",
    "loggers",
    "seed_everything",
    "tuner",
    "utilities",
]
