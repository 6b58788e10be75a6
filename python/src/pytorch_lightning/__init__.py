"""`pytorch_lightning`: what `lightning` has, under its older name."""

from lightning import Callback, LightningDataModule, LightningModule, Trainer, callbacks, seed_everything

__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "callbacks", "seed_everything"]
