"""`captum`: looking inside networks."""

from . import attr, concept, metrics

# The version that it is like.
__version__ = "0.9.0"

__all__ = ["attr", "concept", "metrics"]
