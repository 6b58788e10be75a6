"""`pytorch_lightning.loggers`: the same as `lightning.pytorch.loggers`."""

from lightning.pytorch.loggers import *  # noqa: F403
