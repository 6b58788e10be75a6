"""What stands below a cell."""

import os
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js


def clear_output(wait: bool = False) -> None:
    """Takes away what the cell has put out so far."""
    cells.clear()


class FileLink:
    """A file that a visitor saves with a button below the cell, once it is displayed."""

    def __init__(self, path: str, **_: Any) -> None:
        self.path = str(path)

    def show(self) -> None:
        """Offers the file as it is now."""
        with open(self.path, "rb") as file:
            cells.offer(os.path.basename(self.path), to_js(file.read()))

    def __repr__(self) -> str:
        return os.path.abspath(self.path)


def display(*things: Any, **_: Any) -> None:
    """Puts values below the cell: pictures as pictures, all else as it prints."""
    for thing in things:
        if isinstance(thing, FileLink) or (type(thing).__module__ == "matplotlib.pyplot" and hasattr(thing, "show")):
            thing.show()
        else:
            print(repr(thing))


def HTML(text: str) -> str:
    """The text itself: notebooks show no markup of cells."""
    return text


Markdown = HTML
