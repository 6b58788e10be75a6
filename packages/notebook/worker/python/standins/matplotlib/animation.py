"""Films of figures, which play below the cell."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import _lamplight_cells as cells
from pyodide.ffi import to_js

from ._artists import Artist

# Screen pixels for an inch, pixels that a film is wide at most, and frames that are kept of it.
_INCH, _WIDEST, _MOST = 80, 640, 240


class _Film(str):
    """What `to_jshtml` gives: `HTML` of it plays the film."""

    _of: Any

    def show(self) -> None:
        """Puts the film below the cell."""
        self._of.show()


class Animation:
    """A figure whose frames follow each other."""

    def __init__(self, fig: Any, interval: float = 200, repeat: bool = True, repeat_delay: float = 0, **_: Any) -> None:
        self._fig, self._interval, self.repeat = fig, float(interval), repeat
        self._frames: list[dict[str, Any]] | None = None
        self._pictures: list[Any] = []
        self._is_shown = False
        self.event_source = self
        fig._film = self

    def _drawn(self) -> Iterator[None]:
        """Brings the figure from frame to frame."""
        raise NotImplementedError

    def _kept(self) -> list[dict[str, Any]]:
        if self._frames is None:
            inch = min(_INCH, _WIDEST / self._fig.get_size_inches()[0])
            self._frames = []
            for _ in itertools.islice(self._drawn(), _MOST):
                self._frames.append(self._fig._described(self._pictures, inch))
        return self._frames

    def _as_text(self) -> _Film:
        # Whoever asks for it displays it.
        self._is_shown = True
        made = _Film(f"<film of {len(self._kept())} frames>")
        made._of = self
        return made

    def to_jshtml(self, fps: float | None = None, embed_frames: bool = True, default_mode: str | None = None) -> str:
        """What `HTML` plays below the cell."""
        self._interval = 1000 / fps if fps else self._interval
        return self._as_text()

    def to_html5_video(self, embed_limit: float | None = None) -> str:
        """What `HTML` plays below the cell."""
        return self._as_text()

    def save(self, filename: Any, *_: Any, **__: Any) -> None:
        """Needs a program that writes films."""
        raise RuntimeError(f"{filename}: a page has no program that writes films; play it with HTML(ani.to_jshtml()), or write frames with plt.savefig")

    def show(self) -> None:
        """Puts the film below the cell."""
        self._is_shown = True
        frames, pictures = self._kept(), to_js([each._js for each in self._pictures])
        cells.reel(json.dumps(frames), pictures, self._interval, bool(self.repeat), self._fig._title)

    def _show_once(self) -> None:
        if not self._is_shown:
            self.show()

    def pause(self) -> None:
        """The page has a button for it."""

    resume = start = stop = new_frame_seq = pause


class ArtistAnimation(Animation):
    """A film that shows some artists in each frame."""

    def __init__(self, fig: Any, artists: Any, *args: Any, **options: Any) -> None:
        super().__init__(fig, *args, **options)
        self._artists = [[each for each in (frame if hasattr(frame, "__iter__") else [frame]) if isinstance(each, Artist)] for frame in artists]

    def _drawn(self) -> Iterator[None]:
        for each in itertools.chain(*self._artists):
            each.set_visible(False)
        for frame in self._artists:
            for each in frame:
                each.set_visible(True)
            yield
            for each in frame:
                each.set_visible(False)
        for each in self._artists[-1] if self._artists else []:
            each.set_visible(True)


class FuncAnimation(Animation):
    """A film whose frames a function draws."""

    def __init__(
        self,
        fig: Any,
        func: Callable[..., Any],
        frames: Any = None,
        init_func: Callable[[], Any] | None = None,
        fargs: Any = None,
        save_count: int | None = None,
        *,
        cache_frame_data: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(fig, **options)
        self._func, self._init, self._more = func, init_func, tuple(fargs or ())
        given = frames() if callable(frames) else range(frames) if isinstance(frames, int) else itertools.count() if frames is None else frames
        most = 100 if save_count is None and not hasattr(given, "__len__") else save_count
        self._each = itertools.islice(given, most)

    def _drawn(self) -> Iterator[None]:
        if self._init is not None:
            self._init()
        for frame in self._each:
            self._func(frame, *self._more)
            yield


class PillowWriter:
    """Takes what a writer of films is told, and writes none."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


FFMpegWriter = ImageMagickWriter = PillowWriter
