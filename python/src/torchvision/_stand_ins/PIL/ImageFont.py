"""`PIL.ImageFont`: names that programs import; letters are drawn by Pillow itself alone."""

from __future__ import annotations

from typing import Any


class ImageFont:
    """A font."""


class FreeTypeFont:
    """A font from a file."""


def _absent(*_: Any, **__: Any) -> Any:
    raise OSError("ImageFont: expected Pillow itself, since there are no fonts here; write `!pip install pillow` in the first cell of a notebook, or load Pyodide's pillow")


load = load_default = load_path = truetype = _absent
