"""NumPy as the page's small stand-in has it; its other names are classes of their own, so that `isinstance` can be asked, and fail where they are called."""

import random as _random
from types import SimpleNamespace
from typing import Any

import small_numpy
import stand_ins

__version__ = "2.4.6"
nan, inf = float("nan"), float("inf")
globals().update(small_numpy.names())
random = SimpleNamespace(seed=_random.seed, randint=small_numpy.randint)


def _refused(cls: type, *_: Any, **__: Any) -> Any:
    if not stand_ins.importing:
        raise stand_ins.Missing(f"numpy.{cls.__name__} is not here")
    return object.__new__(cls)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = type(name, (), {"__new__": _refused})
    globals()[name] = made
    return made
