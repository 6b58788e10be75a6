"""`torch.autograd.forward_ad`: which tensors carry a derivative forward: none does, since gradients go backward here."""

from __future__ import annotations

from typing import Any, NamedTuple


class UnpackedDualTensor(NamedTuple):
    """A tensor with the derivative that it carries."""

    primal: Any
    tangent: Any


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The tensor and, in the place of its derivative, None."""
    return UnpackedDualTensor(tensor, None)
