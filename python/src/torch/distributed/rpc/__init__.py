"""`torch.distributed.rpc`: calls of functions in other processes, of which a page has none."""

from . import api

__all__ = ["api"]
