"""`pytorch_lightning`: what `lightning.pytorch` has, under its older name."""

import sys

from lightning.pytorch import (
    Callback,
    LightningDataModule,
    LightningModule,
    Trainer,
    callbacks,
    loggers,
    seed_everything,
    tuner,
    utilities,
)

# The version that it is like.
__version__ = "2.6.0"

# Its modules are the same ones.
for _name, _module in list(sys.modules.items()):
    if _name.startswith("lightning.pytorch."):
        sys.modules[_name.replace("lightning.pytorch", __name__, 1)] = _module

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
