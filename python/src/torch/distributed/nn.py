"""`torch.distributed.nn`: collectives with gradients; of one process, each gives what it is given."""

from __future__ import annotations

import sys
from typing import Any

from .. import _tree
from . import ReduceOp

__path__: list[str] = []


def all_reduce(tensor: Any, op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """The sum, and whatever else `op` says, over one process."""
    return tensor.clone()


def broadcast(tensor: Any, src: int, group: Any = None) -> Any:
    """The sender's tensor, which is this one."""
    return tensor.clone()


def reduce(tensor: Any, dst: int, op: Any = ReduceOp.SUM, group: Any = None) -> Any:
    """As `all_reduce`."""
    return tensor.clone()


def all_gather(tensor: Any, group: Any = None) -> tuple[Any, ...]:
    """The tensors of all processes: this one's."""
    return (tensor.clone(),)


def gather(tensor: Any, dst: int = 0, group: Any = None) -> tuple[Any, ...]:
    """The tensors of all processes: this one's."""
    return (tensor.clone(),)


def scatter(tensors: Any, src: int = 0, group: Any = None) -> Any:
    """This process's part, which is the only one."""
    return tensors[0].clone()


functional = sys.modules[f"{__name__}.functional"] = sys.modules[__name__]

__getattr__, __dir__ = _tree.answering(__name__, globals())
