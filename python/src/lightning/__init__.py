"""`lightning`: the training loop, in Python over `torch`."""

from . import pytorch
from .pytorch.callbacks import Callback
from .pytorch.core import LightningDataModule, LightningModule
from .pytorch.trainer.trainer import Trainer
from .pytorch.utilities.seed import seed_everything

# The version that it is like.
__version__ = "2.6.0"

__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "pytorch", "seed_everything"]
