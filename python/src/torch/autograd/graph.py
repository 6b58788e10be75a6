"""`torch.autograd.graph`: the functions that gradients are taken further by."""

from __future__ import annotations

from .. import _tree
from .._graph import Node, register_multi_grad_hook, save_on_cpu  # noqa: F401
from . import queue_callback  # noqa: F401

__getattr__, __dir__ = _tree.answering(__name__, globals())
