"""Photographs, textures and a trained network that the site carries. `lamplight_notebook` gives their names to cells."""

from __future__ import annotations

from typing import Any, NamedTuple

import _lamplight_cells as cells
import torch
import torchvision
from pyodide.ffi import run_sync

_python = torch.lamplight.to_python


def photograph(name: str) -> Any:
    """A picture [3, H, W] of values from 0 to 1: astronaut, brick, camera, chelsea, china, coffee, flower, grace_hopper or rocket."""
    return _python(run_sync(cells.photograph(name)))


class Textures(NamedTuple):
    """Patches of photographs: uint8 [N, 3, 32, 32], their labels [N], and the names of the textures."""

    images: Any
    labels: Any
    names: list[str]


def textures(train: bool = True) -> Textures:
    """Patches of ten textures, to train with or to test with."""
    found = run_sync(cells.textures(train))
    return Textures(_python(found.images), _python(found.labels), list(found.names))


class Pretrained(NamedTuple):
    """EfficientNet-Lite0 as it was trained, ImageNet's 1,000 names, and what makes its input [3, 224, 224] of a photograph [3, H, W]."""

    model: Any
    names: list[str]
    prepare: Any


def pretrained(name: str = "efficientnet_lite0") -> Pretrained:
    """
    A network that was trained on ImageNet, in evaluation mode:

        model, names, prepare = pretrained("efficientnet_lite0")
        scores = model(prepare(photograph("china")).unsqueeze(0))
    """
    if name != "efficientnet_lite0":
        raise ValueError(f"pretrained: expected 'efficientnet_lite0', but got {name!r}")
    found = run_sync(cells.pretrained())
    return Pretrained(_python(found.model), list(found.names), _python(found.prepare))


def efficientnet_lite0(pretrained: bool = False) -> Any:
    """EfficientNet-Lite0: of weights that are drawn, or, in evaluation mode, as it was trained."""
    return globals()["pretrained"]().model if pretrained else torchvision.models.efficientnet_lite0()
