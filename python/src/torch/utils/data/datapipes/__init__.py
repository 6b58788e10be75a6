"""`torch.utils.data.datapipes`: data sets that are built of steps, each a pipe from the one before."""

from . import iter, map

__all__ = ["iter", "map"]
