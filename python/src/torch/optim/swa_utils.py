"""Averages of a model's parameters over the steps of its training."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch

from .. import nn
from ..autograd import no_grad
from ._cosine import SWALR

SWALR.__module__ = __name__


def get_swa_avg_fn() -> Callable[[Any, Any, Any], Any]:
    """The mean of all models, as `avg_fn`."""

    @no_grad()
    def swa_update(averaged: Any, current: Any, num_averaged: Any) -> Any:
        return averaged + (current - averaged) / (num_averaged + 1)

    return swa_update


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], Any]:
    """An average that forgets: `decay` of it stays at each update, as `avg_fn`."""
    _expect_decay(decay)

    @no_grad()
    def ema_update(averaged: Any, current: Any, num_averaged: Any) -> Any:
        return decay * averaged + (1 - decay) * current

    return ema_update


def get_swa_multi_avg_fn() -> Callable[[list[Any], list[Any], Any], None]:
    """The mean of all models, as `multi_avg_fn`."""
    return _of_each(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[list[Any], list[Any], Any], None]:
    """An average that forgets, as `multi_avg_fn`."""
    return _of_each(get_ema_avg_fn(decay))


def _expect_decay(decay: float) -> None:
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def _of_each(average: Callable[[Any, Any, Any], Any]) -> Callable[[list[Any], list[Any], Any], None]:
    @no_grad()
    def update(averaged: list[Any], current: list[Any], num_averaged: Any) -> None:
        for one, other in zip(averaged, current, strict=True):
            one.copy_(average(one, other, num_averaged) if one.is_floating_point() else other)

    return update


class AveragedModel(nn.Module):
    """A copy of a model that holds the averages of its parameters."""

    def __init__(
        self,
        model: nn.Module,
        device: Any = None,
        avg_fn: Callable | None = None,
        multi_avg_fn: Callable | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = copy.deepcopy(model)
        self.register_buffer("n_averaged", torch.tensor(0, dtype=torch.long))
        self.use_buffers = use_buffers
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: nn.Module) -> None:
        """Takes the parameters of a model into the averages."""
        own, others = self._tensors(self.module), self._tensors(model)
        with no_grad():
            if self.n_averaged.item() == 0:
                for one, other in zip(own, others, strict=True):
                    one.copy_(other)
            else:
                average = self.multi_avg_fn or _of_each(self.avg_fn or get_swa_avg_fn())
                average(own, [other.detach() for other in others], self.n_averaged)
            if not self.use_buffers:
                for one, other in zip(self.module.buffers(), model.buffers(), strict=True):
                    one.copy_(other)
            self.n_averaged += 1

    def _tensors(self, model: nn.Module) -> list[Any]:
        buffers = model.buffers() if self.use_buffers else ()
        return [tensor for tensor in (*model.parameters(), *buffers)]


@no_grad()
def update_bn(loader: Iterable[Any], model: nn.Module, device: Any = None) -> None:
    """Computes the statistics of a model's batch normalizations anew, in one pass over a loader."""
    momenta = {}
    for module in model.modules():
        if hasattr(module, "running_mean") and hasattr(module, "num_batches_tracked"):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    for batch in loader:
        model(batch[0] if isinstance(batch, (list, tuple)) else batch)
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)
