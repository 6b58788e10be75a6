"""The functions that gradients go back through: `x.grad_fn`, and where each hands its gradients on."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from weakref import WeakValueDictionary

from ._bridge import js, jsnull, receive
from ._tensor import Tensor


class _Functions(type):
    """Functions of the library, and leaves, are nodes, without having the class among their own."""

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, _Function)

    def __subclasscheck__(cls, other: type) -> bool:
        return cls is other or issubclass(other, _Function)


class Node(metaclass=_Functions):
    """A function that hands gradients on."""


class _Function:
    def __init__(self, handle: Any) -> None:
        self._js = handle
        self.metadata: dict[Any, Any] = {}

    def name(self) -> str:
        """The name of the function, such as `MulBackward0`."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input: the function that its gradient is handed to, and which of that function's results it is of."""
        return tuple((_other_end(to), output) for to, output in self._js.next)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class AccumulateGrad(_Function):
    """The end of a way: it adds to the gradient of a leaf, `variable`."""

    def __init__(self, variable: Tensor) -> None:
        super().__init__(None)
        self.variable = variable

    def name(self) -> str:
        """The name of the function."""
        return "torch::autograd::AccumulateGrad"

    next_functions = ()


# Objects of a program's by the numbers of their tensors, as the last look at all objects found them.
_alive: WeakValueDictionary[int, Tensor] = WeakValueDictionary()


def alive(handle: Any) -> Tensor | None:
    """The object of a program's that stands for a tensor of the library; None where there is none."""
    number = handle.js_id
    found = _alive.get(number)
    # An object may have come to stand for another tensor meanwhile.
    if found is None or found._js.js_id != number:
        _alive.clear()
        for each in gc.get_objects():
            if issubclass(type(each), Tensor) and "_js" in each.__dict__:
                _alive.setdefault(each._js.js_id, each)
        found = _alive.get(number)
    return found


def standing_for(handle: Any) -> Tensor:
    """That object, or another one where there is none."""
    found = alive(handle)
    if found is None:
        found = _alive[handle.js_id] = receive(js.seen(handle))
    return found


_classes: dict[str, type] = {}
# Each function is one object for as long as a program holds it.
_known: WeakValueDictionary[Any, _Function] = WeakValueDictionary()


def function_of(handle: Any) -> Any:
    """The function of a handle; None where there is none."""
    if handle is None or handle is jsnull:
        return None
    found = _known.get(handle.id)
    if found is None:
        name = handle.name
        kind = _classes.get(name)
        if kind is None:
            kind = _classes[name] = type(name, (_Function,), {})
        found = _known[handle.id] = kind(handle)
    return found


def _other_end(handle: Any) -> Any:
    if not hasattr(handle, "requiresGrad"):
        return function_of(handle)
    key = ("leaf", handle.js_id)
    found = _known.get(key)
    if found is None:
        found = _known[key] = AccumulateGrad(standing_for(handle))
    return found


@contextlib.contextmanager
def save_on_cpu(pin_memory: bool = False, device_type: str = "cuda") -> Iterator[None]:
    """A block whose values would wait for their gradients in the memory of the host; here the library decides what is kept."""
    yield


class _Handles:
    def __init__(self, handles: list[Any]) -> None:
        self._handles = handles

    def remove(self) -> None:
        """Takes the hook away."""
        for handle in self._handles:
            handle.remove()


def register_multi_grad_hook(tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all") -> _Handles:
    """Calls `fn(gradients)` once a backward has taken those of all tensors that it reaches; with `mode="any"` `fn(gradient)` for its first."""
    from .autograd import queue_callback

    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    found: dict[int, Any] = {}

    def end() -> None:
        if not found:
            return
        gradients = [found.get(i) for i in range(len(tensors))]
        found.clear()
        if mode == "all":
            fn(gradients)

    def hook(at: int) -> Callable[[Tensor], None]:
        def seen(gradient: Tensor) -> None:
            if not found:
                queue_callback(end)
                if mode == "any":
                    fn(gradient)
            found[at] = gradient
            if mode == "all" and len(found) == len(tensors):
                end()

        return seen

    return _Handles([x.register_hook(hook(i)) for i, x in enumerate(tensors)])
