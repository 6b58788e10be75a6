"""`torchvision.utils`: pictures of pictures."""

from __future__ import annotations

from typing import Any

import torch
from torch import _door
from torch._pictures import Picture


@torch.no_grad()
def save_image(tensor: Any, fp: Any, format: str | None = None, **grid: Any) -> None:
    """Writes a picture, or a batch as a grid, of floats from 0 to 1 as a PNG file, or in a page as JPEG or WebP: to a path, or into a file that is open for bytes."""
    made = _door.attribute(__name__, "make_grid", {})(tensor, **grid)
    pixels = made.mul(255).add(0.5).clamp(0, 255).to(torch.uint8)
    Picture(pixels.permute(1, 2, 0)).save(fp, format)


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
