"""Pictures with the names of PIL's: sizes, modes, and the changes that programs make before a transform sees one."""

from __future__ import annotations

import os
from typing import Any

import torch

from . import _bridge, _door
from ._bridge import JsException, to_js, translated
from ._overrides import disabled_torch_function
from ._tensor import Tensor

_door.open_door("torchvision")

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "YCbCr": 3, "P": 1}
# Kinds of files that are written, by the endings of their names.
_KINDS = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
# PIL's numbers of filters, by torchvision's names.
NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)
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
        left, upper, right, lower = map(round, box or (0, 0, *self.size))
        return self._changed("crop", upper, left, lower - upper, right - left)

    def resize(self, size: tuple[int, int], resample: int | None = None, box: Any = None, reducing_gap: Any = None) -> Picture:
        """The picture, or what a box of fractions of pixels holds of it, with another width and height."""
        kind = BICUBIC if resample is None else int(resample)
        if kind not in (*_FILTERS, BOX, HAMMING):
            raise ValueError(f"Unknown resampling filter ({kind}).")
        box = (0, 0, *self.size) if box is None else tuple(box)
        if box[0] < 0 or box[1] < 0 or box[2] > self.width or box[3] > self.height:
            raise ValueError("Box can't exceed original image size")
        from ._resampling import resampled

        return self._with(resampled(self._pixels(), size, NEAREST if self.mode == "P" else kind, box))

    def reduce(self, factor: int | tuple[int, int], box: Any = None) -> Picture:
        """The picture whose pixels are the means of so many pixels, those that are left over at the right and lower edges included."""
        from ._resampling import reduced

        part = self if box is None else self.crop(box)
        return self._with(reduced(part._pixels(), (factor, factor) if isinstance(factor, int) else factor))

    def thumbnail(self, size: tuple[float, float], resample: int = BICUBIC, reducing_gap: float | None = 2.0) -> None:
        """Makes the picture no larger than a size, in its proportions."""
        from ._resampling import size_within

        wanted = size_within(size, self.size)
        if wanted is None:
            return
        made, box = self, (0.0, 0.0, *map(float, self.size))
        factors = [int(of / to / reducing_gap) or 1 for of, to in zip(self.size, wanted)] if reducing_gap else [1, 1]
        if max(factors) > 1 and resample != NEAREST:
            made = self.reduce(tuple(factors))
            box = (0.0, 0.0, self.width / factors[0], self.height / factors[1])
        self._become(made.resize(wanted, resample, box=box))

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

    def save(self, fp: Any, format: str | None = None, **params: Any) -> None:
        """Writes the picture as a PNG file, and in a page as JPEG or WebP by the browser, which writes grey ones as colours."""
        name = os.fspath(fp) if isinstance(fp, str | os.PathLike) else ""
        kind = (format or os.path.splitext(name)[1].lstrip(".") or "png").lower()
        if kind == "gif" and self.mode in ("L", "P"):
            from ._gif import gif_of

            colors = [grey for grey in range(256) for _ in range(3)] if self._palette is None else self.getpalette()
            _write(fp, gif_of(self.tobytes(), self.size, bytes(colors).ljust(768, b"\0")))
            return
        if kind not in _KINDS:
            raise ValueError(f"save: expected a PNG, JPEG or WebP file, but got {kind}; call the file name.png")
        if _KINDS[kind] == "image/jpeg" and self.mode not in ("L", "RGB", "YCbCr"):
            raise OSError(f"cannot write mode {self.mode} as JPEG")
        pixels = _converted(self._pixels(), self.mode, "RGB") if self.mode == "YCbCr" else self._pixels()
        if self.mode == "P":
            pixels = self._colors()
        data = png_of(pixels.permute(2, 0, 1))
        if kind != "png":
            data = _coded(data, self.size, _KINDS[kind], params.get("quality", 75))
        _write(fp, data)

    def load(self) -> _Pixels:
        """The pixels, each of which `pixels[x, y]` reads and writes: the picture is there."""
        return _Pixels(self)

    # Of a picture in memory.
    format = filename = None
    is_animated, n_frames = False, 1
    info = property(lambda self: self.__dict__.setdefault("_info", {}))

    def getexif(self) -> dict[int, Any]:
        """Nothing: a picture is turned as its file says when it is opened."""
        return {}

    def seek(self, frame: int) -> None:
        """Goes to the only frame."""
        if frame != 0:
            raise EOFError("no more images in file")

    def tell(self) -> int:
        """The number of the only frame."""
        return 0

    def histogram(self, mask: Picture | None = None, extrema: Any = None) -> list[int]:
        """How many pixels have each number, channel after channel; with a mask, of those where it is not 0."""
        rows = self._pixels().flatten(0, 1).t().long()
        if mask is not None:
            rows = rows[:, mask._pixels().flatten() > 0]
        return [count for row in rows for count in torch.bincount(row, minlength=256).tolist()]

    def point(self, lut: Any, mode: str | None = None) -> Picture:
        """Each number replaced by the one that a table, or a function of 0 to 255, has for it."""
        if mode not in (None, self.mode):
            raise ValueError(f"point: expected no mode, or {self.mode}, but got {mode}; write point(lut).convert({mode!r})")
        numbers = [lut(i) for i in range(256)] * self.shape[2] if callable(lut) else list(lut)
        if len(numbers) != 256 * self.shape[2]:
            raise ValueError("wrong number of lut entries")
        tables = torch.tensor([min(max(round(number), 0), 255) for number in numbers], dtype=torch.uint8).view(-1, 256)
        return self._with(torch.stack([table[band.long()] for table, band in zip(tables, self._pixels().unbind(2))], 2))

    def filter(self, filter: Any) -> Picture:
        """The picture as a filter of `PIL.ImageFilter` changes it."""
        if self.mode == "P":
            raise ValueError("cannot filter palette images")
        return self._with((filter() if callable(filter) else filter).applied(self._pixels()))

    def getdata(self, band: int | None = None) -> list[Any]:
        """The numbers of all pixels, row by row."""
        rows = self._pixels().flatten(0, 1)
        if band is not None or self.shape[2] == 1:
            return rows[:, band or 0].tolist()
        return list(map(tuple, rows.tolist()))

    get_flattened_data = getdata

    def putdata(self, data: Any, scale: float = 1.0, offset: float = 0.0) -> None:
        """Writes the numbers of pixels, row by row."""
        rows = [pixel if isinstance(pixel, tuple | list) else [pixel] for pixel in data]
        numbers = torch.tensor(rows).mul(scale).add(offset).clamp(0, 255).to(torch.uint8)
        self._pixels().flatten(0, 1)[: len(rows)].copy_(numbers)

    def putpixel(self, xy: tuple[int, int], value: Any) -> None:
        """Writes a pixel."""
        self._pixels()[xy[1], xy[0]] = torch.tensor(numbers_of(value, self.mode), dtype=torch.uint8)

    def putalpha(self, alpha: Picture | int) -> None:
        """Gives the picture a channel of alpha: a picture, or one number."""
        plain = self.convert({"LA": "L", "RGBA": "RGB", "P": "RGB"}.get(self.mode, self.mode))
        if plain.mode == "YCbCr":
            raise ValueError("illegal image mode")
        band = alpha._pixels()[:, :, -1:] if isinstance(alpha, Picture) else torch.full_like(plain._pixels()[:, :, :1], alpha)
        self._become(Picture(torch.cat([plain._pixels(), band], 2)))
        self._mode, self._palette = {"L": "LA", "RGB": "RGBA"}[plain.mode], None

    def getbbox(self, *, alpha_only: bool = True) -> tuple[int, int, int, int] | None:
        """The edges of what is not 0; of a picture with alpha, of what can be seen."""
        pixels = self._pixels()
        seen = (pixels[:, :, -1] if alpha_only and self.mode in ("LA", "RGBA") else pixels.amax(2)) > 0
        across, down = (seen.any(i).nonzero().flatten().tolist() for i in (0, 1))
        return (across[0], down[0], across[-1] + 1, down[-1] + 1) if across else None

    def paste(self, im: Any, box: Any = None, mask: Picture | None = None) -> None:
        """Writes a picture, or a colour, into a box, as far as it lies in this picture; a mask says how much of it."""
        if isinstance(box, Picture) and mask is None:
            box, mask = None, box
        left, upper = (box or (0, 0))[:2]
        size = im.size if isinstance(im, Picture) else mask.size if mask else self.size
        right, lower = box[2:] if box and len(box) == 4 else (left + size[0], upper + size[1])
        if isinstance(im, Picture):
            if im.size != (right - left, lower - upper):
                raise ValueError("images do not match")
            pixels = im.convert(self.mode)._pixels()
        else:
            color = torch.tensor(numbers_of(im, self.mode), dtype=torch.uint8)
            pixels = color.expand(lower - upper, right - left, -1)
        rows, columns = slice(max(0, -upper), self.height - upper), slice(max(0, -left), self.width - left)
        here = self._pixels()[max(0, upper) : max(0, lower), max(0, left) : max(0, right)]
        pixels = pixels[rows, columns]
        if mask is not None:
            share = mask._pixels()[rows, columns, -1:].long()
            mixed = here.long() * (255 - share) + pixels.long() * share + 128
            pixels = ((mixed // 256 + mixed) // 256).to(torch.uint8)
        here.copy_(pixels)

    def alpha_composite(self, im: Picture, dest: tuple[int, int] = (0, 0), source: tuple[int, ...] = (0, 0)) -> None:
        """Lays a picture with alpha over this one."""
        over = im.crop((*source, *im.size) if len(source) == 2 else source)
        box = (*dest, dest[0] + over.width, dest[1] + over.height)
        self.paste(laid_over(self.crop(box), over), box)

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
        if self.mode == "P" and keywords.get("interpolation") is not None:
            # There is nothing between two numbers of colours.
            keywords["interpolation"] = "nearest"
        made = _door.attribute("torchvision.transforms.functional", name, {})(self, *args, **keywords)
        made._mode = self.mode
        made._palette = self._palette
        return made


class _Pixels:
    """The pixels of a picture by their places."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def __getitem__(self, xy: tuple[int, int]) -> Any:
        return self._picture.getpixel(xy)

    def __setitem__(self, xy: tuple[int, int], value: Any) -> None:
        self._picture.putpixel(xy, value)


def numbers_of(color: Any, mode: str) -> list[int]:
    """A number for each channel of a mode, of a colour in words, of some numbers, or of one whose bytes they are."""
    if isinstance(color, str):
        from PIL.ImageColor import getcolor

        color = getcolor(color, mode)
    count = len(bands(mode))
    if isinstance(color, tuple | list):
        return [*map(int, color), *[255] * (count - len(color))]
    return [int(color) >> 8 * band & 255 for band in range(count)]


def laid_over(under: Picture, over: Picture) -> Picture:
    """A picture with alpha over another: in whole numbers, as Pillow computes it."""
    low, high = under._pixels().long(), over._pixels().long()
    alpha = high[:, :, 3:]
    both = alpha * 255 + low[:, :, 3:] * (255 - alpha)
    share = alpha * (255 * 255 * 128) // both.clamp(min=1)
    mixed = high[:, :, :3] * share + low[:, :, :3] * (255 * 128 - share) + 128 * 128
    color = (mixed // 256 + mixed) // 256 // 128
    whole = torch.cat([color, ((both + 128) // 256 + both + 128) // 256], 2)
    return Picture(torch.where(alpha == 0, low, whole).to(torch.uint8), "RGBA")


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


def _write(fp: Any, data: bytes) -> None:
    """Writes the bytes of a file to a place or into an open file."""
    if isinstance(fp, str | os.PathLike):
        with open(fp, "wb") as file:
            file.write(data)
    else:
        fp.write(data)


def png_of(pixels: Tensor, compression_level: int = 6) -> bytes:
    """The bytes of a PNG file of a picture [C, H, W]."""
    encode = _bridge.js.find("torchvision.io", "encodePng")[1]
    return bytes(_bridge.call(encode, (pixels, compression_level), {}, "encode_png").tolist())


def _coded(png: bytes, size: tuple[int, int], kind: str, quality: int) -> bytes:
    """The bytes of a picture's file as the browser writes another kind of it."""
    try:
        from js import Blob, OffscreenCanvas, createImageBitmap
    except ImportError:
        raise ValueError(f"save: expected a PNG file where no browser writes {kind}; call the file name.png") from None

    canvas = OffscreenCanvas.new(*size)
    bitmap = _bridge.wait(createImageBitmap(Blob.new(to_js([to_js(png)]))), "save")
    canvas.getContext("2d").drawImage(bitmap, 0, 0)
    options = _bridge.entries_to_object(to_js([["type", kind], ["quality", quality / 100]]))
    return _bridge.wait(_bridge.wait(canvas.convertToBlob(options), "save").arrayBuffer(), "save").to_bytes()


def of_pil(image: Any) -> Picture:
    """The picture of one of Pillow's images, in Pyodide's own distribution."""
    if image.mode not in _BANDS:
        image = image.convert("RGB")
    return Picture.from_bytes(image.tobytes(), (image.height, image.width, len(image.getbands())))


_bridge.makers["Picture"] = _made_of
