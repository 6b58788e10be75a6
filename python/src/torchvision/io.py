"""`torchvision.io`: pictures from the interpreter's files and to them, as tensors [C, H, W] of bytes."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import _bridge, _door
from torch._bridge import to_js

from ._pictures import Picture


def read_file(path: str | os.PathLike) -> Any:
    """The bytes of a file."""
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)


def write_file(filename: str | os.PathLike, data: Any) -> None:
    """Writes bytes to a file."""
    with open(filename, "wb") as file:
        file.write(bytes(data.tolist()))


def picture_of(data: bytes, mode: Any = "UNCHANGED", apply_exif_orientation: bool = False) -> Picture:
    """The picture in a file's bytes, for which Python waits."""
    bound = _bridge.js.find("torchvision.io", "readImage")[1]
    named = {"mode": getattr(mode, "name", mode), "applyExifOrientation": bool(apply_exif_orientation)}
    return _bridge.call(bound, (to_js(data),), named, "read_image")


def palette_picture_of(data: bytes) -> Picture:
    """As `picture_of`; of a PNG with a palette the numbers of its colours, mode P, as PIL opens it."""
    picture = picture_of(data)
    if data[:4] != b"\x89PNG" or data[25:26] != b"\x03":
        return picture
    palette = torch.zeros(256, 4, dtype=torch.uint8)
    palette[picture.detach().flatten().long()] = picture_of(data, "RGB_ALPHA").detach().flatten(0, 1)
    picture._mode, picture._palette = "P", palette
    return picture


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
    encode = _bridge.js.find("torchvision.io", "encodePng")[1]
    write_file(filename, _bridge.call(encode, (input, compression_level), {}, "write_png"))


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
