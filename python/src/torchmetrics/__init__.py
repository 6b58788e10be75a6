"""`torchmetrics`: figures that are gathered over batches."""

from __future__ import annotations

import importlib
from typing import Any

from torch import _door

_door.open_door("torchmetrics")

from . import _plots, functional  # noqa: E402  # they need the door

_door.finishers["torchmetrics"] = _plots.add_plot
# Metrics of classes that a program has not named extend these.
for _name in ("Metric", "MetricCollection", "MetricTracker"):
    _door.attribute(__name__, _name, globals())

# The version that it is like.
__version__ = "1.9.0"


_MODULES = frozenset({"aggregation", "classification", "detection", "image", "regression", "segmentation", "text", "wrappers"})


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
