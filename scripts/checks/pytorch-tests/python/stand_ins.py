"""Modules that PyTorch's tests import and that are not here: importing them works, calling anything of them in a test fails.

NumPy, SciPy and hypothesis are no part of the page, and neither are PyTorch's compilers, its dispatcher and its other devices.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

# These, and what lies below them.
_NAMES = frozenset(
    """
    hypothesis autograd multiprocessing.reduction torch._C torch._dynamo torch._inductor torch._logging torch._torch_docs
    torch._utils_internal torch.onnx torch.jit torch.library torch.multiprocessing torch.nested torch.overrides torch.xpu
    torch.types torch.backends.mkl torch.backends.mkldnn torch.backends.xnnpack torch.backends.quantized
    torch.backends.cudnn torch.backends.mps torch.utils.cpp_extension torch.utils._pytree torch.utils._python_dispatch
    torch.utils._mode_utils torch.utils.flop_counter torch.utils._foreach_utils torch.autograd._functions
    torch.autograd.forward_ad torch.autograd.profiler torch.autograd.profiler_util torch.autograd.graph
    torch.nn.parallel._functions torch.nn.utils.fusion torch.nn.modules.lazy
    torch.testing._internal.hypothesis_utils torch.testing._internal.opinfo torch.testing._internal.data
    """.split()
)

importing = True


class Missing(Exception):
    """A test called something that is not here."""


class StandIn:
    """A name of a module that is not here."""

    def __init__(self, name: str):
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Any:
        if name == "__name__":
            return self._name
        if name.startswith("__") and name not in ("__call__", "__version__"):
            raise AttributeError(name)
        return StandIn(f"{self._name}.{name}")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if not importing:
            raise Missing(f"{self._name} is not here")
        # A decorator gives what it is put on.
        if len(args) == 1 and not keywords and isinstance(args[0], types.FunctionType | type):
            return args[0]
        return StandIn(f"{self._name}()")

    def __mro_entries__(self, bases: Any) -> Any:
        return ()

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Any:
        return iter(())

    def __contains__(self, item: Any) -> bool:
        return False

    def __getitem__(self, item: Any) -> Any:
        return StandIn(f"{self._name}[…]")

    def __or__(self, other: Any) -> Any:
        return Any

    __ror__ = __or__

    def __enter__(self) -> Any:
        raise Missing(f"{self._name} is not here")

    def __exit__(self, *_: Any) -> None:
        pass

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}>"


class Module(types.ModuleType):
    """A module that is not here."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = StandIn(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made


class Lenient(types.ModuleType):
    """A module of ours: names that it lacks are stand-ins while the tests are imported."""

    def __getattr__(self, name: str) -> Any:
        if not importing or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return StandIn(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last of the finders: it finds all that is left under the names."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        parts = name.split(".")
        if not any(".".join(parts[: i + 1]) in _NAMES for i in range(len(parts))):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> Any:
        return Module(spec.name)

    def exec_module(self, module: Any) -> None:
        made.append(module.__name__)


made: list[str] = []


def install() -> None:
    """Has imports find the stand-ins from now on."""
    sys.meta_path.append(_Finder())
