"""`torchvision.transforms`: changes to pictures, and to what lies beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import _door
from torch._aliases import add_modules

from . import _samples, functional  # noqa: F401  # its classes need `_samples`
from .functional import InterpolationMode


def _listed(name: str, transforms: Sequence[Any], note: str = "") -> str:
    lines = "".join(f"\n    {each}" for each in transforms)
    return f"{name}({note}{lines}\n)"


class Compose:
    """Transforms one after another: the library's, and any functions of Python."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms)


class Lambda:
    """A function of Python as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RandomApply(torch.nn.Module):
    """Transforms that are applied with a probability, all or none."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img: Any) -> Any:
        """The picture, changed or not."""
        if self.p < torch.rand(1).item():
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms, f"\n    p={self.p}")


class RandomOrder:
    """Transforms in a random order."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        import random

        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for i in order:
            img = self.transforms[i](img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms)


class RandomChoice(RandomOrder):
    """One of the transforms, chosen at random."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: Sequence[float] | None = None) -> None:
        super().__init__(transforms)
        self.p = p

    def __call__(self, *args: Any) -> Any:
        import random

        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"


def __getattr__(name: str) -> Any:
    if name == "v2":
        import importlib

        return importlib.import_module("torchvision.transforms.v2")
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())


class Normalize(_door.attribute(__name__, "Normalize", {})):  # type: ignore[misc]
    """Takes a mean from each channel, and divides it by a deviation."""

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__(mean, std, inplace)
        # Printed as they were given, and whether it works in place by version 2 alone.
        self.__dict__["_given"] = f"mean={mean}, std={std}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._given})"


__all__ = ["Compose", "InterpolationMode", "Lambda", "Normalize", "RandomApply", "RandomChoice", "RandomOrder", "functional"]


add_modules(__name__)
