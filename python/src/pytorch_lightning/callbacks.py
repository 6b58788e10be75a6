"""`pytorch_lightning.callbacks`: the same as `lightning.pytorch.callbacks`."""

from lightning.pytorch.callbacks import *  # noqa: F403
