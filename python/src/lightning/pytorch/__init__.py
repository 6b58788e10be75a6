"""`lightning.pytorch`: what `lightning` has, under its longer name."""

from lightning import Callback, LightningDataModule, LightningModule, Trainer, callbacks, seed_everything

__all__ = ["Callback", "LightningDataModule", "LightningModule", "Trainer", "callbacks", "seed_everything"]
