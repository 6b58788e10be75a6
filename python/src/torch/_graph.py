"""The functions that gradients go back through: `x.grad_fn`, and where each hands its gradients on."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from ._bridge import JsException, js, jsnull, lent, receive, translated
from ._tensor import Tensor


class _Functions(type):
    """Functions of the library, and leaves, are nodes, without having the class among their own."""

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, _Function)

    def __subclasscheck__(cls, other: type) -> bool:
        return cls is other or issubclass(other, _Function)


class Node(metaclass=_Functions):
    """A function that hands gradients on."""


class _Hooks:
    """The hooks of a function: those that see the gradients of its results, and those that see the gradients of its arguments, too."""

    def __init__(self) -> None:
        self.before: OrderedDict[int, Any] = OrderedDict()
        self.behind: OrderedDict[int, Any] = OrderedDict()

    def around(self, gradients: tuple, of_results: tuple | None = None) -> tuple | None:
        """Calls the hooks before the function, or those behind it; gives other gradients where a hook gave them."""
        hooks, beside = (self.before, ()) if of_results is None else (self.behind, (of_results,))
        given = gradients
        for hook in list(hooks.values()):
            answer = hook(given, *beside)
            if answer is not None:
                given = _replaced(given, answer, hook)
        return None if given is gradients else given


class _HooksOfCall(_Hooks):
    """Those of a call of a function of the program's own, of whose results some have no gradients."""

    def __init__(self, places: list[int], count: int) -> None:
        super().__init__()
        self._places, self._count = places, count

    def _spread(self, gradients: tuple) -> tuple:
        found = dict(zip(self._places, gradients))
        return tuple(found.get(at) for at in range(self._count))

    def around(self, gradients: tuple, of_results: tuple | None = None) -> tuple | None:
        """The same, with None for results that have no gradients."""
        if of_results is not None:
            return super().around(gradients, self._spread(of_results))
        given = super().around(self._spread(gradients))
        return given and tuple(given[at] for at in self._places)


def _replaced(given: tuple, answer: Any, hook: Any) -> tuple:
    """The gradients that a hook gives in the place of those that it was given."""
    if not isinstance(answer, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(answer).__name__}'")
    name = getattr(hook, "__name__", "<unknown>")
    if len(answer) != len(given):
        raise RuntimeError(
            f"hook '{name}' has returned an incorrect number of values (got {len(answer)}, but expected {len(given)})"
        )
    for before, after in zip(given, answer):
        if after is None:
            continue
        if before is None:
            raise RuntimeError("can't replace a None gradient with a non-None value")
        if not isinstance(after, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(after).__name__}'")
        if after.dtype != before.dtype:
            raise RuntimeError(f"hook '{name}' has changed the type of value (was {before.type()} got {after.type()})")
        if after.shape != before.shape:
            raise RuntimeError(f"hook '{name}' has changed the size of value")
    return answer


def _added(hooks: OrderedDict[int, Any], hook: Any) -> Any:
    from .utils.hooks import add_hook

    return add_hook(hooks, hook)


# The hooks of functions, by the same keys as `_known`, for as long as the library holds them.
_hooks: WeakValueDictionary[Any, _Hooks] = WeakValueDictionary()


class _Function:
    def __init__(self, handle: Any) -> None:
        self._js = handle
        self.metadata: dict[Any, Any] = {}

    def _key(self) -> Any:
        return self._js.id

    def _no_hooks(self) -> _Hooks:
        return _Hooks()

    def _hooks_of(self) -> _Hooks:
        end, key = self._js, self._key()
        found = _hooks.get(key)
        try:
            if found is None or not js.isSurrounded(end):
                found = _hooks[key] = self._no_hooks()
                js.putAround(end, lent(found.around))
        except JsException as error:
            raise translated(error) from None
        return found

    def register_hook(self, fn: Callable[..., Any]) -> Any:
        """Has `fn(grad_inputs, grad_outputs)` see the gradients of the arguments beside those of the results; it may give others for the former."""
        return _added(self._hooks_of().behind, fn)

    def register_prehook(self, fn: Callable[..., Any]) -> Any:
        """Has `fn(grad_outputs)` see the gradients of the results before the function; it may give others."""
        return _added(self._hooks_of().before, fn)

    def name(self) -> str:
        """The name of the function, such as `MulBackward0`."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input: the function that its gradient is handed to, and which of that function's results it is of."""
        return tuple((_other_end(to), output) for to, output in self._js.next)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class _Call(_Function):
    """A call of a function of the program's own; what its context has is found here, too."""

    def __init__(self, handle: Any, call: tuple) -> None:
        super().__init__(handle)
        self._call = call

    def _no_hooks(self) -> _Hooks:
        shapes, places = self._call[2]
        return _HooksOfCall(places, len(shapes))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call[1], name)


class AccumulateGrad(_Function):
    """The end of a way: it adds to the gradient of a leaf, `variable`."""

    def __init__(self, variable: Tensor) -> None:
        super().__init__(variable._js)
        self.variable = variable

    def _key(self) -> Any:
        return "leaf", self._js.js_id

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


_classes: dict[tuple[str, type], type] = {}
# Each function is one object for as long as a program holds it.
_known: WeakValueDictionary[Any, _Function] = WeakValueDictionary()


def function_of(handle: Any) -> Any:
    """The function of a handle; None where there is none."""
    if handle is None or handle is jsnull:
        return None
    found = _known.get(handle.id)
    if found is None:
        call = _call_of(handle)
        base = _Function if call is None else _Call
        key = handle.name, base
        kind = _classes.get(key)
        if kind is None:
            kind = _classes[key] = type(handle.name, (base,), {})
        found = _known[handle.id] = kind(handle) if call is None else kind(handle, call)
    return found


def _call_of(handle: Any) -> Any:
    number = js.numberOfCall(handle)
    if number is None:
        return None
    from .autograd.function import _waiting

    return _waiting.get(number)


def _other_end(handle: Any) -> Any:
    if not hasattr(handle, "requiresGrad"):
        return function_of(handle)
    key = ("leaf", handle.js_id)
    found = _known.get(key)
    if found is None:
        found = _known[key] = AccumulateGrad(standing_for(handle))
    return found


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
