"""The table of a module: its layers, their parameters, and what goes in and out of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

_UNITS = ("", "K", "M", "B", "T")
_UNKNOWN = "?"


def get_human_readable_count(number: int) -> str:
    """1234 as `1.2 K`."""
    text = str(number)
    power = min((len(text) - 1) // 3, len(_UNITS) - 1)
    if power == 0:
        return f"{number} "
    value = number / 1000**power
    return f"{int(value):,d} {_UNITS[power]}" if value >= 100 else f"{value:,.1f} {_UNITS[power]}"


def _count(params: Any) -> int:
    return sum(0 if isinstance(param, nn.parameter.UninitializedParameter) else param.numel() for param in params)


def _shape(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, (list, tuple)):
        return _shape(value[0]) if len(value) == 1 else [_shape(each) for each in value]
    return _UNKNOWN


class LayerSummary:
    """A row of the table."""

    def __init__(self, name: str, module: nn.Module) -> None:
        self.name = name
        self.module = module
        self.in_size: Any = _UNKNOWN
        self.out_size: Any = _UNKNOWN

    @property
    def layer_type(self) -> str:
        """The name of its class."""
        return type(self.module).__name__

    @property
    def num_parameters(self) -> int:
        """How many numbers its parameters have."""
        return _count(self.module.parameters())

    def measure(self) -> Any:
        """Notes the sizes of the next call; gives what takes the hook away again."""

        def note(module: Any, inputs: Any, output: Any) -> None:
            self.in_size, self.out_size = _shape(inputs), _shape(output)

        return self.module.register_forward_hook(note)


class ModelSummary:
    """The table of a module: of its own layers with `max_depth=1`, of all with -1, of the sums alone with 0.

    Where the module has an `example_input_array`, it is called with that, and the table has the sizes of inputs and outputs.
    """

    def __init__(self, model: Any, max_depth: int = 1) -> None:
        if not isinstance(max_depth, int) or max_depth < -1:
            raise ValueError(f"`max_depth` can be -1, 0 or > 0, got {max_depth}.")
        self._model = model
        self._max_depth = max_depth
        named = [(name, module) for name, module in model.named_modules() if name]
        within = [each for each in named if max_depth < 0 or each[0].count(".") < max_depth]
        self.layers = [LayerSummary(name, module) for name, module in within]
        if getattr(model, "example_input_array", None) is not None:
            self._measure(model.example_input_array)

    def _measure(self, example: Any) -> None:
        model = self._model
        handles = [layer.measure() for layer in self.layers]
        modes = {module: module.training for module in model.modules()}
        try:
            model.eval()
            with torch.no_grad():
                if isinstance(example, dict):
                    model(**example)
                else:
                    model(*example) if isinstance(example, (list, tuple)) else model(example)
        finally:
            for handle in handles:
                handle.remove()
            for module, training in modes.items():
                module.training = training

    @property
    def total_parameters(self) -> int:
        """How many numbers there are in parameters."""
        return _count(self._model.parameters())

    @property
    def trainable_parameters(self) -> int:
        """How many of them have gradients."""
        return _count(param for param in self._model.parameters() if param.requires_grad)

    @property
    def total_layer_params(self) -> int:
        """How many numbers are in the layers of the table."""
        return sum(layer.num_parameters for layer in self.layers)

    @property
    def model_size(self) -> float:
        """Megabytes of the parameters."""
        params = [each for each in self._model.parameters() if not isinstance(each, nn.parameter.UninitializedParameter)]
        return sum(param.numel() * param.element_size() for param in params) / 1e6

    @property
    def total_training_modes(self) -> dict[str, int]:
        """How many layers train, and how many do not."""
        modes = [module.training for module in self._model.modules() if module is not self._model]
        return {"train": sum(modes), "eval": len(modes) - sum(modes)}

    def columns(self) -> list[tuple[str, list[str]]]:
        """The columns: a title, and a text for each row."""
        layers = self.layers
        found = [
            (" ", [str(i) for i in range(len(layers))]),
            ("Name", [layer.name for layer in layers]),
            ("Type", [layer.layer_type for layer in layers]),
            ("Params", [get_human_readable_count(layer.num_parameters) for layer in layers]),
            ("Mode", ["train" if layer.module.training else "eval" for layer in layers]),
        ]
        if getattr(self._model, "example_input_array", None) is not None:
            found.append(("In sizes", [str(layer.in_size) for layer in layers]))
            found.append(("Out sizes", [str(layer.out_size) for layer in layers]))
        own = self.total_parameters - _count(
            {param for layer in layers for param in layer.module.parameters()} if layers else ()
        )
        if own and layers:
            row = (" ", "other params", "n/a", get_human_readable_count(own), "n/a", "n/a", "n/a")
            for (_, cells), cell in zip(found, row, strict=False):
                cells.append(cell)
        return found

    def sums(self) -> list[tuple[str, str]]:
        """What stands below the table: a number and what it is of."""
        total, trainable = self.total_parameters, self.trainable_parameters
        modes = self.total_training_modes
        return [
            (get_human_readable_count(trainable), "Trainable params"),
            (get_human_readable_count(total - trainable), "Non-trainable params"),
            (get_human_readable_count(total), "Total params"),
            (f"{self.model_size:,.3f}", "Total estimated model params size (MB)"),
            (str(modes["train"]), "Modules in train mode"),
            (str(modes["eval"]), "Modules in eval mode"),
        ]

    def __str__(self) -> str:
        columns = self.columns()
        widths = [max(len(title), *map(len, cells), 0) for title, cells in columns]
        rule = "-" * (sum(widths) + 3 * (len(columns) + 1))

        def row(cells: list[str]) -> str:
            return " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))

        body = [row([cells[i] for _, cells in columns]) for i in range(len(columns[0][1]))]
        below = [f"{value:<10}{words}" for value, words in self.sums()]
        return "\n".join([row([title for title, _ in columns]), rule, *body, rule, *below])

    __repr__ = __str__


def summarize(lightning_module: Any, max_depth: int = 1) -> ModelSummary:
    """The table of a module."""
    return ModelSummary(lightning_module, max_depth=max_depth)


__all__ = ["LayerSummary", "ModelSummary", "get_human_readable_count", "summarize"]
