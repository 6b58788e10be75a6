"""What stands below a cell for a value, and IPython's objects that are made to be displayed."""

from __future__ import annotations

import html
import os
import re
import sys
import uuid
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js


class DisplayObject:
    """What a notebook shows in place of its text: of data, of the file of a name, or of an address."""

    _binary = False

    def __init__(self, data: Any = None, url: str | None = None, filename: str | None = None, metadata: Any = None, **_: Any) -> None:
        if isinstance(data, os.PathLike):
            data = str(data)
        if isinstance(data, str) and url is None and filename is None and self._is_place(data):
            url, filename, data = (data, None, None) if re.match(r"https?:", data) else (None, data, None)
        self.data, self.url, self.filename, self.metadata = data, url, filename and str(filename), metadata

    def _is_place(self, data: str) -> bool:
        """Whether a text is where the data are."""
        return False

    def _contents(self) -> Any:
        """The data, read from where they are."""
        if self.data is not None:
            return self.data
        if self.filename is not None:
            with open(self.filename, "rb" if self._binary else "r") as file:
                return file.read()
        if self.url is not None:
            raise OSError(f"{self.url}: cells do not fetch what they display; download it, add it to the notebook's files and give its name")
        raise ValueError(f"{type(self).__name__}: expected data, a filename or a url, but got none")

    def show(self) -> None:
        """Puts it below the cell."""
        print(self._contents())


class TextDisplayObject(DisplayObject):
    """A text."""


class Markdown(TextDisplayObject):
    """Markdown, whose text is shown as it is."""


class Pretty(TextDisplayObject):
    """A text."""


class Code(TextDisplayObject):
    """A program, whose text is shown."""

    def _is_place(self, data: str) -> bool:
        return os.path.isfile(data)


class Math(TextDisplayObject):
    """A formula, whose text is shown."""


Latex = Math


class JSON(DisplayObject):
    """Data of JSON."""

    def show(self) -> None:
        """Puts the data below the cell."""
        import json

        data = self._contents()
        print(data if isinstance(data, str) else json.dumps(data, indent=2))


class Javascript(TextDisplayObject):
    """A program of the page's, which cells of Python do not run."""

    def show(self) -> None:
        """Shows nothing."""


class HTML(TextDisplayObject):
    """A text of HTML: films play, and of all else the words are shown."""

    def show(self) -> None:
        """Puts the film, or the words, below the cell."""
        text = self._contents()
        if hasattr(text, "show"):
            text.show()
            return
        frames = re.findall(r'frames\[\d+\] = "(data:image/png;base64,[^"]+)"', str(text))
        if frames:
            _show_film(frames, str(text))
            return
        text = re.sub(r"(?is)<(script|style)\b.*?</\1>", "", str(text))
        text = re.sub(r"(?i)</t[dh]>\s*<", "\t<", text)
        text = re.sub(r"(?i)<br\s*/?>|</(p|div|h\d|tr|li|ul|ol|table|pre)>", "\n", text)
        words = html.unescape(re.sub(r"<[^>]*>", "", text))
        print("\n".join(line.strip() for line in words.splitlines() if line.strip()))


def _show_film(frames: list[str], text: str) -> None:
    """Plays what `to_jshtml` of Matplotlib itself gives, whose program the page does not run."""
    import base64

    frames = [frame.replace("\\\n", "") for frame in frames]
    # A PNG says its width and height in its first bytes.
    head = base64.b64decode(frames[0].partition(",")[2][:64])
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    pace = re.search(r"new Animation\(frames, [^,]+, [^,]+, ([\d.]+)", text)
    cells.pictures(to_js(frames), width, height, float(pace[1]) if pace else 200.0)


class Image(DisplayObject):
    """A picture: of its bytes, or of the file of a name."""

    _binary = True

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, format: Any = None, embed: Any = None, width: Any = None, height: Any = None, **more: Any) -> None:
        super().__init__(data, url, filename)
        self.format, self.width, self.height, self.alt = format, width, height, more.get("alt")

    def _is_place(self, data: str) -> bool:
        return True

    def show(self) -> None:
        """Puts the picture below the cell."""
        data = self._contents()
        show_picture(data.getvalue() if hasattr(data, "getvalue") else data, self.width, self.height, self.alt)


class SVG(Image):
    """A drawing, in place of which the page shows its text."""

    def show(self) -> None:
        """Puts the text below the cell."""
        data = self._contents()
        print(data.decode() if isinstance(data, bytes) else data)


def _wave(data: Any, rate: float, normalize: bool) -> bytes:
    """A file WAV of numbers from -1 to 1: [samples], or [channels, samples]."""
    import io
    import struct
    import wave

    rows = data.detach().tolist() if hasattr(data, "detach") else data.tolist() if hasattr(data, "tolist") else list(data)
    rows = rows if rows and isinstance(rows[0], list) else [rows]
    most = max((abs(value) for row in rows for value in row), default=0) if normalize else 1.0
    if not normalize and any(abs(value) > 1 for row in rows for value in row):
        raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
    frames = [round(value / (most or 1) * 32767) for sample in zip(*rows) for value in sample]
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(len(rows))
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(struct.pack(f"<{len(frames)}h", *frames))
    return made.getvalue()


