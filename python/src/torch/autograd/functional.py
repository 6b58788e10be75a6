"""Jacobians, Hessians and their products with vectors, of functions of one tensor or of several."""

from __future__ import annotations

from typing import Any

from .._creation import is_tensor
from .grad_mode import enable_grad, set_grad_enabled


def _tuple(value: Any, name: str, of: str) -> tuple[bool, tuple[Any, ...]]:
    """Whether a value is a tuple, and it as one. @throws TypeError where it holds anything but tensors"""
    several = isinstance(value, tuple)
    parts = value if several else (value,)
    for i, part in enumerate(parts):
        if not is_tensor(part):
            what = f"the value at index {i} has type {type(part)}" if several else f"the given {name} has type {type(value)}"
            raise TypeError(f"The {name} given to {of} must be either a Tensor or a tuple of Tensors but {what}.")
    return several, parts


def _results(value: Any, of: str) -> tuple[bool, tuple[Any, ...]]:
    return _tuple(value, "outputs of the user-provided function", of)


def _made_ready(inputs: tuple[Any, ...], create_graph: bool) -> tuple[Any, ...]:
    """Inputs that have gradients of their own; those of a graph stay in it."""
    return tuple(x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs)


def _vectors(v: Any, like: tuple[Any, ...], several: bool, of: str) -> tuple[Any, ...]:
    """The weights of results, or the directions of inputs."""
    parts = _tuple(v, "v", of)[1]
    if len(parts) != len(like):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(like)} but got {len(parts)}." if several else "The given v should contain a single Tensor."
        )
    for i, (part, other) in enumerate(zip(parts, like)):
        if part.shape != other.shape:
            which = f"Entry {i} in v" if several else "v"
            raise RuntimeError(f"{which} has invalid size: should be {other.shape} but got {part.shape}.")
    return parts


