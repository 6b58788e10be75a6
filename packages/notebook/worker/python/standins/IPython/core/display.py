"""`IPython.display` by its older name."""

from ..display import *  # noqa: F403