class Audio(DisplayObject):
    """A sound: the page offers it as a file, which a program plays."""

    _binary = True

    def __init__(self, data: Any = None, filename: Any = None, url: Any = None, embed: Any = None, rate: Any = None, autoplay: bool = False, normalize: bool = True, **_: Any) -> None:
        if data is not None and not isinstance(data, (str, bytes, os.PathLike)):
            if rate is None:
                raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
            data = _wave(data, rate, normalize)
        super().__init__(data, url, filename)

    def _is_place(self, data: str) -> bool:
        return True

    def show(self) -> None:
        """Offers the file."""
        cells.offer(os.path.basename(self.filename or "sound.wav"), to_js(self._contents()))


class Video(Audio):
    """A film: the page offers it as a file, which a program plays."""

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, **_: Any) -> None:
        DisplayObject.__init__(self, data, url, filename)


class IFrame:
    """Another page, whose address is shown."""

    def __init__(self, src: str, *_: Any, **__: Any) -> None:
        self.src = src

    def show(self) -> None:
        """Puts the address below the cell."""
        print(self.src)


class YouTubeVideo(IFrame):
    """A film of YouTube's, whose address is shown."""

    def __init__(self, id: str, *_: Any, **__: Any) -> None:
        super().__init__(f"https://www.youtube.com/watch?v={id}")


class FileLink:
    """A file that a visitor saves with a button below the cell, once it is displayed."""

    def __init__(self, path: Any, **_: Any) -> None:
        self.path = str(path)

    def show(self) -> None:
        """Offers the file as it is now."""
        with open(self.path, "rb") as file:
            cells.offer(os.path.basename(self.path), to_js(file.read()))

    def __repr__(self) -> str:
        return os.path.abspath(self.path)


class DisplayHandle:
    """What `display(…, display_id=True)` gives: values that are displayed later."""

    def __init__(self, display_id: Any = None) -> None:
        self.display_id = display_id if isinstance(display_id, str) else uuid.uuid4().hex

    def display(self, thing: Any, **_: Any) -> None:
        """Puts a value below the cell."""
        display(thing)

    update = display


def show_picture(data: bytes, width: Any = None, height: Any = None, words: str | None = None) -> None:
    """Puts the picture of a file's bytes below the cell."""
    from pyodide.ffi import JsException, can_run_sync, run_sync

    put = cells.picture(to_js(bytes(data)), width and float(width), height and float(height), words)
    if can_run_sync():
        try:
            run_sync(put)
        except JsException as error:
            raise ValueError(error.message) from None


def _show_table(frame: Any) -> None:
    """Puts a table of pandas below the cell: its first and last rows where it is long."""
    rows = frame.to_frame() if not hasattr(frame, "columns") else frame
    most = 60
    parts = [rows] if len(rows) <= most else [rows.head(5), rows.tail(5)]
    names = [str(name) for name in rows.columns]
    told: list[list[str]] = []
    for part in parts:
        if told:
            told.append(["…"] * (len(names) + 1))
        told += [[str(index), *map(_in_table, values)] for index, values in zip(part.index, part.values.tolist())]
    size = f"{len(rows)} rows × {len(names)} columns" if len(parts) > 1 else ""
    cells.table(to_js(["", *names]), to_js(told), size)


def _in_table(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def shown(thing: Any) -> bool:
    """Puts a value below the cell, unless its text is what there is to see of it."""
    module = type(thing).__module__.partition(".")[0]
    if module == "matplotlib" and hasattr(thing, "savefig") and "lamplight" not in sys.modules["matplotlib"].__version__:
        from lamplight_backend import put

        put(thing)
        return True
    if isinstance(thing, (DisplayObject, FileLink, IFrame)) or (module in ("matplotlib", "mpl_toolkits") and hasattr(thing, "show")):
        thing.show()
        return True
    if isinstance(thing, type):
        return False
    if hasattr(thing, "getbands") and hasattr(thing, "_js"):
        _show_own_picture(thing)
        return True
    if module == "pandas" and type(thing).__name__ in ("DataFrame", "Series"):
        _show_table(thing)
        return True
    for name in ("_repr_png_", "_repr_jpeg_"):
        made = getattr(thing, name, None)
        data = made() if callable(made) else None
        if isinstance(data, tuple):
            data = data[0]
        if isinstance(data, bytes):
            show_picture(data)
            return True
    return False


def _show_own_picture(picture: Any) -> None:
    from js import Object

    import torch

    picture = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    pixels = torch.Tensor.detach(picture)
    torch.lamplight.to_typescript(pixels)
    cells.show(pixels._js, to_js({"zoom": 1} if min(picture.size) >= 64 else {}, dict_converter=Object.fromEntries))


def display(*things: Any, display_id: Any = None, clear: bool = False, **_: Any) -> Any:
    """Puts values below the cell: pictures, tables and films as such, all else as it prints."""
    if clear:
        clear_output()
    for thing in things:
        if not shown(thing):
            print(repr(thing))
    return DisplayHandle(display_id) if display_id else None


def update_display(thing: Any, *, display_id: Any = None, **_: Any) -> None:
    """Puts a value below the cell."""
    display(thing)


def clear_output(wait: bool = False) -> None:
    """Takes away what the cell has put out so far."""
    sys.stdout.flush()
    cells.clear()


def set_matplotlib_formats(*_: Any, **__: Any) -> None:
    """The page decides this."""
