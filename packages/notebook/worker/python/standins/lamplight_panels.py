"""Panels that cells put below themselves. `lamplight_notebook` gives their names to cells."""

from __future__ import annotations

import re
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js


def _plain(value: Any) -> Any:
    """Lists of numbers of tensors, arrays and tuples."""
    if hasattr(value, "detach"):
        value = value.detach()
    return value.tolist() if hasattr(value, "tolist") else value


def _options(options: dict[str, Any]) -> Any:
    from js import Object

    names = {re.sub(r"_(\w)", lambda found: found[1].upper(), name): _plain(value) for name, value in options.items()}
    return to_js(names, dict_converter=Object.fromEntries)


def panel(name: str, **options: Any) -> None:
    """
    A panel to be touched: `panel("convolution", size=7, kernel="edges", padding=1)`, whose kernel may be rows of numbers, or `panel("channels")`.
    """
    cells.panel(name, _options(options))
