"""`torch.distributed.tensor`: the placements that tables of layers name. What distributes a tensor needs several processes, which a page does not have."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Partial", "Placement", "Replicate", "Shard"]


class Placement:
    """How a tensor lies on the devices of a mesh."""

    def is_shard(self, dim: int | None = None) -> bool:
        """Whether each device has a part, along `dim` if it is given."""
        return isinstance(self, Shard) and dim in (None, self.dim)

    def is_replicate(self) -> bool:
        """Whether each device has all of it."""
        return isinstance(self, Replicate)

    def is_partial(self, reduce_op: str | None = None) -> bool:
        """Whether the devices' values are to be reduced, by `reduce_op` if it is given."""
        return isinstance(self, Partial) and reduce_op in (None, self.reduce_op)


@dataclass(frozen=True)
class Shard(Placement):
    """Each device has a part along a dimension."""

    dim: int


@dataclass(frozen=True)
class Replicate(Placement):
    """Each device has all of the tensor."""


@dataclass(frozen=True)
class Partial(Placement):
    """Each device has a value of its own, and the tensor is their sum or another reduction."""

    reduce_op: str = "sum"
