"""Full backward hooks: they see the gradients of a module's results and of its arguments on the way."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..._tensor import Tensor
from ...autograd.function import Function
from ._calls import _global_backward_hooks, _global_backward_pre_hooks


class BackwardHookFunction(Function):
    """Passes tensors on as they are; `seen` gets their gradients, and may give others."""

    @staticmethod
    def forward(ctx: Any, seen: Callable[[tuple], tuple], *tensors: Tensor) -> tuple:
        """The tensors."""
        ctx.seen = seen
        ctx.set_materialize_grads(False)
        passed = tuple(x.view_as(x) for x in tensors)
        ctx.mark_non_differentiable(*(y for y, needed in zip(passed, ctx.needs_input_grad[1:]) if not needed))
        return passed

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple:
        """The gradients, or what `seen` makes of them."""
        return (None, *ctx.seen(grads))


class Hooked:
    """One call of a module with backward hooks."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.before = [*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        self.behind = [*_global_backward_hooks.values(), *module._backward_hooks.values()]
        self.grad_outputs: tuple | None = None
        self.count = 0
        self.has_inputs = False

    def inputs(self, args: tuple) -> tuple:
        """The arguments, on whose gradients the hooks are called."""
        self.count = len(args)
        passed, places = _through(args, self._on_inputs)
        self.has_inputs = bool(places)
        self.input_places = places
        return passed

    def outputs(self, result: Any) -> Any:
        """The results, on whose gradients the hooks before them are called."""
        is_one = not isinstance(result, tuple)
        if is_one and not isinstance(result, Tensor):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
                f"received {type(result)}",
                stacklevel=4,
            )
            return result
        parts = (result,) if is_one else result
        self.output_count = len(parts)
        passed, self.output_places = _through(parts, self._on_outputs)
        if is_one:
            return passed[0]
        return type(result)(*passed) if hasattr(result, "_fields") else type(result)(passed)

    def _on_outputs(self, grads: tuple) -> tuple:
        given = _placed(grads, self.output_places, self.output_count)
        for hook in self.before:
            given = _replaced(given, hook(self.module, given), "Backward pre hook", "grad_output")
        self.grad_outputs = given
        if not self.has_inputs and self.behind:
            nothing = (None,) * self.count
            for hook in self.behind:
                replaced = hook(self.module, nothing, given)
                if replaced is not None and not (isinstance(replaced, tuple) and all(x is None for x in replaced)):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None or None "
                        "for all gradients."
                    )
            self.grad_outputs = None
        return tuple(given[at] for at in self.output_places)

    def _on_inputs(self, grads: tuple) -> tuple:
        given = _placed(grads, self.input_places, self.count)
        if self.grad_outputs is None:
            # No gradient came by way of the results.
            return grads
        for hook in self.behind:
            given = _replaced(given, hook(self.module, given, self.grad_outputs), "Backward hook", "grad_input")
        self.grad_outputs = None
        return tuple(given[at] for at in self.input_places)


def _replaced(given: tuple, answer: Any, hook: str, grads: str) -> tuple:
    """The gradients that a hook gives in the place of those that it was given; these, where it gives none."""
    if answer is None:
        return given
    answer = answer if isinstance(answer, tuple) else (answer,)
    if len(answer) != len(given):
        raise RuntimeError(
            f"{hook} returned an invalid number of {grads}, got {len(answer)}, but expected {len(given)}"
        )
    return answer


def _through(values: tuple, seen: Callable[[tuple], tuple]) -> tuple[tuple, list[int]]:
    """The values with their tensors passed on by the function, and where these stand; none where no gradient is wanted."""
    from ... import is_grad_enabled

    places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
    if not is_grad_enabled() or not any(values[i].requires_grad for i in places):
        return values, []
    passed = list(values)
    for at, tensor in zip(places, BackwardHookFunction.apply(seen, *(values[i] for i in places))):
        passed[at] = tensor
    return tuple(passed), places


def _placed(grads: tuple, places: list[int], count: int) -> tuple:
    spread: list[Any] = [None] * count
    for at, grad in zip(places, grads):
        spread[at] = grad
    return tuple(spread)
