"""The formats of figures, which the page chooses."""

from IPython.display import set_matplotlib_formats  # noqa: F401
