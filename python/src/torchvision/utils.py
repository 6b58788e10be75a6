"""`torchvision.utils`: pictures of pictures."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import _bridge, _door


@torch.no_grad()
def save_image(tensor: Any, fp: Any, format: str | None = None, **grid: Any) -> None:
    """Writes a picture, or a batch as a grid, of floats from 0 to 1 as a PNG file: to a path, or into a file that is open for bytes."""
    from . import io

    name = os.fspath(fp) if isinstance(fp, str | os.PathLike) else ""
    kind = format or os.path.splitext(name)[1].lstrip(".") or "png"
    if kind.lower() != "png":
        raise ValueError(f"save_image: expected a PNG file, but got {kind}; call the file name.png")
    made = _door.attribute(__name__, "make_grid", {})(tensor, **grid)
    pixels = made.mul(255).add(0.5).clamp(0, 255).to(torch.uint8)
    if name:
        io.write_png(pixels, name)
    else:
        fp.write(bytes(io.encode_png(pixels).tolist()))


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
