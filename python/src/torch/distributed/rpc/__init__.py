"""`torch.distributed.rpc`: calls of functions in other processes, of which a page has none."""

from . import api


def is_available() -> bool:
    """No: it is not."""
    return False


__all__ = ["api", "is_available"]
