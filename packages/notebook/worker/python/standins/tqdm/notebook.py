"""The same bars."""

from . import tqdm, trange  # noqa: F401
