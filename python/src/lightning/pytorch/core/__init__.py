"""`lightning.pytorch.core`: modules and data modules."""

from .datamodule import LightningDataModule
from .module import LightningModule

__all__ = ["LightningDataModule", "LightningModule"]
