"""Precisions of a trainer: float32, and float16 in products, with scaled losses, or throughout."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException


def halves(batch: Any) -> Any:
    """A batch whose tensors of float32 have become float16."""
    if isinstance(batch, torch.Tensor):
        return batch.half() if batch.dtype == torch.float32 else batch
    if isinstance(batch, dict):
        return {key: halves(part) for key, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*map(halves, batch))
    return type(batch)(map(halves, batch)) if isinstance(batch, (list, tuple)) else batch


class Precision:
    """Float32, as it is; a subclass changes what it has to."""

    name = "32-true"

    def module(self, module: Any) -> None:
        """Converts a module at the beginning of a run."""

    def batch(self, batch: Any) -> Any:
        """Converts a batch."""
        return batch

    def context(self) -> AbstractContextManager[Any]:
        """What steps run in."""
        return nullcontext()

    def scaled(self, loss: Any) -> Any:
        """The loss whose backward is taken."""
        return loss

    def step(self, optimizer: Any, closure: Callable[[], Any], before: Callable[[], Any], kwargs: Any) -> Any:
        """Steps an optimizer; `before` is called between the closure and the update."""

        def all_of_it() -> Any:
            result = closure()
            before()
            return result

        return optimizer.step(closure=all_of_it, **kwargs)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""


class HalfPrecision(Precision):
    """Float16 throughout."""

    name = "16-true"

    def module(self, module: Any) -> None:
        """Converts a module at the beginning of a run."""
        module.half()

    def batch(self, batch: Any) -> Any:
        """Converts a batch."""
        return halves(batch)


class MixedPrecision(Precision):
    """Products of float16 within `autocast`; losses are scaled, and steps whose gradients overflow left out."""

    name = "16-mixed"

    def __init__(self) -> None:
        self.scaler = torch.amp.GradScaler("cuda")

    def context(self) -> AbstractContextManager[Any]:
        """What steps run in."""
        return torch.autocast("cuda", dtype=torch.float16)

    def scaled(self, loss: Any) -> Any:
        """The loss whose backward is taken."""
        return self.scaler.scale(loss)

    def step(self, optimizer: Any, closure: Callable[[], Any], before: Callable[[], Any], kwargs: Any) -> Any:
        """Steps an optimizer; `before` is called between the closure and the update."""
        if isinstance(optimizer, torch.optim.LBFGS):
            raise MisconfigurationException(
                "Trainer: expected an optimizer that sees each batch once with precision '16-mixed', but got LBFGS"
            )
        result = closure()
        if result is None:
            # A step that was left out has no gradients to unscale.
            return None
        self.scaler.unscale_(optimizer)
        before()
        found = self.scaler.step(optimizer, **kwargs)
        self.scaler.update()
        return found

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it: how losses are scaled."""
        return self.scaler.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        self.scaler.load_state_dict(state_dict)


def precision_of(given: Any) -> Precision:
    """The precision of an option. Raises ValueError for those that WebGPU has not."""
    name = str(given if given is not None else "32-true")
    if name in ("32", "32-true"):
        return Precision()
    if name in ("16", "16-mixed"):
        return MixedPrecision()
    if name == "16-true":
        return HalfPrecision()
    raise ValueError(
        f"Trainer: expected precision '32-true', '16-mixed' or '16-true', but got {given!r}; WebGPU has no bfloat16 and no "
        "float64"
    )
