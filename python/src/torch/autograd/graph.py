"""`torch.autograd.graph`: the functions that gradients are taken further by."""

from __future__ import annotations

from typing import Any

from .. import _bridge, _tree
from .._graph import Node, register_multi_grad_hook  # noqa: F401
from .._saved import (  # noqa: F401
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    save_on_cpu,
    saved_tensors_hooks,
)
from . import queue_callback  # noqa: F401
from .grad_mode import no_grad


def increment_version(tensor: Any) -> None:
    """Counts a change of tensors that gradients are told of."""
    for x in tensor if isinstance(tensor, tuple | list) else (tensor,):
        if x.is_inference() and not _bridge.is_inferring:
            raise RuntimeError("Inplace update to inference tensor outside InferenceMode is not allowed.")
        with no_grad():
            x.copy_(x.clone())


__getattr__, __dir__ = _tree.answering(__name__, globals())
