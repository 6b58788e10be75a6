"""`torch.permute_copy` and its kin: what a view shows, as a tensor of memory of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._tensor import Tensor

_NAMES = frozenset(
    """
    alias as_strided detach diagonal expand narrow permute select slice split split_with_sizes squeeze t transpose unbind unfold
    unsqueeze view view_as_complex view_as_real
    """.split()
)


def _slice(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    return input[(slice(None),) * (dim % input.dim()) + (slice(start, end, step),)]


def _viewed(name: str) -> Callable[..., Any]:
    if name == "alias":
        return lambda input: input
    if name == "slice":
        return _slice
    if name.startswith("view_as"):
        return getattr(__import__("torch"), name)
    return lambda input, *args, **options: getattr(input, name)(*args, **options)


def copying(name: str) -> Callable[..., Any] | None:
    """The function of this name, such as `permute_copy`; None where PyTorch has none."""
    of = name.removesuffix("_copy")
    if of not in _NAMES:
        return None
    view = _viewed(of)

    def copied(*args: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        shown = view(*args, **options)
        if isinstance(shown, tuple | list):
            return tuple(part.clone() for part in shown)
        return shown.clone() if out is None else out.copy_(shown)

    copied.__name__ = copied.__qualname__ = name
    copied.__module__ = "torch"
    copied.__doc__ = f"What `{of}` shows, copied."
    return copied
