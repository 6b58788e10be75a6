"""Stands in for Jupyter's backend of Matplotlib."""
