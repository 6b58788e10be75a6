"""`_Loss` and `_WeightedLoss`: what losses are, the library's and those that programs write."""

from __future__ import annotations

from typing import Any

from ... import _bridge
from .module import Module


class _Loss(Module):
    """A loss, with the way in which it is reduced to a number."""

    reduction: str

    def __init__(self, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__()
        given = {"size_average": size_average, "reduce": reduce, "reduction": reduction}
        self.reduction = _bridge.with_reduction(given)["reduction"]


class _WeightedLoss(_Loss):
    """A loss with a weight for each class, which is a buffer."""

    def __init__(self, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


_Loss.__module__ = _WeightedLoss.__module__ = "torch.nn.modules.loss"
