"""`assert_close`: whether tensors, numbers, and sequences and mappings of them agree within tolerances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from .._tensor import Tensor
from .._types import dtype

# By dtype: the relative and the absolute tolerance that PyTorch allows where none is given.
_TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raises `AssertionError` where `actual` is farther from `expected` than `atol + rtol * abs(expected)`."""
    if (rtol is None) != (atol is None):
        absent = "rtol" if rtol is None else "atol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {absent}.")
    compared = _Comparison(allow_subclasses, rtol, atol, equal_nan, check_dtype, check_stride)
    wrong = compared.anything(actual, expected, "")
    if wrong is not None:
        raise wrong[0](msg if isinstance(msg, str) else msg(wrong[1]) if msg is not None else wrong[1])


class _Comparison:
    """The tolerances of one call. Each comparison gives an error and its message, or None."""

    def __init__(self, allow_subclasses: bool, rtol: Any, atol: Any, equal_nan: bool, check_dtype: bool, check_stride: bool):
        self.allow_subclasses = allow_subclasses
        self.rtol = rtol
        self.atol = atol
        self.equal_nan = equal_nan
        self.check_dtype = check_dtype
        self.check_stride = check_stride

    def anything(self, actual: Any, expected: Any, place: str) -> tuple[type[Exception], str] | None:
        if isinstance(actual, Mapping) and isinstance(expected, Mapping):
            return self.mappings(actual, expected, place)
        if _is_sequence(actual) and _is_sequence(expected):
            return self.sequences(actual, expected, place)
        if isinstance(actual, Tensor) and isinstance(expected, Tensor):
            if not self.allow_subclasses and type(actual) is not type(expected):
                return self.told(TypeError, _types_apart(actual, expected), place)
            return self.tensors(actual, expected, place)
        if isinstance(actual, bool) and isinstance(expected, bool):
            text = f"Booleans mismatch: {actual} is not {expected}"
            return None if actual is expected else self.told(AssertionError, text, place)
        if isinstance(actual, int | float) and isinstance(expected, int | float):
            return self.numbers(actual, expected, place)
        if actual is None and expected is None:
            return None
        if hasattr(type(actual), "__array__") and hasattr(type(expected), "__array__"):
            from .._creation import as_tensor

            return self.tensors(as_tensor(actual), as_tensor(expected), place)
        if actual is None or expected is None:
            return self.told(AssertionError, f"None mismatch: {actual} is not {expected}", place)
        return self.told(TypeError, _types_apart(actual, expected), place)

    def told(self, kind: type[Exception], text: str, place: str) -> tuple[type[Exception], str]:
        return kind, f"{text}\n\nThe failure occurred for item {place}" if place else text

    def mappings(self, actual: Mapping[Any, Any], expected: Mapping[Any, Any], place: str) -> Any:
        missing, additional = set(expected) - set(actual), set(actual) - set(expected)
        if missing or additional:
            text = (
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(missing, key=str)}\n"
                f"Additional keys in the actual mapping: {sorted(additional, key=str)}"
            )
            return self.told(AssertionError, text, place)
        for key in sorted(expected, key=str):
            wrong = self.anything(actual[key], expected[key], f"{place}[{key!r}]")
            if wrong is not None:
                return wrong
        return None

    def sequences(self, actual: Sequence[Any], expected: Sequence[Any], place: str) -> Any:
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            return self.told(AssertionError, text, place)
        for i, (one, other) in enumerate(zip(actual, expected)):
            wrong = self.anything(one, other, f"{place}[{i}]")
            if wrong is not None:
                return wrong
        return None

    def tolerances(self, *kinds: dtype) -> tuple[float, float]:
        if self.rtol is not None:
            return self.rtol, self.atol
        allowed = [_TOLERANCES.get(kind._name, (0.0, 0.0)) for kind in kinds]
        return max(rtol for rtol, _ in allowed), max(atol for _, atol in allowed)

    def numbers(self, actual: Any, expected: Any, place: str) -> Any:
        floats = isinstance(actual, float) or isinstance(expected, float)
        if self.check_dtype and type(actual) is not type(expected):
            text = f"The (d)types do not match: {type(actual)} != {type(expected)}."
            return self.told(AssertionError, text, place)
        rtol, atol = (self.rtol, self.atol) if self.rtol is not None else _TOLERANCES["float64"] if floats else (0.0, 0.0)
        apart = abs(actual - expected)
        if actual == expected or (self.equal_nan and actual != actual and expected != expected):
            return None
        if math.isfinite(apart) and apart <= atol + rtol * abs(expected):
            return None
        relative = apart / abs(expected) if expected else math.inf
        text = _head("Scalars", rtol, atol)
        text += f"\n\nExpected {expected} but got {actual}."
        text += f"\nAbsolute difference: {apart}{_allowed(atol)}\nRelative difference: {relative}{_allowed(rtol)}"
        return self.told(AssertionError, text, place)

    def tensors(self, actual: Tensor, expected: Tensor, place: str) -> Any:
        for name, one, other, checked in (
            ("shape", actual.shape, expected.shape, True),
            ("dtype", actual.dtype, expected.dtype, self.check_dtype),
            ("stride", actual.stride(), expected.stride(), self.check_stride),
        ):
            if checked and one != other:
                shown = [tuple(each) if name == "shape" else each for each in (one, other)]
                text = f"The values for attribute {name!r} do not match: {_shown(name, shown[0])} != {_shown(name, shown[1])}."
                return self.told(AssertionError, text, place)
        rtol, atol = self.tolerances(actual.dtype, expected.dtype)
        kind = actual.dtype if actual.dtype == expected.dtype else _wider(actual, expected)
        one, other = actual.detach().to(kind), expected.detach().to(kind)
        close = _is_close(one, other, rtol, atol, self.equal_nan)
        if actual.numel() == 0 or bool(close.all()):
            return None
        return self.told(AssertionError, _told_of_tensors(one, other, close, rtol, atol), place)


