"""Pictures with the names of PIL's: sizes, modes, and the changes that programs make before a transform sees one."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import _bridge, _door
from torch._bridge import JsException, translated
from torch._overrides import disabled_torch_function
from torch._tensor import Tensor

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "YCbCr": 3, "P": 1}
# PIL's numbers of filters, by torchvision's names.
NEAREST, LANCZOS, BILINEAR, BICUBIC = range(4)
_FILTERS = {NEAREST: "nearest", LANCZOS: "lanczos", BILINEAR: "bilinear", BICUBIC: "bicubic"}
FLIP_LEFT_RIGHT, FLIP_TOP_BOTTOM, ROTATE_90, ROTATE_180, ROTATE_270, TRANSPOSE, TRANSVERSE = range(7)
# How much of red, green and blue is in brightness, and in what blue and red have more than it (JFIF 1.02).
_SHARES = ((0.299, 0.587, 0.114), (-0.16874, -0.33126, 0.5), (0.5, -0.41869, -0.08131))
# The same brightness in 65,536ths, in which PIL counts grey.
_GREY = (19595, 38470, 7471)


def bands(mode: str) -> tuple[str, ...]:
    """The names of the channels of a mode."""
    if mode not in _BANDS:
        raise ValueError(f"expected one of the modes {', '.join(_BANDS)}, but got {mode!r}")
    return ("Y", "Cb", "Cr") if mode == "YCbCr" else tuple(mode)


class Picture(Tensor):
    """A picture of bytes [H, W, C], with the attributes and methods of PIL's images."""

    __torch_function__ = staticmethod(disabled_torch_function)
    _mode: str
    # Of mode P: red, green, blue and alpha of each number.
    _palette: Tensor | None = None

    def __new__(cls, data: Tensor, mode: str | None = None) -> Picture:
        try:
            made = _made_of(_bridge.js.alias(_MAKE(data.detach()._js)))
        except JsException as error:
            raise translated(error) from None
        if mode is not None:
            made._mode = mode
        return made

    @staticmethod
    def from_bytes(data: Any, shape: Any) -> Picture:
        """The picture of bytes that lie row by row, pixel by pixel."""
        flat = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        return Picture(flat.view(*shape))

    @property
    def mode(self) -> str:
        """`L`, `LA`, `RGB`, `RGBA`, `YCbCr`, or `P`, whose pixels are numbers of a palette's colours."""
        return self.__dict__.get("_mode") or _MODES[self.shape[2]]

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self.shape[1]

    @property
    def height(self) -> int:
        """Rows."""
        return self.shape[0]

    @property
    def size(self) -> tuple[int, int]:  # type: ignore[override]
        """Width and height."""
        return (self.width, self.height)

    def getbands(self) -> tuple[str, ...]:
        """The names of the channels."""
        return bands(self.mode)

    def copy(self) -> Picture:
        """A picture with memory of its own."""
        return self._with(self._pixels().clone())

    def convert(self, mode: str) -> Picture:
        """The picture in another mode."""
        if mode == self.mode:
            return self.copy()
        bands(mode)
        if mode == "P":
            raise ValueError("convert: a palette cannot be made of colours here; write convert('L') or convert('RGB')")
        if self.mode == "P":
            return Picture(_converted(self._colors(), "RGBA", mode), mode)
        return Picture(_converted(self._pixels(), self.mode, mode), mode)

    def getpalette(self, rawmode: str | None = "RGB") -> list[int] | None:
        """Red, green and blue of the palette's colours, one after another; None without a palette."""
        return None if self._palette is None else self._palette[:, :3].flatten().tolist()

    def _colors(self) -> Tensor:
        """The colours of a palette's picture, with alpha."""
        if self._palette is None:
            return _converted(self._pixels(), "L", "RGBA")
        return self._palette[self._pixels()[:, :, 0].long()]

    def split(self) -> tuple[Picture, ...]:
        """A picture of each channel."""
        return tuple(Picture(self._pixels()[:, :, i : i + 1].clone()) for i in range(self.shape[2]))

    def getchannel(self, channel: int | str) -> Picture:
        """The picture of one channel."""
        return self.split()[channel if isinstance(channel, int) else self.getbands().index(channel)]

    def crop(self, box: tuple[int, int, int, int] | None = None) -> Picture:
        """The part of the picture from the left and upper edge to before the right and lower one."""
        left, upper, right, lower = box or (0, 0, *self.size)
        return self._changed("crop", upper, left, lower - upper, right - left)

    def resize(self, size: tuple[int, int], resample: int | None = None, box: Any = None, reducing_gap: Any = None) -> Picture:
        """The picture of another width and height."""
        kind = BICUBIC if resample is None else int(resample)
        if kind not in _FILTERS:
            raise ValueError(f"Unknown resampling filter ({kind}).")
        part = self if box is None else self.crop(box)
        return part._changed("resize", [int(size[1]), int(size[0])], interpolation=_FILTERS[kind])

    def thumbnail(self, size: tuple[float, float], resample: int = BICUBIC, reducing_gap: Any = 2.0) -> None:
        """Refused: a tensor keeps its size."""
        raise RuntimeError("thumbnail: expected a program that takes a new picture, since a tensor keeps its size; write resize")

    def transpose(self, method: Any, *_: Any) -> Any:  # type: ignore[override]
        """The picture mirrored or turned."""
        x, kind = self._pixels(), int(method)
        turned = {
            FLIP_LEFT_RIGHT: lambda: x.flip(1),
            FLIP_TOP_BOTTOM: lambda: x.flip(0),
            ROTATE_90: lambda: x.rot90(1, (0, 1)),
            ROTATE_180: lambda: x.rot90(2, (0, 1)),
            ROTATE_270: lambda: x.rot90(3, (0, 1)),
            TRANSPOSE: lambda: x.transpose(0, 1),
            TRANSVERSE: lambda: x.rot90(2, (0, 1)).transpose(0, 1),
        }
        return self._with(turned[kind]().contiguous())

    def rotate(self, angle: float, resample: int = NEAREST, expand: bool = False, center: Any = None, **_: Any) -> Picture:
        """The picture turned against the clock."""
        named = {"interpolation": _FILTERS[int(resample)], "expand": bool(expand), "center": center}
        return self._changed("rotate", angle, **named)

    def getpixel(self, xy: tuple[int, int]) -> Any:
        """The numbers of a pixel."""
        numbers = self._pixels()[xy[1], xy[0]].tolist()
        return numbers[0] if len(numbers) == 1 else tuple(numbers)

    def getextrema(self) -> Any:
        """The least and the largest number, of each channel."""
        pairs = [(int(part.min()), int(part.max())) for part in self._pixels().unbind(2)]
        return pairs[0] if len(pairs) == 1 else tuple(pairs)

    def tobytes(self) -> bytes:
        """All numbers, row by row."""
        return bytes(self._pixels().flatten().tolist())

    def save(self, fp: Any, format: str | None = None, **_: Any) -> None:
        """Writes the picture as a PNG file."""
        name = os.fspath(fp) if isinstance(fp, str | os.PathLike) else ""
        kind = (format or os.path.splitext(name)[1].lstrip(".") or "png").lower()
        if kind != "png":
            raise ValueError(f"save: expected a PNG file, but got {kind}; call the file name.png")
        pixels = _converted(self._pixels(), self.mode, "RGB") if self.mode == "YCbCr" else self._pixels()
        if self.mode == "P":
            pixels = self._colors()
        from . import io

        data = bytes(io.encode_png(pixels.permute(2, 0, 1)).tolist())
        if name:
            with open(name, "wb") as file:
                file.write(data)
        else:
            fp.write(data)

    def load(self) -> None:
        """Changes nothing: the picture is there."""

    def close(self) -> None:
        """Changes nothing."""

    def __enter__(self) -> Picture:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        pixels = self._pixels()
        array = (pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __eq__(self, other: Any) -> Any:
        if isinstance(other, Picture):
            return self.mode == other.mode and torch.equal(self._pixels(), other._pixels())
        return Tensor.__eq__(self, other)

    __hash__ = Tensor.__hash__

    def __repr__(self, **_: Any) -> str:
        return f"<PIL.Image.Image image mode={self.mode} size={self.width}x{self.height}>"

    __str__ = __repr__

    def _pixels(self) -> Tensor:
        """The numbers as a plain tensor."""
        return self.detach()

    def _with(self, pixels: Tensor) -> Picture:
        made = Picture(pixels, self.mode)
        made._palette = self._palette
        return made

    def _changed(self, name: str, *args: Any, **keywords: Any) -> Picture:
        from .transforms import functional

        if self.mode == "P" and keywords.get("interpolation") is not None:
            # There is nothing between two numbers of colours.
            keywords["interpolation"] = "nearest"
        made = getattr(functional, name)(self, *args, **keywords)
        made._mode = self.mode
        made._palette = self._palette
        return made


def _part(numbers: Tensor, share: float, zero: int = 0) -> Tensor:
    """A share of bytes in 64ths, each rounded as PIL's tables are."""
    return torch.tensor([int((i - zero) * share * 64 + 0.5) for i in range(256)])[numbers.long()]


def _from_ycc(pixels: Tensor) -> Tensor:
    y, cb, cr = pixels.unbind(2)
    green = _part(cb, -0.34414, 128) + _part(cr, -0.71414, 128)
    more = (_part(cr, 1.402, 128), green, _part(cb, 1.772, 128))
    return torch.stack([y.long() + part // 64 for part in more], 2).clamp(0, 255).to(torch.uint8)


def _to_ycc(pixels: Tensor) -> Tensor:
    bands = pixels.unbind(2)
    sums = [sum(_part(band, share) for band, share in zip(bands, shares)) // 64 for shares in _SHARES]
    return torch.stack([sums[0], sums[1] + 128, sums[2] + 128], 2).clamp(0, 255).to(torch.uint8)


def _converted(pixels: Tensor, mode: str, wanted: str) -> Tensor:
    """Pixels of one mode in another."""
    alpha = pixels[:, :, -1:] if mode in ("LA", "RGBA") else torch.full_like(pixels[:, :, :1], 255)
    colors = pixels[:, :, :-1] if mode in ("LA", "RGBA") else pixels
    if mode == "YCbCr":
        colors = _from_ycc(colors)
    if wanted in ("L", "LA"):
        if colors.shape[2] == 3:
            shares = torch.tensor(_GREY)
            colors = (((colors.long() * shares).sum(2, keepdim=True) + 0x8000) // 65536).to(torch.uint8)
        return torch.cat([colors, alpha], 2) if wanted == "LA" else colors.clone()
    if colors.shape[2] == 1:
        colors = colors.expand(-1, -1, 3)
    if wanted == "YCbCr":
        return _to_ycc(colors)
    return torch.cat([colors, alpha], 2) if wanted == "RGBA" else colors.clone()


_MAKE = _door.js.maker(_bridge.js.find("torchvision", "Picture")[1])


def _made_of(handle: Any) -> Picture:
    made = object.__new__(Picture)
    made._js = handle
    return made


def of_pil(image: Any) -> Picture:
    """The picture of one of Pillow's images, in Pyodide's own distribution."""
    if image.mode not in _BANDS:
        image = image.convert("RGB")
    return Picture.from_bytes(image.tobytes(), (image.height, image.width, len(image.getbands())))


_bridge.makers["Picture"] = _made_of
