"""The same bars, in the place where they are in tqdm."""

from . import TqdmWarning, tqdm, trange

__all__ = ["TqdmWarning", "tqdm", "trange"]
