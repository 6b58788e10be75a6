"""Python's indices of tensors, as the library takes them."""

from __future__ import annotations

import operator
import os
import warnings
from typing import Any

from . import _bridge
from ._bridge import JsException, js, send, to_js, translated

_pick = js.pick
_put = js.put


def _number(value: Any) -> str:
    return "" if value is None else str(operator.index(value))


def _slice(part: slice) -> str:
    if part.step is None:
        return f"{_number(part.start)}:{_number(part.stop)}"
    step = part.step.__index__()
    if step <= 0:
        raise ValueError("step must be greater than zero")
    return f"{_number(part.start)}:{_number(part.stop)}:{step}"


def parts(key: Any) -> list[Any]:
    """The parts of an index."""
    items = key if type(key) is tuple else (key,)
    if len(items) > 1 and any(item is True for item in items) and any(map(_is_list, items)):
        # It broadcasts with the others.
        items = tuple(item for item in items if item is not True)
    return [_part(item) for item in items]


def _is_list(item: Any) -> bool:
    return isinstance(item, list | tuple | range) or (hasattr(item, "_js") and item._js.ndim > 0)


def _is_mask(part: Any) -> bool:
    return hasattr(part, "dtype") and part.dtype == "bool"


def _written_by(given: list[Any]) -> list[Any]:
    """Parts to write by, in which one mask may stand: of several the places are read back."""
    if sum(map(_is_mask, given)) < 2:
        return given
    places: list[Any] = []
    for part in given:
        if _is_mask(part):
            places += [x._js for x in _bridge.makers["Tensor"](js.alias(part)).nonzero(as_tuple=True)]
        else:
            places.append(part)
    return places


def _mask(bytes: Any) -> Any:
    """A mask of uint8, which indexes as one of bool does."""
    if bytes._js.ndim > 0:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            skip_file_prefixes=(os.path.dirname(__file__),),
        )
    return bytes.bool()._js


def _part(item: Any) -> Any:
    kind = type(item)
    if kind is int:
        return item
    if kind is slice:
        return _slice(item)
    if item is None:
        return _bridge.jsnull
    if item is Ellipsis:
        return "..."
    if kind is bool:
        from ._creation import tensor

        return tensor(item)._js
    if kind in (list, tuple, range):
        return _list(list(item))
    if hasattr(kind, "__array__") and not hasattr(item, "_js") and getattr(item, "ndim", 0) > 0:
        from ._creation import as_tensor

        item = as_tensor(item)
    if hasattr(item, "_js"):
        return _mask(item) if item._js.dtype == "uint8" else item._js
    if hasattr(kind, "__index__"):
        return item.__index__()
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {kind.__name__})"
    )


def _list(items: list[Any]) -> Any:
    from ._creation import tensor

    made = tensor(items)
    return made.long()._js if not items else made._js


def get(self: Any, key: Any) -> Any:
    """`x[key]`."""
    kind = type(key)
    try:
        if kind is int:
            return _bridge.receive(_pick(self._js, key), "getitem")
        return _bridge.receive(_pick(self._js, *parts(key)), "getitem")
    except JsException as error:
        raise _index_error(error, self, key) from None


def put(self: Any, key: Any, value: Any) -> None:
    """`x[key] = value`."""
    try:
        if isinstance(value, list | tuple) or (hasattr(type(value), "__array__") and not hasattr(value, "_js")):
            from ._creation import tensor

            value = tensor(value, dtype=self.dtype)
        given = _written_by(parts(key))
        if hasattr(value, "_js") and any(map(_is_mask, given)) and value.numel() == 0:
            # A mask that holds nowhere, as in `x[x > 9] += 1`.
            return
        _bridge.receive(_put(self._js, to_js(given), send(value)))
    except JsException as error:
        raise _index_error(error, self, key) from None


def _index_error(error: Any, self: Any, key: Any) -> Exception:
    made = translated(error)
    if getattr(made, "lamplight", "") in ("ShapeError", "DTypeError", "ArgumentError") and str(made).startswith("at:"):
        told = IndexError(str(made))
        told.lamplight = made.lamplight  # type: ignore[attr-defined]
        return told
    return made
