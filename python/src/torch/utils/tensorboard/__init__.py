"""`torch.utils.tensorboard`: events for TensorBoard, as files of the interpreter."""

from __future__ import annotations

import os
import time
from typing import Any

from torch import _bridge, _door
from torch._bridge import wait

_door.open_door("tensorboard")

_Writer = _door.attribute("torch.utils.tensorboard", "SummaryWriter", {})


class SummaryWriter(_Writer):
    """Writes what a program measures under `log_dir`; files are there after `flush`, `close`, or `flush_secs` seconds of events."""

    def __init__(
        self,
        log_dir: str | os.PathLike | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        super().__init__(
            log_dir=None if log_dir is None else os.fspath(log_dir),
            comment=comment,
            purge_step=purge_step,
            max_queue=max_queue,
            flush_secs=flush_secs,
            filename_suffix=filename_suffix,
        )
        self.__dict__.update(_written_at=time.monotonic(), _flush_secs=flush_secs)

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if name.startswith("add_") and time.monotonic() - self._written_at > self._flush_secs:
            self.flush()
        return found

    def flush(self) -> None:
        """Writes all events, for which Python waits."""
        found = _bridge.js.seen(wait(_door.js.method(self._js, "files")()[1], "flush"))
        for path, data in _bridge.receive(found).items():
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "wb") as file:
                file.write(data.to_bytes())
        self.__dict__["_written_at"] = time.monotonic()

    def close(self) -> None:
        """Writes all events; later ones begin new files."""
        self.flush()
        wait(_door.js.method(self._js, "close")()[1], "close")

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = ["SummaryWriter"]
