"""`lightning.fabric`: what is there without a trainer."""

from lightning import seed_everything

__all__ = ["seed_everything"]
