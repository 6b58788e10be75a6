"""`torch.nn.utils.prune`: parameters with elements that are held at zero by a mask."""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class BasePruningMethod(ABC):
    """A way to choose which elements stay; a subclass defines `compute_mask` and `PRUNING_TYPE`.

    A pruned parameter `weight` becomes `weight_orig`, its mask is the buffer `weight_mask`, and `weight` is their product, which is
    computed before each call of the module.
    """

    _tensor_name: str
    # What a further method is applied to: "unstructured", "structured" (both: what is left), or "global" (everything).
    PRUNING_TYPE = "unstructured"

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of a tensor, on top of one that it has: 1 where an element stays, 0 where it goes."""

    def apply_mask(self, module: Any) -> Any:
        """The product of the parameter and its mask."""
        if getattr(self, "_tensor_name", None) is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, f"{self._tensor_name}_mask")
        original = getattr(module, f"{self._tensor_name}_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Any, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prunes a parameter of a module, further where it is pruned already; gives the method."""
        before = _method_of(module, name)
        method = cls(*args, **kwargs)
        method._tensor_name = name
        tensor = getattr(module, name)
        original = tensor if before is None else getattr(module, f"{name}_orig")
        scores = original if importance_scores is None else importance_scores
        if scores.shape != tensor.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}"
            )
        if before is not None:
            key, earlier = before
            container = earlier if isinstance(earlier, PruningContainer) else PruningContainer(earlier)
            container.add_pruning_method(method)
            mask = container.compute_mask(scores, getattr(module, f"{name}_mask"))
            del module._forward_pre_hooks[key]
            method = container
        else:
            mask = method.compute_mask(scores, default_mask=_ones_like(tensor))
            # The parameter moves to another name, and a tensor stands where it was.
            parameter = module._parameters[name]
            del module._parameters[name]
            module._take_out(name)
            module.register_parameter(f"{name}_orig", parameter)
        module.register_buffer(f"{name}_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A tensor with the elements at zero that this method takes out; no module is changed."""
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise AssertionError("importance_scores should have the same shape as tensor t")
        mask = self.compute_mask(scores, default_mask=_ones_like(t) if default_mask is None else default_mask)
        return t * mask

    def remove(self, module: Any) -> None:
        """Makes the pruned tensor the parameter for good, and takes the mask away."""
        name = self._tensor_name
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters.pop(f"{name}_orig")
        module._take_out(f"{name}_orig")
        original.data = weight.data
        del module._buffers[f"{name}_mask"]
        module._take_out(f"{name}_mask")
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods, of which the last is applied to what those before have left."""

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if not isinstance(args, Iterable) or len(args) == 0:
            return
        self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Adds a method for the same tensor."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of the last method, on top of `default_mask`."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(dtype=t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            chosen: Any = mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError("Pruning methods of PRUNING_TYPE 'structured' need to have the attribute `dim` defined.")
            others = [d for d in range(t.dim()) if d != method.dim % t.dim()]
            left = mask.sum(others) != 0
            chosen = (slice(None),) * (method.dim % t.dim()) + (left,)
        elif method.PRUNING_TYPE == "global":
            chosen = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        new = mask.clone()
        new[chosen] = method.compute_mask(t[chosen], default_mask=mask[chosen]).to(new.dtype)
        return new


class Identity(BasePruningMethod):
    """Takes nothing out."""

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask as it is."""
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Takes out a number, or a share, of the elements at random."""

    def __init__(self, amount: Any) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask with further elements out."""
        from ... import rand_like

        return _without(t, default_mask, self.amount, lambda: rand_like(t).flatten(), largest=True)


class L1Unstructured(BasePruningMethod):
    """Takes out a number, or a share, of the elements: the smallest in size."""

    def __init__(self, amount: Any) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask with further elements out."""
        return _without(t, default_mask, self.amount, lambda: t.abs().flatten(), largest=False)


class RandomStructured(BasePruningMethod):
    """Takes out a number, or a share, of the slices along a dimension at random."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, dim: int = -1) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask with further slices out."""
        from ... import rand

        return _without_slices(t, default_mask, self.dim, self.amount, rand)


class LnStructured(BasePruningMethod):
    """Takes out a number, or a share, of the slices along a dimension: those with the smallest norm."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        _validate_pruning_amount_init(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask with further slices out."""
        return _without_slices(t, default_mask, self.dim, self.amount, lambda _: _compute_norm(t, self.n, self.dim))


class CustomFromMask(BasePruningMethod):
    """Takes out what a mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """Both masks together."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(f"expected a mask of shape {default_mask.shape}, but got {self.mask.shape}")
        return default_mask * self.mask.to(dtype=default_mask.dtype)


def identity(module: Any, name: str) -> Any:
    """Prepares a parameter for pruning, and takes nothing out."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """Takes elements of a parameter out at random."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """Takes the smallest elements of a parameter out."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """Takes slices of a parameter out at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None) -> Any:
    """Takes the slices of a parameter out that have the smallest norms."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Takes the elements of a parameter out at which a mask has zeros."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    """Takes elements out of several parameters, which are chosen among all of them; these are pairs of a module and a name."""
    from ... import cat

    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    importance_scores = {} if importance_scores is None else importance_scores
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores is not of type dict")
    parameters = list(parameters)
    scores = cat([importance_scores.get(pair, getattr(*pair)).detach().reshape(-1) for pair in parameters])
    masks = cat(
        [getattr(module, f"{name}_mask", _ones_like(getattr(module, name))).reshape(-1) for module, name in parameters]
    )
    container = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    container.add_pruning_method(method)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. '
            f"Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    final = container.compute_mask(scores, masks)
    at = 0
    for module, name in parameters:
        tensor = getattr(module, name)
        custom_from_mask(module, name, mask=final[at : at + tensor.numel()].view_as(tensor))
        at += tensor.numel()


def remove(module: Any, name: str) -> Any:
    """Makes a pruned tensor the parameter for good."""
    found = _method_of(module, name)
    if found is None:
        raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")
    key, method = found
    method.remove(module)
    del module._forward_pre_hooks[key]
    return module


def is_pruned(module: Any) -> bool:
    """Whether a parameter of the module, or of one below it, is pruned."""
    return any(
        isinstance(hook, BasePruningMethod) for each in module.modules() for hook in each._forward_pre_hooks.values()
    )


def _method_of(module: Any, name: str) -> tuple[int, BasePruningMethod] | None:
    """The method by which a parameter is pruned, and the number of its hook."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return key, hook
    return None


