"""`captum`: looking inside networks."""

from . import attr, concept, metrics

__all__ = ["attr", "concept", "metrics"]
