"""Stands in for Matplotlib where Pyodide's is not loaded: `matplotlib.pyplot` draws by the plots of the notebook."""

from typing import Any

__version__ = "3.10.0+lamplight"

rcParams: dict[str, Any] = {}


def use(backend: str, **_: Any) -> None:
    """Taken for the sake of Matplotlib: plots stand below the cell."""


def rc(group: str, **settings: Any) -> None:
    """Taken for the sake of Matplotlib: plots have the look of the page."""
