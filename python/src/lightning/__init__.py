"""`lightning`: the training loop, in Python over `torch`."""

from . import pytorch
from .pytorch import __version__  # noqa: F401
from .pytorch.callbacks import Callback
from .pytorch.core import LightningDataModule, LightningModule
from .pytorch.trainer.trainer import Trainer
from .pytorch.utilities.seed import seed_everything

__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "pytorch", "seed_everything"]
