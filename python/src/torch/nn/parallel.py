"""Modules over several devices, of which there is one here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .. import _tree
from .._bridge import find
from .modules.module import Module

cat = find("torch", "cat")
__path__: list[str] = []


class DataParallel(Module):
    """The module itself, under the name `module`: there is one device."""

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module computes."""
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(DataParallel):
    """The module itself, under the name `module`: there is one process."""

    def __init__(self, module: Module, *args: Any, **kwargs: Any) -> None:
        super().__init__(module)

    @contextlib.contextmanager
    def no_sync(self) -> Iterator[None]:
        """Changes nothing within the `with`: gradients are of one process."""
        yield


def scatter(inputs: Any, target_gpus: Any, dim: int = 0) -> list[Any]:
    """The inputs for each device, of which there is one."""
    return [inputs]


def scatter_kwargs(inputs: Any, kwargs: Any, target_gpus: Any, dim: int = 0) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The arguments for each device, of which there is one."""
    return (tuple(inputs),), (dict(kwargs or {}),)


def gather(outputs: Any, target_device: Any, dim: int = 0) -> Any:
    """The results of all devices, of which there is one."""
    return outputs[0] if len(outputs) == 1 else cat(list(outputs), dim)


def replicate(network: Module, devices: Any, detach: bool = False) -> list[Module]:
    """The module for each device, of which there is one."""
    return [network for _ in devices]


def parallel_apply(modules: Any, inputs: Any, kwargs_tup: Any = None, devices: Any = None) -> list[Any]:
    """What each module computes of its inputs."""
    named = kwargs_tup or [{}] * len(modules)
    return [module(*given if isinstance(given, list | tuple) else (given,), **one) for module, given, one in zip(modules, inputs, named)]


def data_parallel(module: Module, inputs: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0, module_kwargs: Any = None) -> Any:
    """What the module computes."""
    return module(*inputs if isinstance(inputs, tuple) else (inputs,), **(module_kwargs or {}))


__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel", "gather", "parallel_apply", "replicate", "scatter"]

__getattr__, __dir__ = _tree.answering(__name__, globals())
