"""Lamplight's own: reading back with `await`, for browsers in which Python cannot wait, and values passed between Python and TypeScript."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from . import _bridge
from ._bridge import JsException, JsProxy, js, receive, send, translated
from ._tensor import Tensor, listed

# By a data set's name: who writes its files into a folder, given that and whether they are to train with, for `download=True`.
downloads: dict[str, Callable[[str, bool], Any]] = {}


async def item(x: Tensor) -> Any:
    """`await torch.lamplight.item(x)`: the only element, also where Python cannot wait."""
    value = await _awaited(js.item(x._js))
    return float(value) if x.dtype.is_floating_point else value


async def tolist(x: Tensor) -> Any:
    """`await torch.lamplight.tolist(x)`: the elements in nested lists, also where Python cannot wait."""
    if x.dim() == 0:
        return await item(x)
    data = await _awaited(js.elements(x._js))
    return listed(data, list(x.shape), x._js.dtype)


def dropout_masks(source: str) -> None:
    """Where masks of dropout are drawn: on the `device`, the default, or by the `generator` of `torch.manual_seed`, as PyTorch's."""
    _bridge.find("torch.nn.functional", "dropout_masks")(source)


async def _awaited(result: Any) -> Any:
    """What reading gave, which is a promise where the host does not know the numbers."""
    if type(result) is not _bridge.ARRAY or result[0] != "promise":
        return receive(result)
    try:
        return await result[1]
    except JsException as error:
        raise translated(error) from None


def live() -> int:
    """How many tensors Python holds."""
    return js.liveHandles()


def to_typescript(value: Any) -> Any:
    """A value as TypeScript has it: tensors and modules as the library's own, sequences as arrays, dicts with texts as keys as objects, functions as functions."""
    if hasattr(type(value), "_outward"):
        _bridge.hand_over(value)
        return send(value)
    if isinstance(value, list | tuple):
        return _bridge.to_js([to_typescript(item) for item in value])
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        pairs = {key: to_typescript(item) for key, item in value.items()}
        return _bridge.to_js(pairs, dict_converter=_bridge.entries_to_object)
    if hasattr(value, "_js"):
        return send(value)
    if isinstance(value, FunctionType | MethodType):
        return _bridge.lent(value)
    return value


def to_python(value: Any) -> Any:
    """A value of TypeScript as Python has it: tensors and modules as Python's, arrays as tuples, objects as dicts."""
    from . import nn  # noqa: F401  It knows modules.

    if not isinstance(value, JsProxy) and value is not _bridge.jsnull:
        return value
    seen = receive(js.seen(value))
    return _bridge.function(js.bind(value), value.name or "function", "typescript") if value is seen and callable(seen) else seen
