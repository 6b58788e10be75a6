"""How complex tensors are printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from . import _bridge

# As PyTorch prints them by default.
_PRECISION = 4
_WIDTH = 80
# With more numbers than so many, so many of either end of each dimension are printed.
_MOST = 1000
_EDGE = 3


def _flat(data: Any) -> Iterator[complex]:
    if isinstance(data, list):
        for part in data:
            yield from _flat(part)
    else:
        yield data


def _formatter(numbers: list[float]) -> Callable[[float], str]:
    sizes = [abs(number) for number in numbers if number != 0 and math.isfinite(number)]
    low, high = min(sizes, default=1.0), max(sizes, default=1.0)
    is_whole = all(size == math.ceil(size) for size in sizes)
    if high / low > 1000 or high > 1e8 or (not is_whole and low < 1e-4):
        form = f"{{:.{_PRECISION}e}}".format
    elif is_whole:
        form = lambda number: f"{number:.0f}." if math.isfinite(number) else f"{number:.0f}"  # noqa: E731
    else:
        form = f"{{:.{_PRECISION}f}}".format
    width = max((len(form(number)) for number in numbers), default=0)
    return lambda number: form(number).rjust(width)


def _number(value: complex, real: Callable[[float], str], imag: Callable[[float], str]) -> str:
    after = f"{imag(value.imag)}j".lstrip()
    return real(value.real) + ("" if after[0] in "+-" else "+") + after


def _rows(data: Any, form: Callable[[complex], str], indent: int, cuts: list[bool]) -> str:
    """Nested brackets; `cuts`: for each dimension whether its middle is left out."""
    if not cuts:
        return form(data)
    is_cut, *deeper = cuts
    if not deeper:
        words = [form(item) for item in data]
        per = max((_WIDTH - indent) // (max((len(word) for word in words), default=1) + 2), 1)
        if is_cut:
            words.insert(_EDGE, " ...")
        lines = [", ".join(words[at : at + per]) for at in range(0, len(words), per)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = [_rows(item, form, indent + 1, deeper) for item in data]
    if is_cut:
        parts.insert(_EDGE, "...")
    return "[" + ("," + "\n" * len(deeper) + " " * (indent + 1)).join(parts) + "]"


def _cut(tensor: Any) -> tuple[Any, list[bool]]:
    """The first and the last of each dimension of a large tensor, and which dimensions were cut."""
    cuts = [tensor.numel() > _MOST and size > 2 * _EDGE for size in tensor.shape]
    for dim, is_cut in enumerate(cuts):
        if is_cut:
            ends = [tensor.narrow(dim, 0, _EDGE), tensor.narrow(dim, tensor.shape[dim] - _EDGE, _EDGE)]
            tensor = _bridge.find("torch", "cat")(ends, dim)
    return tensor, cuts


def shown(tensor: Any) -> str:
    """A complex tensor as PyTorch prints it."""
    if not _bridge.can_run_sync():
        return f"tensor(<complex numbers, not read back>, size={tuple(tensor.shape)})"
    ends, cuts = _cut(tensor.detach())
    data = ends.tolist()
    numbers = list(_flat(data))
    real, imag = _formatter([number.real for number in numbers]), _formatter([number.imag for number in numbers])
    text = _rows(data, lambda value: _number(value, real, imag), len("tensor("), cuts) if numbers else "[]"
    ending = ""
    if not numbers:
        ending = f", size={tuple(tensor.shape)}, dtype=torch.complex64" if tensor.ndim > 1 else ", dtype=torch.complex64"
    if tensor.grad_fn is not None:
        ending += f", grad_fn=<{tensor.grad_fn.name()}>"
    elif tensor.requires_grad:
        ending += ", requires_grad=True"
    return f"tensor({text}{ending})"
