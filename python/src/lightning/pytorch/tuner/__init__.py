"""`lightning.pytorch.tuner`: looks for settings of a module."""

from .tuning import Tuner

__all__ = ["Tuner"]
