"""Stands in for Matplotlib where Pyodide's is not loaded: `matplotlib.pyplot` draws by the plots of the notebook."""

from typing import Any

__version__ = "3.10.0+lamplight"

rcParams: dict[str, Any] = {}
rcParamsDefault: dict[str, Any] = {}


def use(backend: str, **_: Any) -> None:
    """Taken for the sake of Matplotlib: plots stand below the cell."""


def rc(group: str, **settings: Any) -> None:
    """Taken for the sake of Matplotlib: plots have the look of the page."""
    for name, value in settings.items():
        rcParams[f"{group}.{name}"] = value


def absent(name: str) -> AttributeError:
    """The error of what the notebook's own plots lack."""
    return AttributeError(
        f"{name}: the notebook's own plots do not have it. To draw with Matplotlib itself, write `!pip install --force-reinstall matplotlib` in a cell, "
        "and run the cells from the one that imports it"
    )
