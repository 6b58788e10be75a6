"""`torch.distributions.utils`: attributes that are computed when they are first read. Other names lead to where the library has them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch


class lazy_property:
    """A decorator: the method's result becomes an attribute of the object."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)

    def __get__(self, instance: Any, obj_type: Any = None) -> Any:
        if instance is None:
            return property(self.wrapped)
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value
