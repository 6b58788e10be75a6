"""`torch.hub`: files of weights by their addresses."""

from __future__ import annotations

import os
import re
from typing import Any

from . import _bridge, _tree
from ._bridge import js
from ._names import camel

_hub: dict[str, Any] = _bridge.receive(js.find("torch", "hub"))


# What names of files end in: the beginning of their sum.
HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")
_dir: str | None = None


def get_dir() -> str:
    """The folder of files that were fetched."""
    return _dir if _dir is not None else os.path.join(_get_torch_home(), "hub")


def set_dir(d: Any) -> None:
    """Chooses the folder."""
    global _dir
    _dir = os.path.expanduser(d)


def _get_torch_home() -> str:
    home = os.getenv("XDG_CACHE_HOME", "~/.cache")
    return os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(home, "torch")))


def __getattr__(name: str) -> Any:
    found = _hub.get(camel(name))
    if found is None:
        return _tree.attribute(__name__, name, globals())
    return found
