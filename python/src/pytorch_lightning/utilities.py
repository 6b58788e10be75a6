"""`pytorch_lightning.utilities`: the same as `lightning.pytorch.utilities`."""

from lightning.pytorch.utilities import *  # noqa: F403
