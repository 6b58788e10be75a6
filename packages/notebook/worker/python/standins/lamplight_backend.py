"""What Matplotlib itself draws by in a notebook: figures are pictures below the cell. MPLBACKEND names it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from lamplight_display import show_picture
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase

# Pixels of a figure for one of the page.
_DENSITY = 2


def put(figure: Any) -> None:
    """Puts a figure below the cell."""
    file = BytesIO()
    figure.savefig(file, format="png", dpi=figure.dpi * _DENSITY, bbox_inches="tight")
    data = file.getvalue()
    # A PNG says its width and height in its first bytes.
    width, height = (int.from_bytes(data[at : at + 4], "big") / _DENSITY for at in (16, 20))
    show_picture(data, width, height, "figure")


def show(*_: Any, **__: Any) -> None:
    """Puts all figures below the cell, which are done with then."""
    for manager in Gcf.get_all_fig_managers():
        put(manager.canvas.figure)
    Gcf.destroy_all()
