"""Loggers that write into a folder for each run: `save_dir/name/version_0`, `version_1` and so on."""

from __future__ import annotations

import os
from typing import Any

from .logger import Logger


class FolderLogger(Logger):
    """A logger with a folder."""

    LOGGER_JOIN_CHAR = "-"
    NAME_HPARAMS_FILE = "hparams.yaml"

    def __init__(self, save_dir: Any, name: str | None, version: int | str | None, prefix: str) -> None:
        self._save_dir = os.fspath(save_dir)
        self._name = name or ""
        self._version = version
        self._prefix = prefix
        self._experiment: Any = None
        self.hparams: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """The name of the experiment."""
        return self._name

    @property
    def version(self) -> int | str:
        """The version: the first that has no folder, where none was given."""
        if self._version is None:
            self._version = self._next()
        return self._version

    def _next(self) -> int:
        try:
            names = os.listdir(self.root_dir)
        except OSError:
            return 0
        parts = [name.removeprefix("version_") for name in names if name.startswith("version_")]
        return max((int(part) for part in parts if part.isdigit()), default=-1) + 1

    @property
    def save_dir(self) -> str:
        """The folder in which experiments lie."""
        return self._save_dir

    @property
    def root_dir(self) -> str:
        """The folder of all versions."""
        return os.path.join(self._save_dir, self.name)

    @property
    def log_dir(self) -> str:
        """The folder of this version."""
        version = self.version
        return os.path.join(self.root_dir, version if isinstance(version, str) else f"version_{version}")

    def _prefixed(self, metrics: dict[str, Any]) -> dict[str, Any]:
        if not self._prefix:
            return dict(metrics)
        return {f"{self._prefix}{self.LOGGER_JOIN_CHAR}{name}": value for name, value in metrics.items()}
