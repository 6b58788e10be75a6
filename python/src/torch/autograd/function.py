"""Functions with a gradient of one's own."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

from .. import _bridge
from .._bridge import JsException, js, receive, to_js, translated
from .._errors import known_again
from .._saved import Held, held
from .._tensor import Tensor
from .grad_mode import is_grad_enabled, no_grad, set_grad_enabled


class FunctionCtx:
    """The context that `forward` hands to `backward`; further attributes may be set on it."""

    def __init__(self, needs: tuple[bool, ...]):
        self.needs_input_grad = needs
        self._saved: tuple[Any, ...] = ()
        self._changes: tuple[int, ...] = ()
        self._materialize = True
        self._constants: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps arguments and results of `forward` for `backward`."""
        self._keep(tensors)

    def _keep(self, tensors: tuple[Any, ...]) -> None:
        self._saved = tensors
        self._changes = tuple(js.changes(x._js) if isinstance(x, Tensor) else 0 for x in tensors)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` was given."""
        if any(isinstance(x, Held) for x in self._saved):
            return tuple(x and x.back() for x in self._saved)
        for x, changes in zip(self._saved, self._changes):
            if x is not None and js.changes(x._js) != changes:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"a saved tensor of shape {list(x.shape)}"
                )
        return self._saved

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """`saved_tensors` by its old name."""
        warnings.warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2)
        return self.saved_tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Declares results that have no gradient, such as indices."""
        self._constants = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Declares arguments that were changed in place."""

    def set_materialize_grads(self, value: bool) -> None:
        """With False `backward` gets None for results that no gradient reached."""
        self._materialize = value


_ids = itertools.count(1)
# By number: the functions whose gradients may still be asked for.
_waiting: dict[int, tuple[type[Function], FunctionCtx, list[Any], int, list[int]]] = {}


class Function:
    """The base of functions with a gradient of one's own: a subclass defines `forward` and `backward` as static methods."""

    generate_vmap_rule = False

    def __init__(self, *args: Any, **keywords: Any) -> None:
        told = (
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them on the "
            "class itself. Instantiating an autograd function will raise an error in a future version of PyTorch."
        )
        warnings.warn(told, DeprecationWarning, stacklevel=2)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with "
            "static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **keywords: Any) -> Any:
        """Computes the results; the first argument is the context, unless `setup_context` is defined."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Gives the gradient of each argument by those of the results."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD."
        )

    setup_context: Any = None

    @classmethod
    def apply(cls, *args: Any, **keywords: Any) -> Any:
        """Computes the results, which hang on the arguments with `backward` as their gradient."""
        needs = tuple(isinstance(arg, Tensor) and arg.requires_grad for arg in args)
        ctx = FunctionCtx(needs)
        with no_grad():
            if cls.setup_context is None:
                result = cls.forward(ctx, *args, **keywords)
            else:
                result = cls.forward(*args, **keywords)
                cls.setup_context(ctx, args, result)
        if not is_grad_enabled() or not any(needs):
            return result
        return cls._attached(ctx, args, result)

    @classmethod
    def _attached(cls, ctx: FunctionCtx, args: Any, result: Any) -> Any:
        results = list(result) if isinstance(result, tuple | list) else [result]
        fixed = {id(x) for x in ctx._constants}
        live = [i for i, y in enumerate(results) if isinstance(y, Tensor) and id(y) not in fixed]
        places = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]
        number = next(_ids)
        try:
            made = receive(
                js.custom(
                    cls.__name__,
                    number,
                    to_js([args[i]._js for i in places]),
                    to_js([results[i]._js for i in live]),
                )
            )
        except JsException as error:
            raise translated(error) from None
        wrapped = list(results)
        for i, y in zip(live, made):
            wrapped[i] = y
        ctx._keep(held(tuple(_instead(x, results, wrapped) for x in ctx._saved)))
        shapes = [tuple(y.shape) if isinstance(y, Tensor) else None for y in results]
        _waiting[number] = (cls, ctx, [shapes, live], len(args), places)
        return type(result)(wrapped) if isinstance(result, tuple | list) else wrapped[0]


def _instead(saved: Any, results: list[Any], wrapped: list[Any]) -> Any:
    for before, after in zip(results, wrapped):
        if saved is before:
            return after
    return saved


def _gradients(number: int, given: Any) -> Any:
    """Gradients of the tensors among the arguments, which the library asks for within `backward`."""
    cls, ctx, (shapes, live), count, places = _waiting[number]
    gradients: list[Any] = [None] * len(shapes)
    for i, handle in zip(live, given):
        gradients[i] = None if handle is None or handle is _bridge.jsnull else receive(js.seen(handle))
    if ctx._materialize:
        from .. import zeros

        gradients = [
            zeros(shape) if gradient is None and shape is not None else gradient
            for gradient, shape in zip(gradients, shapes)
        ]
    back = getattr(cls, "backward", None)
    if hasattr(cls, "vjp") and back is not Function.backward:
        raise RuntimeError(
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of them."
        )
    found = (cls.vjp if back is Function.backward and hasattr(cls, "vjp") else back)(ctx, *gradients)
    found = found if isinstance(found, tuple | list) else (found,)
    if len(found) < count or any(extra is not None for extra in found[count:]):
        raise RuntimeError(
            f"function {cls.__name__}Backward returned an incorrect number of gradients (expected {count}, got {len(found)})"
        )
    answers = [found[i] for i in places]
    for answer in answers:
        if answer is not None:
            js.share(answer._js)
    return to_js([_bridge.jsnull if answer is None else answer._js for answer in answers])


js.answerGradients(_bridge.create_proxy(known_again(_gradients)))


def forget_spent() -> None:
    """Lets go of the functions whose gradients have been taken for the last time."""
    if _waiting:
        for number in js.spentFunctions():
            _waiting.pop(number, None)


def once_differentiable(backward: Any) -> Any:
    """A `backward` whose gradients are not differentiated again."""

    def once(ctx: Any, *grads: Any) -> Any:
        with set_grad_enabled(False):
            return backward(ctx, *grads)

    return once
