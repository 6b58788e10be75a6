"""Python's indices of tensors, as the library takes them."""

from __future__ import annotations

import operator
import os
import re
import warnings
from typing import Any

from . import _bridge
from ._bridge import JsException, js, send, to_js, translated

_pick = js.pick
_put = js.put


def _number(value: Any) -> str:
    try:
        return "" if value is None else str(operator.index(value))
    except TypeError:
        raise TypeError("slice indices must be integers or None or have an __index__ method") from None


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
    return [_part(item) for item in (_joined(items) if len(items) > 1 else items)]


def _is_flag(item: Any) -> bool:
    return type(item) is bool or (hasattr(item, "_js") and item._js.ndim == 0 and item._js.dtype in ("bool", "uint8"))


def _joined(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Items in which those that are true or false by themselves are one: they broadcast together."""
    flags = [item for item in items if _is_flag(item)]
    if not flags:
        return items
    is_listed = any(_is_list(item) for item in items)
    if len(flags) < 1 + (not is_listed):
        return items
    holds = all(map(bool, flags))
    first = next(i for i, item in enumerate(items) if _is_flag(item))
    kept = tuple(holds if i == first else item for i, item in enumerate(items) if i == first or not _is_flag(item))
    if not is_listed:
        return kept
    if not holds:
        raise IndexError("shape mismatch: indexing tensors could not be broadcast together with shapes [0], […]")
    return kept[:first] + kept[first + 1 :]


def _check_lists(self: Any, key: Any) -> None:
    """Numbers in lists are checked where they are given."""
    items = key if type(key) is tuple else (key,)
    if not any(type(item) in (list, range) for item in items):
        return
    shape, dim = self.shape, 0
    for item in items:
        if item is Ellipsis:
            return
        if type(item) in (list, range) and dim < len(shape):
            size = shape[dim]
            for number in item:
                if type(number) is int and not -size <= number < size:
                    of = f"dimension {dim} with size {size}" if size else "dimension with size 0"
                    raise IndexError(f"index {number} is out of bounds for {of}" if size else f"index is out of bounds for {of}")
        if item is not None and not _is_flag(item):
            dim += item.ndim if str(getattr(item, "dtype", "")) in ("bool", "torch.bool", "torch.uint8") else 1


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
        if kind in (list, tuple):
            _check_lists(self, key)
        return _bridge.receive(_pick(self._js, *parts(key)), "getitem")
    except JsException as error:
        raise _index_error(error, self, key) from None


def put(self: Any, key: Any, value: Any) -> None:
    """`x[key] = value`."""
    if isinstance(value, list | tuple) or (hasattr(type(value), "__array__") and not hasattr(value, "_js")):
        from ._creation import tensor

        value = tensor(value, dtype=self.dtype)
    if type(key) in (list, tuple):
        _check_lists(self, key)
    given = _written_by(parts(key))
    if hasattr(value, "_js") and any(map(_is_mask, given)):
        _check_count(self, given, value)
        if value.numel() == 0:
            # A mask that holds nowhere, as in `x[x > 9] += 1`.
            return
    while True:
        try:
            return _bridge.receive(_put(self._js, to_js(given), send(value)))
        except JsException as error:
            # Dimensions of 1 that stand before those of the place are left out.
            is_wide = hasattr(value, "_js") and value.dim() > 0 and value.shape[0] == 1
            if not (is_wide and _too_wide.match(str(getattr(error, "message", "")))):
                raise _index_error(error, self, key) from None
        value = value.squeeze(0)


_too_wide = re.compile(r"copy_: expected a source that broadcasts to")


def _check_count(self: Any, given: list[Any], value: Any) -> None:
    """Of values that stand for places of a mask each there are as many as places, which Python waits for."""
    mask = given[0]
    if len(given) != 1 or value.dim() != 1 + self.dim() - mask.ndim or value.shape[0] == 1 or not _bridge.can_run_sync():
        return
    count = int(_bridge.makers["Tensor"](js.alias(mask)).sum())
    if count != value.shape[0]:
        result = [count, *self.shape[mask.ndim :]]
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of shape {result}"
        )


def index_put_(self: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Writes, or adds, values at the places that index tensors and masks name together."""
    given = [index.bool() if index._js.dtype == "uint8" and _mask(index) else index for index in indices]
    if values.numel() == 0 and any(index._js.dtype == "bool" for index in given):
        return self
    return _bridge.call(js.method("indexPut_"), (self, given, values, accumulate), {}, "index_put_", self)


def index_put(self: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """A copy with values at such places."""
    return index_put_(self.clone(), indices, values, accumulate)


def _index_error(error: Any, self: Any, key: Any) -> Exception:
    made = translated(error)
    if getattr(made, "lamplight", "") in ("ShapeError", "DTypeError", "ArgumentError") and str(made).startswith("at:"):
        told = IndexError(str(made))
        told.lamplight = made.lamplight  # type: ignore[attr-defined]
        return told
    return made