def _is_close(one: Tensor, other: Tensor, rtol: float, atol: float, equal_nan: bool) -> Tensor:
    if one.dtype.is_floating_point:
        return one.isclose(other, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if rtol == 0 and atol == 0:
        return one == other
    return one.float().isclose(other.float(), rtol=rtol, atol=atol, equal_nan=equal_nan)


def _told_of_tensors(one: Tensor, other: Tensor, close: Tensor, rtol: float, atol: float) -> str:
    if one.dim() == 0:
        expected, actual = other.item(), one.item()
        apart = abs(actual - expected)
        relative = apart / abs(expected) if expected else math.inf
        text = _head("Scalars", rtol, atol) + f"\n\nExpected {expected} but got {actual}."
        return text + f"\nAbsolute difference: {apart}{_allowed(atol)}\nRelative difference: {relative}{_allowed(rtol)}"
    wrong = int((~close).sum())
    one, other = one.float(), other.float()
    # Where numbers agree, neither difference is told, though it be infinite or no number.
    differences = (one - other).abs().masked_fill(close, 0)
    ratios = (differences / other.abs()).masked_fill(close, 0)
    text = f"{_head('Tensor-likes', rtol, atol)}\n\n"
    text += f"Mismatched elements: {wrong} / {one.numel()} ({wrong / one.numel():.1%})\n"
    for name, numbers, tolerance in (("absolute", differences, atol), ("relative", ratios, rtol)):
        text += f"Greatest {name} difference: {numbers.max().item()} at index {_place(numbers)}{_allowed(tolerance)}\n"
    return text[:-1]


def _place(numbers: Tensor) -> tuple[int, ...]:
    flat = int(numbers.flatten().argmax())
    places: list[int] = []
    for size in reversed(numbers.shape):
        flat, at = divmod(flat, size)
        places.insert(0, at)
    return tuple(places)


def _head(what: str, rtol: float, atol: float) -> str:
    return f"{what} are not {'equal' if rtol == 0 and atol == 0 else 'close'}!"


def _allowed(tolerance: float) -> str:
    return f" (up to {tolerance} allowed)" if tolerance else ""


def _shown(name: str, value: Any) -> str:
    return f"torch.Size({list(value)})" if name == "shape" else str(value)


def _wider(one: Tensor, other: Tensor) -> Any:
    from .._settings import promote_types

    return promote_types(one.dtype, other.dtype)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _types_apart(actual: Any, expected: Any) -> str:
    return f"Types do not match: expected {type(expected).__name__}, but got {type(actual).__name__}: {actual!r}"
