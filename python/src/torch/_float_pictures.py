"""Pictures of one channel whose pixels are numbers of float32: Pillow's mode F, as maps of attention have it."""

from __future__ import annotations

from typing import Any

import torch

from . import _pictures, _resampling
from ._tensor import Tensor


class FloatPicture:
    """Numbers [H, W], with the attributes and methods of PIL's images."""

    mode = "F"

    def __init__(self, data: Any) -> None:
        numbers = torch.as_tensor(data).detach().float()
        if numbers.dim() == 3:
            # The channel comes first in tensors and last in arrays.
            numbers = numbers.squeeze(0 if isinstance(data, Tensor) else -1)
        if numbers.dim() != 2:
            raise ValueError(f"expected numbers [H, W] for mode F, but got shape {list(numbers.shape)}")
        self._numbers = numbers.clone()

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self._numbers.shape[1]

    @property
    def height(self) -> int:
        """Rows."""
        return self._numbers.shape[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return (self.width, self.height)

    def getbands(self) -> tuple[str, ...]:
        """The name of the channel."""
        return ("F",)

    def copy(self) -> FloatPicture:
        """A picture with memory of its own."""
        return FloatPicture(self._numbers)

    def convert(self, mode: str) -> Any:
        """The picture in another mode: numbers from 0 to 255, without what is behind their points."""
        if mode == "F":
            return self.copy()
        grey = _pictures.Picture(self._numbers.clamp(0, 255).to(torch.uint8))
        return grey if mode == "L" else grey.convert(mode)

    def crop(self, box: tuple[int, int, int, int] | None = None) -> FloatPicture:
        """The part of the picture from the left and upper edge to before the right and lower one."""
        left, upper, right, lower = map(round, box or (0, 0, *self.size))
        return FloatPicture(self._numbers[upper:lower, left:right])

    def resize(self, size: tuple[int, int], resample: int | None = None, box: Any = None, reducing_gap: Any = None) -> FloatPicture:
        """The picture, or what a box of it holds, with another width and height."""
        kind = _pictures.BICUBIC if resample is None else int(resample)
        made = _resampling.resampled(self._numbers.unsqueeze(2), size, kind, tuple(box or (0, 0, *self.size)))
        return FloatPicture(made.squeeze(2))

    def getextrema(self) -> tuple[float, float]:
        """The least number and the greatest."""
        return (self._numbers.min().item(), self._numbers.max().item())

    def getpixel(self, xy: tuple[int, int]) -> float:
        """The number at a place."""
        return self._numbers[xy[1], xy[0]].item()

    def detach(self) -> Tensor:
        """The numbers [H, W]."""
        return self._numbers

    def tolist(self) -> list[list[float]]:
        """The numbers of each row."""
        return self._numbers.tolist()

    def save(self, fp: Any, format: str | None = None, **_: Any) -> None:
        """Refuses: files of pictures hold bytes."""
        raise OSError("cannot write mode F; write the picture as convert('L')")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        array = self._numbers.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"<PIL.Image.Image image mode=F size={self.width}x{self.height}>"