def _vector(v: Any, like: tuple[Any, ...], several: bool, of: str, only: str) -> tuple[Any, ...]:
    """The weights or directions that were given, or 1 where there is one element alone, which `only` says of whom."""
    if v is not None:
        return _vectors(v, like, several, of)
    if len(like) != 1 or like[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if the {only} a single Tensor with a single element.")
    return (like[0].new_ones(like[0].shape),)


def _weights(v: Any, outputs: tuple[Any, ...], many: bool, of: str) -> tuple[Any, ...]:
    return _vector(v, outputs, many, of, "user-provided function returns")


def _directions(v: Any, given: tuple[Any, ...], several: bool, of: str) -> tuple[Any, ...]:
    return _vector(v, given, several, of, "input to the user-provided function is")


def _check_outputs(outputs: tuple[Any, ...], strict: bool) -> None:
    for i, y in enumerate(outputs if strict else ()):
        if not y.requires_grad:
            raise RuntimeError(
                f"Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
                "differentiable manner from the input when running in strict mode."
            )


def _grad(outputs: tuple[Any, ...], inputs: tuple[Any, ...], weights: Any, create_graph: bool) -> tuple[Any, ...]:
    """The gradients, None where a result does not depend on an input."""
    from . import grad

    pairs = [(y, w) for y, w in zip(outputs, weights if weights is not None else (None,) * len(outputs)) if y is not None and y.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    asked = [y for y, _ in pairs]
    return tuple(grad(asked, inputs, [w for _, w in pairs] if weights is not None else None, retain_graph=True, create_graph=create_graph, allow_unused=True))


def _filled(
    grads: tuple[Any, ...], inputs: tuple[Any, ...], strict: bool, create_graph: bool, what: str, is_kept: bool = False
) -> tuple[Any, ...]:
    """Gradients with zeros for None, which strict mode refuses; detached unless they are of a graph that is created or kept."""
    filled = []
    for i, (g, x) in enumerate(zip(grads, inputs)):
        if g is None and strict:
            raise RuntimeError(f"{what} is independent of input {i}. This is not allowed in strict mode.")
        g = x.new_zeros(x.shape) if g is None else g
        if strict and create_graph and not g.requires_grad:
            raise RuntimeError(f"The jacobian of the user-provided function is independent of input {i}. This is not allowed in strict mode when create_graph=True.")
        filled.append(g if create_graph or is_kept else g.detach())
    return tuple(filled)


_OUTPUT = "The output of the user-provided function"


def _given(several: bool, parts: tuple[Any, ...], create_graph: bool = True) -> Any:
    parts = parts if create_graph else tuple(part.detach() for part in parts)
    return parts if several else parts[0]


def jacobian(
    func: Any, inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False, strategy: str = "reverse-mode"
) -> Any:
    """The derivatives of each element of the results by each of an input, in their shapes one behind the other."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".')
    several, given = _tuple(inputs, "inputs", "jacobian")
    with enable_grad():
        xs = _made_ready(given, create_graph)
        many, outputs = _results(func(*xs), "jacobian")
        _check_outputs(outputs, strict)
        found = tuple(_rows(y, xs, strict, create_graph, f"Output {i} of the user-provided function") for i, y in enumerate(outputs))
    if not several:
        found = tuple(of_y[0] for of_y in found)
    return found if many else found[0]


def _rows(y: Any, xs: tuple[Any, ...], strict: bool, create_graph: bool, what: str) -> tuple[Any, ...]:
    """The derivatives of a result by each input."""
    from .. import stack

    flat = y.reshape(-1)
    rows = [_filled(_grad((flat[i],), xs, None, create_graph), xs, strict, create_graph, what) for i in range(flat.numel())]
    return tuple(
        stack([row[i] for row in rows]).reshape(*y.shape, *x.shape) if rows else x.new_zeros((*y.shape, *x.shape)) for i, x in enumerate(xs)
    )


def hessian(
    func: Any,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a result of one element."""
    several, given = _tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def first(*xs: Any) -> Any:
        result = func(*xs)
        _one_element(result, "hessian")
        _check_outputs((result,), strict)
        found = _filled(_grad((result,), xs, None, True), xs, strict, False, _OUTPUT, True)
        _check_second(found, strict)
        return found

    found = jacobian(first, given, create_graph=create_graph, strict=strict)
    return found if several else found[0][0]


def _one_element(result: Any, of: str) -> None:
    many, (y, *_) = _results(result, of)
    if many:
        raise RuntimeError(f"The function given to {of} should return a single Tensor")
    if y.numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {of} should contain a single element")


def _check_second(first: tuple[Any, ...], strict: bool) -> None:
    for i, g in enumerate(first if strict else ()):
        if not g.requires_grad:
            raise RuntimeError(
                f"While computing the hessian, found that the jacobian of the user-provided function with respect to input {i} is "
                "independent of the input. This is not allowed in strict mode."
            )


def vjp(func: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The results, and their derivatives by the inputs weighted by `v`."""
    several, given = _tuple(inputs, "inputs", "vjp")
    with enable_grad():
        xs = _made_ready(given, create_graph)
        many, outputs = _results(func(*xs), "vjp")
        _check_outputs(outputs, strict)
        weights = _weights(v, outputs, many, "vjp")
    with _graph(create_graph):
        found = _filled(_grad(outputs, xs, weights, create_graph), xs, strict, create_graph, _OUTPUT)
    return _given(many, outputs, create_graph), _given(several, found)


def jvp(func: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The results, and their derivatives in the direction `v`: the gradient of the gradient's product with weights, which it is linear in."""
    several, given = _tuple(inputs, "inputs", "jvp")
    with enable_grad():
        xs = _made_ready(given, create_graph)
        directions = _directions(v, given, several, "jvp")
        many, outputs = _results(func(*xs), "jvp")
        _check_outputs(outputs, strict)
        weights = tuple(y.new_zeros(y.shape).requires_grad_() for y in outputs)
        first = _grad(outputs, xs, weights, True)
        _check_independent(first, strict)
    with _graph(create_graph):
        found = _filled(_grad(first, weights, directions, create_graph), weights, False, create_graph, _OUTPUT)
    return _given(many, outputs, create_graph), _given(many, found)


def _check_independent(first: tuple[Any, ...], strict: bool) -> None:
    for i, g in enumerate(first if strict else ()):
        if g is None:
            raise RuntimeError(f"{_OUTPUT} is independent of input {i}. This is not allowed in strict mode.")


def _second(func: Any, xs: tuple[Any, ...], of: str, strict: bool) -> tuple[Any, tuple[Any, ...]]:
    """A result of one element, and its gradients as a graph."""
    result = func(*xs)
    _one_element(result, of)
    _check_outputs((result,), strict)
    first = _grad((result,), xs, None, True)
    _check_independent(first, strict)
    _check_second(first, strict)
    return result, first


def vhp(func: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The result, of one element, and the vector `v` times its second derivatives."""
    return _second_times(func, inputs, v, "vhp", create_graph, strict)


def hvp(func: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple[Any, Any]:
    """The result, of one element, and its second derivatives times the vector `v`: they are symmetric, so that it is `vhp`."""
    return _second_times(func, inputs, v, "hvp", create_graph, strict)


def _second_times(func: Any, inputs: Any, v: Any, of: str, create_graph: bool, strict: bool) -> tuple[Any, Any]:
    several, given = _tuple(inputs, "inputs", of)
    with enable_grad():
        xs = _made_ready(given, create_graph)
        weights = _directions(v, xs, several, of)
        result, first = _second(func, xs, of, strict)
    with _graph(create_graph):
        found = _filled(_grad(first, xs, weights, create_graph), xs, strict, create_graph, "The hessian of the user-provided function")
    return _given(False, (result,), create_graph), _given(several, found)


def _graph(create_graph: bool) -> Any:
    """What is computed from here on is recorded, or not."""
    return set_grad_enabled(create_graph)
