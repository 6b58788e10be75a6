"""`pytorch_lightning.tuner`: the same as `lightning.pytorch.tuner`."""

from lightning.pytorch.tuner import *  # noqa: F403
