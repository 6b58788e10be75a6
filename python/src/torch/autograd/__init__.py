"""Gradients as a function, custom functions, and the switches of recording."""

from collections.abc import Callable
from typing import Any

from .. import _bridge, _overrides
from .._tensor import Tensor
from . import anomaly_mode
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled

__all__ = [
    "Function",
    "backward",
    "detect_anomaly",
    "set_detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]

_OF_FUNCTION = frozenset({"Function", "FunctionCtx"})


class VariableMeta(type):
    """Tensors are variables."""

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, Tensor)


# For each backward under way: what is called at its end.
_ends: list[list[Callable[[], None]]] = []


def queue_callback(callback: Callable[[], None]) -> None:
    """Has a function be called at the end of the backward that is under way."""
    if not _ends:
        raise RuntimeError("Final callbacks can only be installed during backward pass.")
    _ends[-1].append(callback)


class _Engine:
    queue_callback = staticmethod(queue_callback)


class Variable(metaclass=VariableMeta):
    """A leaf of the same memory: tensors have had gradients of their own since PyTorch 0.4."""

    _execution_engine = _Engine()

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: Any = None) -> Any:
        return data.detach().requires_grad_(requires_grad)


def grad(outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: Any = None, create_graph: bool = False, **keywords: Any) -> Any:
    """Gradients of `outputs` by `inputs`, as a tuple."""
    if isinstance(inputs, list | tuple) and not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    named = {"grad_outputs": grad_outputs, "retain_graph": retain_graph, "create_graph": create_graph, **keywords}
    try:
        return _taken("grad", (outputs, inputs), named)
    except _overrides.Overridden:
        from .._complex import like

        # Complex tensors among them.
        with _overrides.DisableTorchFunctionSubclass():
            found = _taken("grad", (outputs, inputs), named)
        return tuple(like(each, x) for each, x in zip(found, [inputs] if hasattr(inputs, "_js") else inputs))


def backward(tensors: Any, grad_tensors: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Any = None) -> None:
    """Adds the gradients of several tensors to the `grad` of the leaves that they were made from."""
    if inputs is not None:
        inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        if not all(x.is_leaf for x in inputs):
            found = grad(tensors, inputs, grad_tensors, retain_graph, create_graph, allow_unused=True)
            for x, gradient in zip(inputs, found):
                if gradient is not None:
                    x.grad = gradient if x.grad is None else x.grad + gradient
            return
    named = {"grad_tensors": grad_tensors, "retain_graph": retain_graph, "create_graph": create_graph, "inputs": inputs}
    _taken("backward", (tensors,), named)


def _taken(name: str, args: Any, named: dict[str, Any]) -> Any:
    return taken(getattr(_bridge.js.takers, name), tuple(list(arg) if not hasattr(arg, "_js") else arg for arg in args), named, name)


class _Run:
    """A backward that has stopped before a hook or a custom function of Python's, which is called from here: so it may wait."""

    def __init__(self, run: Any) -> None:
        self._run = run

    def after_call(self) -> Any:
        """Calls that code. Gives the result of the backward, or its run once more."""
        run = self._run
        before = run.enter()
        try:
            answer = run.code.unwrap()(*run.args)
        except BaseException:
            run.stop()
            raise
        finally:
            run.leave(before)
        try:
            return _bridge.receive(run.advance(answer))
        except _bridge.JsException as error:
            raise _bridge.translated(error) from None


_bridge.makers["GradientRun"] = _Run


def taken(function: Any, args: Any, named: dict[str, Any], name: str) -> Any:
    """What a function gives that takes gradients: watched for NaN where that is wanted."""
    watch = _bridge.js.watchForAnomalies() if anomaly_mode.is_watching else None
    ends: list[Callable[[], None]] = []
    _ends.append(ends)
    try:
        result = _bridge.call(function, args, named, name)
        while isinstance(result, _Run):
            result = result.after_call()
        # Each may ask for further ones.
        for end in ends:
            end()
    finally:
        _ends.pop()
        if watch is not None:
            watch.end()
        forget_spent()
    if watch is not None:
        _bridge.wait(watch.report(), name)
    return result


def forget_spent() -> None:
    """Lets go of custom functions, and of packed values, whose gradients have been taken for the last time."""
    import sys

    for name in ("torch.autograd.function", "torch._saved"):
        module = sys.modules.get(name)
        if module is not None:
            module.forget_spent()


from .gradcheck import gradcheck, gradgradcheck  # noqa: E402  # it needs grad


def __getattr__(name: str) -> Any:
    if name in _OF_FUNCTION:
        from . import function

        globals()[name] = found = getattr(function, name)
        return found
    return _bridge.package_attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
