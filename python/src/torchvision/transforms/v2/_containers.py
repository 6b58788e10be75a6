"""Transforms of transforms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import nn

from ._transform import Transform


class _Container(Transform):
    def __init__(self, transforms: Sequence[Callable]) -> None:
        if not isinstance(transforms, Sequence | nn.ModuleList):
            raise TypeError("Argument transforms should be a sequence of callables")
        if not transforms:
            raise ValueError("Pass at least one transform")
        super().__init__()
        self.transforms = transforms

    @staticmethod
    def _one_by_one(transforms: Iterable[Callable], inputs: tuple[Any, ...]) -> Any:
        several = len(inputs) > 1
        for transform in transforms:
            made = transform(*inputs)
            inputs = made if several else (made,)
        return inputs if several else inputs[0]


class Compose(_Container):
    """Transforms one after another."""

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed by all of them."""
        return self._one_by_one(self.transforms, inputs)

    def extra_repr(self) -> str:
        """A line of each transform."""
        return "\n".join(f"    {transform}" for transform in self.transforms)


class RandomApply(_Container):
    """Transforms that are applied with a probability, all or none."""

    def __init__(self, transforms: Sequence[Callable] | nn.ModuleList, p: float = 0.5) -> None:
        super().__init__(transforms)
        if not 0.0 <= p <= 1.0:
            raise ValueError("`p` should be a floating point value in the interval [0.0, 1.0].")
        self.p = p

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed or not."""
        return self._one_by_one([] if torch.rand(1) >= self.p else self.transforms, inputs)

    extra_repr = Compose.extra_repr


class RandomChoice(_Container):
    """One of the transforms, chosen at random."""

    def __init__(self, transforms: Sequence[Callable], p: list[float] | None = None) -> None:
        super().__init__(transforms)
        shares = [1] * len(transforms) if p is None else p
        if len(shares) != len(transforms):
            raise ValueError(f"Length of p doesn't match the number of transforms: {len(shares)} != {len(transforms)}")
        self.p = [share / sum(shares) for share in shares]

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed by one of them."""
        return self.transforms[int(torch.multinomial(torch.tensor(self.p), 1))](*inputs)


class RandomOrder(_Container):
    """Transforms in a random order."""

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed by all of them."""
        return self._one_by_one([self.transforms[i] for i in torch.randperm(len(self.transforms)).tolist()], inputs)
