"""What stands below a cell."""

from typing import Any

import _lamplight_cells as cells


def clear_output(wait: bool = False) -> None:
    """Takes away what the cell has put out so far."""
    cells.clear()


def display(*things: Any, **_: Any) -> None:
    """Puts values below the cell: pictures as pictures, all else as it prints."""
    for thing in things:
        if type(thing).__module__ == "matplotlib.pyplot" and hasattr(thing, "show"):
            thing.show()
        else:
            print(repr(thing))


def HTML(text: str) -> str:
    """The text itself: notebooks show no markup of cells."""
    return text


Markdown = HTML