def _ones_like(tensor: Any) -> Any:
    from ... import ones

    return ones(tensor.shape, dtype=tensor.dtype)


def _without(t: Any, default_mask: Any, amount: Any, order: Any, *, largest: bool) -> Any:
    """The mask with the first elements out in an order of theirs."""
    count = _compute_nparams_toprune(amount, t.numel())
    _validate_pruning_amount(count, t.numel())
    mask = default_mask.clone()
    if count == 0:
        return mask
    chosen = order().detach().topk(count, largest=largest).indices
    flat = mask.reshape(-1)
    flat[chosen] = 0
    return flat.reshape(mask.shape)


def _without_slices(t: Any, default_mask: Any, dim: int, amount: Any, order: Callable[[int], Any]) -> Any:
    """The mask without so many slices, or such a share of them: those that `order` of their number has for the smallest."""
    from ... import zeros

    _validate_structured_pruning(t)
    _validate_pruning_dim(t, dim)
    size = t.shape[dim]
    count = _compute_nparams_toprune(amount, size)
    _validate_pruning_amount(count, size)
    chosen = order(size).detach().topk(size - count, largest=True).indices
    mask = zeros(t.shape, dtype=default_mask.dtype)
    mask[(slice(None),) * (dim % t.dim()) + (chosen,)] = 1
    return mask * default_mask


def _validate_pruning_amount_init(amount: Any) -> None:
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if (isinstance(amount, numbers.Integral) and amount < 0) or (
        not isinstance(amount, numbers.Integral) and not 0.0 <= float(amount) <= 1.0
    ):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _validate_pruning_amount(amount: Any, tensor_size: int) -> None:
    if isinstance(amount, numbers.Integral) and amount > tensor_size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={tensor_size}")


def _validate_structured_pruning(t: Any) -> None:
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. "
            f"Found tensor of shape {t.shape} with {t.dim()} dims"
        )


def _validate_pruning_dim(t: Any, dim: int) -> None:
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _compute_nparams_toprune(amount: Any, tensor_size: int) -> int:
    return amount if isinstance(amount, numbers.Integral) else round(amount * tensor_size)


def _compute_norm(t: Any, n: Any, dim: int) -> Any:
    from ... import norm

    return norm(t, p=n, dim=[d for d in range(t.dim()) if d != dim % t.dim()])


__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]
