"""Where older notebooks find what `IPython.display` has."""
