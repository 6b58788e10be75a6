"""`captum`: looking inside networks."""

from . import attr

__all__ = ["attr"]
