"""Activation checkpointing: values between arguments and results are computed again in backward, rather than kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .. import autograd
from .._creation import is_tensor
from ..autograd.function import Function
from ..autograd.grad_mode import enable_grad
from ..random import fork_rng, get_rng_state, set_rng_state


def noop_context_fn() -> tuple[Any, Any]:
    """Blocks for the first computation and the second that change nothing."""
    return contextlib.nullcontext(), contextlib.nullcontext()


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """A block whose checkpoints would stop once backward has what it needs; here each computes its function whole, which gives the same."""
    yield


class _Checkpoint(Function):
    @staticmethod
    def forward(ctx: Any, run: Any, always: Any, state: Any, around: Any, *args: Any) -> Any:
        first, ctx.again = around
        ctx.run, ctx.state = run, state
        ctx.args = tuple(None if is_tensor(arg) else arg for arg in args)
        ctx.places = tuple(i for i, arg in enumerate(args) if is_tensor(arg))
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        with first:
            return run(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        args = list(ctx.args)
        for i, x in zip(ctx.places, ctx.saved_tensors):
            args[i] = x.detach().requires_grad_(x.requires_grad)
        with enable_grad(), fork_rng(enabled=ctx.state is not None), ctx.again:
            if ctx.state is not None:
                set_rng_state(ctx.state)
            results = ctx.run(*args)
        results = results if isinstance(results, tuple | list) else (results,)
        pairs = [(y, dy) for y, dy in zip(results, grads) if is_tensor(y) and y.requires_grad]
        if pairs:
            autograd.backward([y for y, _ in pairs], [dy for _, dy in pairs])
        return (None, None, None, None, *(arg.grad if is_tensor(arg) else None for arg in args))


def checkpoint(
    function: Any,
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    context_fn: Any = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **keywords: Any,
) -> Any:
    """`function(*args)`, which backward computes again, with the same random numbers unless `preserve_rng_state` is False."""
    if not autograd.is_grad_enabled():
        return function(*args, **keywords)
    from .. import zeros

    state = get_rng_state() if preserve_rng_state else None
    # Parameters inside of the function want gradients also where no argument does.
    always = zeros((), requires_grad=True)
    return _Checkpoint.apply(lambda *given: function(*given, **keywords), always, state, context_fn(), *args)


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **keywords: Any) -> Any:
    """A chain of functions in so many parts, of which all but the last are checkpointed."""
    chain = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = max(len(chain) // segments, 1)

    def part(start: int, end: int) -> Any:
        def run(x: Any) -> Any:
            for one in chain[start:end]:
                x = one(x)
            return x

        return run

    start = 0
    for start in range(0, size * (segments - 1), size):
        input = checkpoint(part(start, start + size), input, **keywords)
    return part(size * (segments - 1), len(chain))(input)
