"""`torchvision.io`: pictures from the interpreter's files and to them, as tensors [C, H, W] of bytes."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import _door
from torch._pictures import picture_of, png_of


def read_file(path: str | os.PathLike) -> Any:
    """The bytes of a file."""
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)


def write_file(filename: str | os.PathLike, data: Any) -> None:
    """Writes bytes to a file."""
    with open(filename, "wb") as file:
        file.write(bytes(data.tolist()))


def decode_image(input: Any, mode: Any = "UNCHANGED", apply_exif_orientation: bool = False) -> Any:
    """The picture in a file that was read: its path, or its bytes. Of a PNG with a palette `UNCHANGED` has the numbers of its colours."""
    data = input if hasattr(input, "tolist") else read_file(input)
    return picture_of(bytes(data.tolist()), mode, apply_exif_orientation).detach().permute(2, 0, 1).contiguous()


def read_image(path: str | os.PathLike, mode: Any = "UNCHANGED", apply_exif_orientation: bool = False) -> Any:
    """The picture in a file."""
    return decode_image(path, mode, apply_exif_orientation)


decode_png = decode_jpeg = decode_webp = decode_gif = decode_image


def write_png(input: Any, filename: str | os.PathLike, compression_level: int = 6) -> None:
    """Writes a picture of bytes as a PNG file."""
    with open(filename, "wb") as file:
        file.write(png_of(input, compression_level))


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
