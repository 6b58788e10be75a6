"""Stands in for Matplotlib's toolkits, of which it has `mplot3d`."""
