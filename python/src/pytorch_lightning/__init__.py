"""`pytorch_lightning`: what `lightning.pytorch` has, under its older name."""

import sys

from lightning.pytorch import *  # noqa: F403
from lightning.pytorch import __all__, __version__  # noqa: F401

# Its modules are the same ones.
for _name, _module in list(sys.modules.items()):
    if _name.startswith("lightning.pytorch."):
        sys.modules[_name.replace("lightning.pytorch", __name__, 1)] = _module
