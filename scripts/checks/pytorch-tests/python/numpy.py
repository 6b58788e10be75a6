"""Names of NumPy for imports, each a class of its own, so that `isinstance` can be asked. What needs an array fails."""

from typing import Any

import stand_ins

__version__ = "0"
nan, inf = float("nan"), float("inf")


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
