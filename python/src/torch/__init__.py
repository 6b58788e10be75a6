"""PyTorch's interface on the visitor's GPU: Lamplight, which runs on WebGPU, in the place of PyTorch's own library."""

from __future__ import annotations

import importlib
import math
from typing import Any

from . import __future__, _bridge, _tree, _types, autograd
from ._checks import *  # noqa: F403
from ._creation import arange, as_tensor, empty_strided, from_numpy, frombuffer, full, is_tensor, tensor
from ._errors import OutOfMemoryError
from ._legacy import *  # noqa: F403
from ._settings import *  # noqa: F403
from ._tensor import Tensor
from ._types import Generator, Size, device, dtype, layout, memory_format
from .amp import GradScaler, autocast, get_autocast_dtype, is_autocast_enabled
from .autograd.grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
from .version import __version__

globals().update(_types.dtypes)
globals().update({alias: _types.dtypes[name] for alias, name in _types.dtype_aliases.items()})
strided = layout("strided")
# Tensors are asked whether they have one of these.
sparse_coo, sparse_csr, sparse_csc, sparse_bsr, sparse_bsc = map(layout, ("sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc"))
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
asarray = as_tensor
index_put, index_put_ = Tensor.index_put, Tensor.index_put_
inf, nan, pi, e, newaxis = math.inf, math.nan, math.pi, math.e, None

from . import storage  # noqa: E402  # these need the names above
from .serialization import load, save  # noqa: E402

globals().update(storage.CLASSES)

from ._lowrank import svd_lowrank  # noqa: E402
from ._nothing import empty, ones, zeros  # noqa: E402
from ._named import *  # noqa: E402, F403

_tree.install()


# Functions of complex numbers, by their modules, which are imported when one of them is named.
_LATE = {
    **dict.fromkeys(("complex", "polar", "view_as_complex", "view_as_real", "imag"), "_complex"),
    **dict.fromkeys(("stft", "istft"), "_spectra"),
}


def __getattr__(name: str) -> Any:
    if name in ("ScriptModule", "ScriptFunction"):
        return getattr(__getattr__("jit"), name)
    if name == "Future":
        return __getattr__("futures").Future
    if name in _LATE:
        found = importlib.import_module(f"torch.{_LATE[name]}").FUNCTIONS
        globals().update(found)
        return found[name]
    if name.endswith("_copy"):
        from ._copies import copying

        if (found := copying(name)) is not None:
            globals()[name] = found
            return found
    return _bridge.package_attribute("torch", name, globals())


def __dir__() -> list[str]:
    return _bridge.names("torch", globals())
