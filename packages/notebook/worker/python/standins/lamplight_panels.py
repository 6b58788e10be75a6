"""Panels that cells put below themselves. `lamplight_notebook` gives their names to cells."""

from __future__ import annotations

import json
import re
from typing import Any

import _lamplight_cells as cells
import torch
from pyodide.ffi import create_proxy, run_sync, to_js


def _plain(value: Any) -> Any:
    """Lists of numbers of tensors, arrays and tuples."""
    if hasattr(value, "detach"):
        value = value.detach()
    return value.tolist() if hasattr(value, "tolist") else value


def _options(options: dict[str, Any]) -> Any:
    from js import Object

    names = {re.sub(r"_(\w)", lambda found: found[1].upper(), name): _plain(value) for name, value in options.items()}
    return to_js(names, dict_converter=Object.fromEntries)


def panel(name: str, **options: Any) -> None:
    """
    A panel to be touched: `panel("convolution", size=7, kernel="edges", padding=1)`, whose kernel may be rows of numbers; `panel("backward", gradient=rows)`,
    `panel("channels")`, `panel("shift")`, `panel("build")` or `panel("inside")`.
    """
    cells.panel(name, _options(options))


def layer_shapes(model: Any, input_size: Any) -> list[dict[str, Any]]:
    """
    What `layerShapes` of `lamplight/interpret` tells of a model: for each layer its name, type, output's shape and receptive field, in the order of their
    calls. Nothing is computed: `layer_shapes(model, (1, 1, 28, 28))`.
    """
    own = torch.lamplight.to_typescript(model)
    return json.loads(run_sync(cells.layerShapes(own, to_js([int(size) for size in input_size]))))


_NAMES = ("name", "shape", "kernel", "stride", "padding", "dilation")


def volumes(layers: Any, input_size: Any = None, *, title: str = "", input: Any = None) -> None:
    """
    Draws a network as volumes to scale: `volumes(model, (1, 3, 224, 224))`. `layers` may also be those of `layer_shapes(model, input_size)`, or tuples (name, shape, kernel, stride), behind which
    padding and dilation may stand; `input` is the input's shape without the batch.
    """
    if isinstance(layers, torch.nn.Module):
        layers, input = layer_shapes(layers, input_size), input_size[1:] if input is None else input
    rows = [layer if isinstance(layer, dict) else dict(zip(_NAMES, layer)) for layer in layers]
    for row in rows:
        if "shape" in row:
            row["shape"] = [int(size) for size in row["shape"]]
    cells.volumes(json.dumps(rows), title, None if input is None else to_js([int(size) for size in input]))


class film:
    """Small maps while they change: `kernels = film("Kernels of conv1")`, then `kernels.add(step, model.conv1.weight)`."""

    def __init__(self, title: str = "") -> None:
        self._film = cells.film(title)

    def add(self, step: int, maps: Any) -> None:
        """A frame: maps [out, in, height, width], [count, height, width] or [height, width], always of one shape."""
        self._film.add(int(step), maps.detach()._js)


def pad(predict: Any, labels: Any = None) -> None:
    """
    A square to draw on, and beside it the probabilities that a network gives the drawing: `pad(lambda x: model(x), labels=range(10))`. `predict` gets the
    drawing [1, 1, 28, 28], 0 to 1, white on black, and gives its scores before softmax.
    """

    async def scores(values: Any) -> Any:
        with torch.no_grad():
            found = predict(torch.tensor(list(values.to_py())).reshape(1, 1, 28, 28))
            return to_js(await torch.lamplight.tolist(found.flatten()))

    cells.pad(create_proxy(scores), None if labels is None else to_js([str(label) for label in labels]))
