"""Axes in three dimensions, seen from one side."""

from .axes3d import Axes3D  # noqa: F401
