"""Full backward hooks: they see the gradients of a module's results and of its arguments on the way."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import _lamplight_modules as js

from ... import _bridge
from ..._bridge import create_proxy, receive, send, to_js
from ..._tensor import Tensor
from . import _link
from ._calls import _global_backward_hooks, _global_backward_pre_hooks


def with_backward(module: Any, args: tuple, forward: Callable[[tuple], Any]) -> Any:
    """Runs the forward of a module so that its backward hooks are called with the gradients that pass."""
    places = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]

    def run(given: Any) -> Any:
        passed = list(args)
        for at, handle in zip(places, given, strict=True):
            passed[at] = receive(_bridge.js.seen(handle))
        result = forward(tuple(passed))
        _bridge.hand_over(result)
        return send(result)

    lent = create_proxy(run)
    try:
        handles = to_js([args[i]._js for i in places])
        return receive(_link.checked(js.withBackward, handles, lent, *_lasting(module)))
    finally:
        lent.destroy()


class _Hooks:
    """Proxies of the functions that call a module's backward hooks; they are there for as long as the module is."""

    def __init__(self, module: Any) -> None:
        owner = weakref.ref(module)

        def on_outputs(outputs: Any) -> Any:
            module = owner()
            hooks = (*_global_backward_pre_hooks.values(), *(module._backward_pre_hooks.values() if module else ()))
            return _replaced(hooks, module, _seen(outputs))

        def on_inputs(inputs: Any, outputs: Any) -> Any:
            module = owner()
            hooks = (*_global_backward_hooks.values(), *(module._backward_hooks.values() if module else ()))
            return _replaced(hooks, module, _seen(inputs), _seen(outputs))

        self.proxies = [create_proxy(on_outputs), create_proxy(on_inputs)]

    def __deepcopy__(self, memo: dict) -> None:
        return None

    def __del__(self) -> None:
        for proxy in self.proxies:
            proxy.destroy()


def _lasting(module: Any) -> list[Any]:
    own = module.__dict__
    if own.get("_backward_proxies") is None:
        own["_backward_proxies"] = _Hooks(module)
    return own["_backward_proxies"].proxies


def _seen(handles: Any) -> tuple:
    """Gradients of the library's; None where there is none."""
    return tuple(
        None if handle is None or handle is _bridge.jsnull else receive(_bridge.js.seen(handle)) for handle in handles
    )


def _replaced(hooks: Any, module: Any, given: tuple, *rest: tuple) -> Any:
    """What hooks make of gradients; None where they leave them as they are."""
    gradients = given
    for hook in hooks:
        replaced = hook(module, gradients, *rest)
        if replaced is not None:
            gradients = replaced if isinstance(replaced, tuple) else (replaced,)
    if gradients is given:
        return None
    _bridge.hand_over(gradients)
    return send(list(gradients))
