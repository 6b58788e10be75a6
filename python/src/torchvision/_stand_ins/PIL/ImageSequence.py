"""`PIL.ImageSequence`: the frames of a picture, of which there is one."""

from __future__ import annotations

from typing import Any

from . import Image


class Iterator:
    """Goes through the frames."""

    def __init__(self, im: Image.Image) -> None:
        self.im = im

    def __getitem__(self, ix: int) -> Image.Image:
        if ix != 0:
            raise IndexError("end of sequence")
        return self.im


def all_frames(im: Any, func: Any = None) -> list[Image.Image]:
    """The frames of a picture, or of several, as a function changes them."""
    frames = [each.copy() for each in (im if isinstance(im, list) else [im])]
    return [func(frame) for frame in frames] if func else frames
