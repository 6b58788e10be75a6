"""The modules of PyTorch that the library does not have: they can be imported, and their names say when they are used what is missing."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from . import _absent
from ._module_names import NAMES

# Modules whose names are those of another: the files in which PyTorch defines what its packages export are found without being listed.
_HOMES = {
    "torch.utils.model_zoo": "torch.hub",
    "torch.distributed._tensor": "torch.distributed.tensor",
    "torch._tensor_str": "torch",
    "torch.random": "torch",
    **{f"torch.utils.data.datapipes.iter.{name}": "torch.utils.data.datapipes.iter.files" for name in ("filelister", "fileopener", "streamreader")},
    **{f"torch.utils.data.datapipes.map.{name}": "torch.utils.data.datapipes.map.pipes" for name in ("callable", "combinatorics", "combining", "grouping", "utils")},
}
_tables: dict[str, dict[str, str]] = {}


def _table() -> dict[str, dict[str, str]]:
    """By module: its names, each with its mark."""
    if not _tables:
        for line in NAMES.split("\n"):
            path, _, names = line.partition(" ")
            if path:
                _tables[f"torch.{path}"] = {name.rstrip("*=()"): name for name in names.split()}
                # Packages that hold it.
                parts = path.split(".")[:-1]
                for count in range(1, len(parts) + 1):
                    _tables.setdefault(".".join(["torch", *parts[:count]]), {})
    return _tables


def is_known(path: str) -> bool:
    """Whether PyTorch has a module of this name."""
    return path in _table()


def _refuse(path: str) -> NotImplementedError:
    return NotImplementedError(_absent.told(path, f"{path} is PyTorch's and is not in this library"))


class _Missing(type):
    """Classes that cannot be made; they may be named, and asked about."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        return _value(f"{cls.__module__}.{cls.__name__}.{name}")

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise _refuse(f"{cls.__module__}.{cls.__name__}" if "_missing" in vars(cls) else f"{cls.__mro__[1].__module__}.{cls.__mro__[1].__name__}")


class _Value:
    """A value that is missing: it can be handed on and compared."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _value(f"{self._path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise _refuse(self._path)

    def __repr__(self) -> str:
        return f"<{self._path}, which is not in this library>"


_values: dict[str, _Value] = {}


def _value(path: str) -> _Value:
    return _values.setdefault(path, _Value(path))


def operation(name: str) -> Any:
    """An operation of `torch.ops`, the same object each time."""
    return _value(f"torch.ops.{name}")


def _function(module: str, name: str) -> Any:
    def missing(*args: Any, **kwargs: Any) -> Any:
        raise _refuse(f"{module}.{name}")

    missing.__name__ = missing.__qualname__ = name
    missing.__module__ = module
    return missing


def _stand_in(module: str, name: str, mark: str) -> Any:
    if mark.endswith("()"):
        return _function(module, name)
    if mark.endswith("*") or (not mark.endswith("=") and name[:1].isupper() and not name.isupper()):
        return _Missing(name, (), {"__module__": module, "_missing": True})
    if mark.endswith("=") or name.isupper():
        return _value(f"{module}.{name}")
    return _function(module, name)


def _real(module: str, name: str) -> Any:
    """What the library has under this name in a module that leads to this one; None where there is nothing."""
    home = _HOMES.get(module)
    parts = module.split(".")
    for path in ([home] if home else [".".join(parts[:count]) for count in range(len(parts) - 1, 1, -1)]):
        space = importlib.import_module(path)
        if getattr(space, "_is_listed", False):
            continue
        try:
            found = getattr(space, name)
        except AttributeError:
            continue
        if not isinstance(found, ModuleType | _Missing | _Value) and "_refuse" not in getattr(getattr(found, "__code__", None), "co_names", ()):
            return found
    return None


def attribute(module: str, name: str, known: dict[str, Any]) -> Any:
    """A name of PyTorch's in a module, for its `__getattr__`: the library's from where it is, else one that tells that it is missing."""
    if not name.startswith("__"):
        mark = _table().get(module, {}).get(name)
        found = _real(module, name) if mark is not None or module in _HOMES else None
        if found is None and mark is not None:
            found = _stand_in(module, name, mark)
        if found is None and is_known(f"{module}.{name}"):
            found = importlib.import_module(f"{module}.{name}")
        if found is not None:
            known[name] = found
            return found
    raise AttributeError(_absent.told(f"{module}.{name}", f"module {module!r} has no attribute {name!r}"))


def extend(module: ModuleType) -> None:
    """Has a module of the library's answer, too, for those names of PyTorch's module that it does not have."""
    own, path = module.__dict__.get("__getattr__"), module.__name__

    def find(name: str) -> Any:
        if own is not None:
            try:
                return own(name)
            except AttributeError:
                if name not in _table()[path] and not is_known(f"{path}.{name}"):
                    raise
        return attribute(path, name, module.__dict__)

    module.__getattr__ = find  # type: ignore[method-assign]


def answering(module: str, known: dict[str, Any]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a module that answers for all names of PyTorch's."""
    return lambda name: attribute(module, name, known), lambda: sorted({*known, *_table().get(module, {})})


class _Finder:
    """Is asked for the modules of `torch`: those of the library answer for more names, and those that it does not have are made."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not name.startswith("torch."):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None:
            if is_known(name) and spec.loader is not None:
                run = spec.loader.exec_module

                def exec_module(module: ModuleType) -> None:
                    run(module)
                    extend(module)

                spec.loader.exec_module = exec_module  # type: ignore[method-assign]
            return spec
        if is_known(name) or name in _HOMES:
            return ModuleSpec(name, _Finder, is_package=True)  # type: ignore[arg-type]
        if (why := _absent.reason(name)) is not None:
            raise ModuleNotFoundError(f"No module named {name!r}: {why}", name=name)
        return None

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """A module as usual."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Fills a module."""
        path = module.__name__
        module.__doc__ = f"`{path}`, of which the library has what other modules of its have."
        module._is_listed = True  # type: ignore[attr-defined]
        module.__getattr__, module.__dir__ = answering(path, module.__dict__)  # type: ignore[method-assign]


def install() -> None:
    """Has imports find the modules."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "__module__", "") != __name__]
    sys.meta_path.insert(0, _Finder)  # type: ignore[arg-type]
    for name, module in list(sys.modules.items()):
        if name.startswith("torch.") and type(module) is ModuleType and name == module.__name__ and is_known(name):
            extend(module)
