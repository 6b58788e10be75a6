"""Which methods a class has of its own."""

from __future__ import annotations

import inspect
from typing import Any


def is_overridden(method_name: str, instance: Any, parent: type | None = None) -> bool:
    """Whether an object has a method in the place of that of Lightning's class."""
    from ..callbacks.callback import Callback
    from ..core import LightningDataModule, LightningModule

    known = (LightningModule, LightningDataModule, Callback)
    base = parent or next((each for each in known if isinstance(instance, each)), None)
    own = getattr(instance, method_name, None)
    if own is None:
        return False
    return getattr(own, "__func__", own) is not getattr(base, method_name, None)


def takes(method: Any, name: str, least: int | None = None) -> bool:
    """Whether a method has a parameter of this name, or any number of them; or at least so many that are positional."""
    params = inspect.signature(method).parameters.values()
    kinds = {param.kind for param in params}
    if name in (param.name for param in params) or inspect.Parameter.VAR_KEYWORD in kinds:
        return True
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return True
    return least is not None and len(params) >= least
