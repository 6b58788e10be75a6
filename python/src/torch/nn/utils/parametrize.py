"""`torch.nn.utils.parametrize`: parameters that are computed of others at each use."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ... import _bridge
from . import _space


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """Within a `with` block parametrized tensors may be computed once; here each use computes them."""
    yield


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether a tensor of the module, or any, is parametrized."""
    bound = _bridge.js.find(__name__, "isParametrized")[1]
    return _bridge.call(bound, (module,) if tensor_name is None else (module, tensor_name), {}, "is_parametrized")


def __getattr__(name: str) -> Any:
    changing = frozenset({"register_parametrization", "remove_parametrizations"})
    return _space.attribute(__name__, name, globals(), changing)


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
