"""Lines, as legends are made of them."""

from ._artists import Line2D  # noqa: F401
