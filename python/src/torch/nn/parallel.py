"""Modules over several devices, of which there is one here."""

from __future__ import annotations

from typing import Any

from .modules.module import Module


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


__all__ = ["DataParallel", "DistributedDataParallel"]
