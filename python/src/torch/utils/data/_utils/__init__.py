"""What loaders make of items."""

from . import collate

__all__ = ["collate"]
