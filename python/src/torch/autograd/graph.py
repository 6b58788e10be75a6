"""`torch.autograd.graph`: the functions that gradients are taken further by."""

from __future__ import annotations

from .. import _tree
from .._tensor import Node  # noqa: F401

__getattr__, __dir__ = _tree.answering(__name__, globals())
