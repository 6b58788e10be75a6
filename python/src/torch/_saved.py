"""Hooks of saved values: a program takes what functions save for their gradients, and gives it back when a gradient reads it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from . import _bridge, _tensor
from ._bridge import js, receive, to_js
from ._creation import from_typed
from ._errors import known_again
from ._tensor import Tensor
from .autograd.grad_mode import no_grad

Pack, Unpack = Callable[[Tensor], Any], Callable[[Any], Tensor]

# The hooks of the blocks that the program is in, the innermost last; each with the last function from before its block.
_blocks: list[tuple[Pack, Unpack, int]] = []
# Why no block of hooks may be entered.
refusal: str | None = None
# By the ids of functions: what packing their values has given, and what unpacks it.
_packed: dict[int, tuple[list[Any], Unpack]] = {}
_is_packing = False


class saved_tensors_hooks:
    """A block in which `pack_hook` takes each tensor that is saved for a gradient, which reads what `unpack_hook` makes of the answer."""

    def __init__(self, pack_hook: Pack, unpack_hook: Unpack) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if refusal is not None:
            raise RuntimeError(refusal)
        _blocks.append((self.pack_hook, self.unpack_hook, js.lastNodeId()))
        _tensor.watch(_take)

    def __exit__(self, *_: object) -> None:
        _blocks.pop()
        if not _blocks:
            _tensor.watch(None)


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """A block in which a block of hooks raises a RuntimeError with this message."""
    global refusal
    if _blocks:
        raise RuntimeError(error_message)
    before, refusal = refusal, error_message
    try:
        yield
    finally:
        refusal = before


class save_on_cpu(saved_tensors_hooks):
    """A block whose saved values wait for their gradients in the memory of the host."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(_to_host, _from_host)


def _to_host(x: Tensor) -> Any:
    if not _bridge.can_run_sync() or x._js.dtype == "float16":
        return x
    return receive(_tensor._checked(js.elements, x._js), "save_on_cpu"), x._js.dtype, list(x.shape)


def _from_host(kept: Any) -> Tensor:
    if isinstance(kept, Tensor):
        return kept
    numbers, dtype, shape = kept
    return from_typed(numbers, dtype, shape)


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """A block in which gradients read what tensors held when they were saved, though they are changed in place since."""
    with saved_tensors_hooks(lambda x: x, lambda x: x):
        yield


def _pack(x: Tensor, pack: Pack) -> Any:
    global _is_packing
    before, _is_packing = _is_packing, True
    version = x._version
    try:
        with no_grad():
            packed = pack(x)
    finally:
        _is_packing = before
    if x._version != version:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be modified by "
            "in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform in-place "
            "operations on the input to a pack hook."
        )
    return packed


def _unpack(packed: Any, unpack: Unpack) -> Tensor:
    x = unpack(packed)
    if not isinstance(x, Tensor):
        kind = type(x).__name__
        raise TypeError(f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {kind}")
    return x


def _take(made: Tensor) -> None:
    """Packs what the functions behind a new tensor save."""
    if _is_packing or not made._js.requiresGrad:
        return
    pack, unpack, since = _blocks[-1]
    for saving, values in js.savings(made._js, since):
        _packed[saving.id] = [_pack(x, pack) for x in receive(values)], unpack
        saving.leave(_give_back)


def _given_back(number: int) -> Any:
    packed, unpack = _packed[number]
    found = [_unpack(each, unpack) for each in packed]
    _bridge.hand_over(found)
    return to_js([x._js for x in found])


_give_back = _bridge.create_proxy(known_again(_given_back))


class Held:
    """What a function of the program's own saves, packed."""

    def __init__(self, x: Tensor, pack: Pack, unpack: Unpack) -> None:
        self._saved, value = js.savedOf(x._js)
        self._unpack = unpack
        self._packed = _pack(receive(value), pack)

    def back(self) -> Tensor:
        """The tensor, for its gradient."""
        return receive(js.savedBack(self._saved, _unpack(self._packed, self._unpack)._js))


def held(tensors: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is kept of tensors that a function of the program's own saves: these, or what the hooks of the block make of them."""
    if not _blocks:
        return tensors
    pack, unpack, _ = _blocks[-1]
    return tuple(x if x is None else Held(x, pack, unpack) for x in tensors)


def forget_spent() -> None:
    """Lets go of values whose gradients have been taken for the last time."""
    if _packed:
        for number in js.spentSavings():
            _packed.pop(number, None)
