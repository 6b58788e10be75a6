"""The base class of transforms in Python, of one's own, too."""

from __future__ import annotations

from enum import Enum
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_flatten, tree_unflatten
from torchvision.transforms._samples import LibraryTransform, is_picture
from torchvision.tv_tensors import Image, Video

from ._utils import check_type, has_any, is_pure_tensor


class _Kind(type(nn.Module)):  # type: ignore[misc]
    def __instancecheck__(cls, made: Any) -> bool:
        return super().__instancecheck__(made) or (cls is Transform and isinstance(made, LibraryTransform))


class Transform(nn.Module, metaclass=_Kind):
    """A step that changes some of the values of a sample: a subclass says how by `transform`, with what `make_params` has drawn."""

    # Types, or functions that say yes, of what it changes; all else passes.
    _transformed_types: tuple[Any, ...] = (torch.Tensor, is_picture)

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        """Raises an error where the transform cannot take these values."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """What is drawn once for all values of a sample."""
        return {}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """One value, changed."""
        raise NotImplementedError

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed."""
        leaves, spec = tree_flatten(inputs if len(inputs) > 1 else inputs[0])
        self.check_inputs(leaves)
        chosen = self._needs_transform_list(leaves)
        params = self.make_params([leaf for leaf, wanted in zip(leaves, chosen) if wanted])
        return tree_unflatten([self.transform(leaf, params) if wanted else leaf for leaf, wanted in zip(leaves, chosen)], spec)

    def _needs_transform_list(self, flat_inputs: list[Any]) -> list[bool]:
        # Of plain tensors the first is the picture, where there is no other.
        takes_pure = not has_any(flat_inputs, Image, Video, is_picture)
        chosen = []
        for leaf in flat_inputs:
            wanted = check_type(leaf, self._transformed_types)
            if wanted and is_pure_tensor(leaf):
                wanted, takes_pure = takes_pure, False
            chosen.append(wanted)
        return chosen

    def extra_repr(self) -> str:
        """The numbers, texts and lists that it was made with."""
        told = {name: value for name, value in vars(self).items() if name[:1] != "_" and name != "training"}
        kinds = (bool, int, float, str, tuple, list, Enum)
        return ", ".join(f"{name}={value}" for name, value in told.items() if isinstance(value, kinds))
