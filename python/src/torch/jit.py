"""`torch.jit`: functions and modules themselves, since the library records and fuses what they call without being asked."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

from . import _tree
from .nn.modules.module import Module

__path__: list[str] = []

Final = Any


class ScriptModule(Module):
    """What TorchScript makes of a module. Nothing is one here, unless a program says so."""


class RecursiveScriptModule(ScriptModule):
    """The same of a module with submodules."""


class ScriptFunction:
    """What TorchScript makes of a function. Nothing is one here."""


_told: set[str] = set()


def _tell(name: str, text: str) -> None:
    if name not in _told:
        _told.add(name)
        warnings.warn(
            f"torch.jit.{name} gives back what it is given: {text}", skip_file_prefixes=(os.path.dirname(__file__),)
        )


def script(obj: Any, *_: Any, **__: Any) -> Any:
    """The function, class or module itself, with one warning that nothing is compiled. Also a decorator."""
    _tell("script", "Python runs every line, and the library fuses what it calls")
    return obj


def trace(func: Any, example_inputs: Any = None, *_: Any, **__: Any) -> Any:
    """The function or module itself, with one warning; what it decides by values it goes on deciding."""
    _tell("trace", "what is decided by values of the example is decided anew for each input")
    return func


def script_method(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The method itself."""
    return fn


export = _overload = _overload_method = script_if_tracing = _script_if_tracing = script_method


class TracerWarning(Warning):
    """What a trace warns of. Nothing is traced here."""


def ignore(drop: Any = False, **_: Any) -> Any:
    """The function itself, or a decorator that gives it."""
    return drop if callable(drop) else script_method


def unused(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself."""
    return fn


def interface(obj: Any) -> Any:
    """The class itself."""
    return obj


def is_scripting() -> bool:
    """No: Python runs every line."""
    return False


def is_tracing() -> bool:
    """No: Python runs every line."""
    return False


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value."""
    return the_value


isinstance = isinstance


def freeze(mod: Any, *_: Any, **__: Any) -> Any:
    """The module itself."""
    return mod


optimize_for_inference = freeze


def save(m: Any, f: Any, *_: Any, **__: Any) -> None:
    """Refused: there is no program of TorchScript's."""
    raise RuntimeError("jit.save: expected a state dict, since there is no TorchScript here; write torch.save(m.state_dict(), f)")


def load(f: Any, *_: Any, **__: Any) -> None:
    """Refused: there is no interpreter of TorchScript's."""
    raise RuntimeError("jit.load: expected a state dict, since there is no TorchScript here; load it by torch.load")


__getattr__, __dir__ = _tree.answering(__name__, globals())
