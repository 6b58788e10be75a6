"""`torch.onnx`: networks as ONNX files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from typing import Any

from .. import _bridge, _door

_door.open_door("onnx")


class TrainingMode(Enum):
    """In which mode a network is exported."""

    EVAL = "eval"
    PRESERVE = "preserve"
    TRAINING = "train"


class ONNXProgram:
    """A network as an ONNX file."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def save(self, destination: Any) -> None:
        """Writes the file: to a path, or into a file that is open for bytes."""
        if hasattr(destination, "write"):
            destination.write(self._data)
            return
        with open(os.fspath(destination), "wb") as file:
            file.write(self._data)


def is_in_onnx_export() -> bool:
    """No: a program is written from what a module computes, which runs as ever."""
    return False


def export(
    model: Any,
    args: Any = (),
    f: Any = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset_version: int | None = None,
    dynamic_axes: Any = None,
    training: TrainingMode = TrainingMode.EVAL,
    **unused: Any,
) -> ONNXProgram:
    """The operations of one call of `model` with `args` as an ONNX file, which is written to `f` where that is given."""
    _refuse(unused)
    example = list(args) if isinstance(args, tuple | list) else args
    named = {
        "input_names": input_names,
        "output_names": output_names,
        "opset_version": opset_version,
        "dynamic_axes": dynamic_axes and {name: _axes(axes) for name, axes in dynamic_axes.items()},
        "training": TrainingMode(training).value,
    }
    data = _bridge.call(_bridge.js.find("torch.onnx", "export")[1], (model, example), named, "export")
    program = ONNXProgram(data.to_bytes())
    if f is not None:
        program.save(f)
    return program


# Options of PyTorch's that change nothing here, at the values that they may have.
_FREE = frozenset(
    """
    do_constant_folding dump_exported_program export_params keep_initializers_as_inputs optimize profile report
    artifacts_dir verbose verify autograd_inlining external_data fallback dynamo
    """.split()
)


def register_custom_op_symbolic(symbolic_name: str, symbolic_fn: Any, opset_version: int) -> None:
    """Notes nothing: `export` writes the operations that it knows itself."""


def unregister_custom_op_symbolic(symbolic_name: str, opset_version: int) -> None:
    """Forgets nothing."""


def _refuse(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if name not in _FREE and value is not None:
            raise TypeError(f"export: expected none of {name}, but got {value!r}; give dynamic_axes for sizes that stay open")


def _axes(axes: Any) -> Any:
    return {str(axis): name for axis, name in axes.items()} if isinstance(axes, dict) else list(axes)


__all__ = ["ONNXProgram", "TrainingMode", "export", "register_custom_op_symbolic", "unregister_custom_op_symbolic"]
