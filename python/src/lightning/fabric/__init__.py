"""`lightning.fabric`: what is there without a trainer."""

from ..pytorch.utilities.seed import seed_everything

__all__ = ["seed_everything"]
