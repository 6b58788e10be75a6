"""`torch.ops`: PyTorch's operations by the names of its tables. Programs keep those of `aten` as keys and compare them; calling one says what is missing."""

from __future__ import annotations

from typing import Any

from ._tree import operation


class _Namespace:
    """Operations of one library: those of PyTorch itself have any name; others are not registered in a page."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        if self.name not in ("aten", "prims") or name.startswith("__"):
            raise AttributeError(f"'_OpNamespace' '{self.name}' object has no attribute '{name}'")
        return operation(f"{self.name}.{name}")


loaded_libraries: set[str] = set()


def load_library(path: Any) -> None:
    """Refused: a page loads no compiled libraries. Packages go on without theirs."""
    raise OSError(f"load_library: expected operations written in Python, since a page cannot load {path}")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()[name] = _Namespace(name)
    return made
