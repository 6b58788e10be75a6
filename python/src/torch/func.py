"""Functions of functions: gradients, Jacobians, maps over batches."""

from typing import Any

from . import _bridge
from .nn._functional_call import functional_call, stack_module_state

__path__: list[str] = []

__all__ = ["functional_call", "stack_module_state"]


def __getattr__(name: str) -> Any:
    return _bridge.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
