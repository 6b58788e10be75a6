"""`torch.save` and `torch.load`: PyTorch's own files, in the interpreter's file system or in memory."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from . import _utils, storage
from ._foreign import foreign_class
from ._tensor import Tensor

DEFAULT_PROTOCOL = 2
MAP_LOCATION = Any
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C

_safe_globals: list[Any] = []

_SAFE_NAMES = {
    ("collections", "OrderedDict"),
    ("collections", "Counter"),
    ("collections", "defaultdict"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "bytearray"),
    ("builtins", "complex"),
    ("builtins", "slice"),
    ("builtins", "list"),
    ("builtins", "dict"),
    ("builtins", "int"),
    ("_codecs", "encode"),
    ("torch", "Size"),
    ("torch", "Tensor"),
    ("torch", "device"),
    ("torch.nn.parameter", "Parameter"),
    # It makes objects of the classes that are named beside it, which have to be allowed themselves.
    ("torch.nn.modules._pickle", "_remade"),
    # It makes tensors of a class that is named beside it.
    ("torch._tensor", "_rebuild_from_type_v2"),
    ("torch.storage", "UntypedStorage"),
    *(("torch._utils", name) for name in _utils.__all__),
    *(("torch", name) for name in storage.CLASSES),
    *(("torch", name) for name in storage.DTYPES),
}


class SourceChangeWarning(Warning):
    """The source of a module in a file differs from the module's own; files hold no source any longer."""


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Has `load` with `weights_only=True` take these classes and functions, too."""
    _safe_globals.extend(safe_globals)


def clear_safe_globals() -> None:
    """Takes back what `add_safe_globals` added."""
    _safe_globals.clear()


def get_safe_globals() -> list[Any]:
    """What `add_safe_globals` added."""
    return list(_safe_globals)


@contextlib.contextmanager
def safe_globals(safe_globals: list[Any]) -> Iterator[None]:
    """`add_safe_globals` for the code in a `with` block."""
    before = list(_safe_globals)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _safe_globals[:] = before


class _Pickler(pickle.Pickler):
    """Writes tensors as PyTorch does: how they are rebuilt, and the storages aside."""

    def __init__(self, file: Any, protocol: int) -> None:
        super().__init__(file, protocol)
        self.keys: dict[int, str] = {}
        self.parts: list[storage.Part] = []

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, storage.Part):
            return None
        if value.id not in self.keys:
            self.keys[value.id] = str(len(self.parts))
            self.parts.append(value)
        return ("storage", value.storage_class, self.keys[value.id], "cpu", value.size)

    def reducer_override(self, value: Any) -> Any:
        return storage.reduce_tensor(value) if isinstance(value, Tensor) else NotImplemented


@contextlib.contextmanager
def _opened(file: Any, mode: str) -> Iterator[Any]:
    if isinstance(file, (str, os.PathLike)):
        with open(file, mode) as opened:
            yield opened
    elif hasattr(file, "read" if "r" in mode else "write"):
        yield file
    else:
        raise AttributeError(
            f"expected 'f' to be a path or a file-like object with '{'read' if 'r' in mode else 'write'}', "
            f"but got {type(file).__name__}"
        )


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Writes tensors, state dicts and what else pickles to a path or a file object, as PyTorch does."""
    contents = io.BytesIO()
    pickler = _Pickler(contents, pickle_protocol)
    pickler.dump(obj)
    data = storage.read_all(pickler.parts)
    stem = os.path.splitext(os.path.basename(f))[0] if isinstance(f, (str, os.PathLike)) else ""
    folder = stem if stem.isidentifier() else "archive"
    with _opened(f, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{folder}/data.pkl", contents.getvalue())
        archive.writestr(f"{folder}/byteorder", "little")
        for i, numbers in enumerate(data):
            archive.writestr(f"{folder}/data/{i}", numbers)
        archive.writestr(f"{folder}/version", "3\n")


def _unpickler(
    weights_only: bool, load_storage: Callable[[Any], Any], file: Any, *, builds: bool = True
) -> pickle.Unpickler:
    allowed = {(one.__module__, one.__qualname__): one for one in _safe_globals if hasattr(one, "__qualname__")}

    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            # Protocol 2 has the names of Python 2.
            module = {"__builtin__": "builtins"}.get(module, module)
            if (module, name) in allowed:
                return allowed[(module, name)]
            if weights_only and (module, name) not in _SAFE_NAMES:
                raise pickle.UnpicklingError(
                    "Weights only load failed. In PyTorch 2.6, we changed the default value of the `weights_only` "
                    "argument in `torch.load` from `False` to `True`. Re-running `torch.load` with `weights_only` set "
                    "to `False` will likely succeed, but it can result in arbitrary code execution. Do it only if you "
                    f"got the file from a trusted source.\n\tWeightsUnpickler error: Unsupported global: GLOBAL "
                    f"{module}.{name} was not an allowed global by default. Please use "
                    f"`torch.serialization.add_safe_globals([{name}])` to allowlist this global if you trust it."
                )
            if module == "torch._utils" and not builds:
                return lambda *_: None
            if module == "torch" and name in storage.CLASSES:
                return storage.CLASSES[name]
            try:
                return super().find_class(module, name)
            except (ImportError, AttributeError):
                # Weights need not wait for the program that made them.
                return foreign_class(module, name)

        def persistent_load(self, saved_id: Any) -> Any:
            # Old files of whole modules have the text of each class beside it.
            return saved_id[1] if saved_id[0] == "module" else load_storage(saved_id)

    return Unpickler(file, encoding="utf-8")


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Reads what `save`, here or in PyTorch, wrote. Any `map_location` may be named: there is one device.

    With `weights_only`, the default, nothing of the file is run: only classes of tensors and containers are taken. With
    `weights_only=False`, a class that cannot be imported here has an object in its place that keeps its arguments and state.
    """
    weights_only = pickle_module is None if weights_only is None else weights_only
    with _opened(f, "rb") as file:
        start = file.tell()
        if zipfile.is_zipfile(file):
            file.seek(start)
            return _load_zip(file, weights_only)
        file.seek(start)
        return _load_legacy(file, weights_only)


def _load_zip(file: Any, weights_only: bool) -> Any:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        pickled = next((name for name in names if name.endswith("/data.pkl")), None)
        if pickled is None:
            raise RuntimeError("PytorchStreamReader failed locating file data.pkl: file not found")
        folder = pickled[: -len("data.pkl")]
        order = archive.read(f"{folder}byteorder") if f"{folder}byteorder" in names else b"little"
        parts: dict[str, Any] = {}

        def load_storage(saved_id: Any) -> Any:
            _, kind, key, _, size = saved_id
            if key not in parts:
                parts[key] = storage.Loaded(kind, archive.read(f"{folder}data/{key}"), size, order == b"little")
            return parts[key]

        return _unpickler(weights_only, load_storage, io.BytesIO(archive.read(pickled))).load()


def _no_storage(saved_id: Any) -> Any:
    raise pickle.UnpicklingError("expected no storage here; corrupt file?")


def _load_legacy(file: Any, weights_only: bool) -> Any:
    try:
        magic = _unpickler(True, _no_storage, file).load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, KeyError):
        magic = None
    if magic != _LEGACY_MAGIC:
        raise pickle.UnpicklingError("Invalid magic number; corrupt file?")
    for _ in ("protocol", "system"):
        _unpickler(True, _no_storage, file).load()
    start = file.tell()
    parts: dict[str, Any] = {}

    def load_storage(saved_id: Any) -> Any:
        _, kind, key, _, size, *_ = saved_id
        return parts.setdefault(key, storage.Loaded(kind, None, size, True))

    # The bytes follow what says how tensors are made of them, which is read again once they are there.
    _unpickler(weights_only, load_storage, file, builds=False).load()
    for key in _unpickler(True, _no_storage, file).load():
        size = int.from_bytes(file.read(8), "little")
        parts[key].fill(file.read(size * parts[key].element_bytes))
    file.seek(start)
    return _unpickler(weights_only, load_storage, file).load()


__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save"]
