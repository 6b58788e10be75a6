"""Samples that nest pictures, boxes, masks and whatever belongs to them: how the library's transforms take them and give them back."""

from __future__ import annotations

from typing import Any

import torch
from torch import _bridge, _door
from torch._overrides import DisableTorchFunctionSubclass
from torch.utils._pytree import tree_flatten, tree_is_leaf, tree_map, tree_unflatten
from torchvision.tv_tensors import TVTensor, lent, like

# Transforms that find labels in a batch themselves.
_OF_BATCHES = frozenset({"CutMix", "MixUp"})
# Transforms that take arrays [H, W, C]; of others they pass through.
_OF_ARRAYS = frozenset({"ToImage", "ToPILImage", "ToTensor"})


def is_picture(value: Any) -> bool:
    """Whether a value is an image of PIL."""
    return hasattr(value, "getbands")


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and not isinstance(value, torch.Tensor) and not is_picture(value)


def _sent(leaf: Any) -> Any:
    """A value as the library takes it; None stands for what it does not look at."""
    if isinstance(leaf, TVTensor):
        return None if leaf._kind is None else lent(leaf)
    return leaf if isinstance(leaf, torch.Tensor) or is_picture(leaf) or isinstance(leaf, _bridge.JsProxy) else None


def _is_same(made: Any, leaf: Any) -> bool:
    """Whether a transform has let a tensor pass."""
    if type(made) is not type(leaf) or made.dtype != leaf.dtype or made.requires_grad:
        return False
    with DisableTorchFunctionSubclass():
        return made.is_set_to(leaf) and all(vars(made)[key] == vars(leaf).get(key) for key in vars(made) if key != "_js")


def _back(made: Any, leaf: Any) -> Any:
    """What a transform has made of a value; the value itself where it has let it pass."""
    if made is None:
        return leaf
    if isinstance(leaf, TVTensor):
        made = like(made, leaf)
    elif not isinstance(leaf, torch.Tensor):
        return made
    return leaf if _is_same(made, leaf) else made


class LibraryTransform(_door.Wrapped, torch.nn.Module):
    """A transform of the library, which takes a picture, a tensor, or a sample of lists, tuples and dictionaries."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        made = object.__new__(cls)
        torch.nn.Module.__init__(made)
        return made

    def forward(self, *inputs: Any) -> Any:
        """The sample, changed."""
        sample = inputs if len(inputs) > 1 else inputs[0] if inputs else None
        name = type(self).__name__
        if name == "ToImage":
            sample = tree_map(lambda leaf: torch.as_tensor(leaf).permute(2, 0, 1) if _is_array(leaf) and leaf.ndim == 3 else leaf, sample)
        if tree_is_leaf(sample) and not isinstance(sample, TVTensor):
            return super().__call__(*inputs)
        if name in _OF_BATCHES:
            return super().__call__(tree_map(lambda leaf: lent(leaf) if isinstance(leaf, TVTensor) else leaf, sample))
        leaves, spec = tree_flatten(sample)
        sent = [leaf if name in _OF_ARRAYS and _is_array(leaf) else _sent(leaf) for leaf in leaves]
        made = super().__call__(sent)
        if not isinstance(made, tuple) or len(made) != len(leaves):
            raise TypeError(f"{name}: expected a result for each value of the sample")
        return tree_unflatten([_back(each, leaf) for each, leaf in zip(made, leaves)], spec)

    __call__ = forward


_bridge.senders[LibraryTransform] = lambda transform: transform._js
_door.roots["torchvision.transforms"] = LibraryTransform


def dispatching(function: Any) -> Any:
    """A function of the library, which gives tensors in the classes of those that it is given."""

    def called(*args: Any, **kwargs: Any) -> Any:
        given = next((value for value in (*args, *kwargs.values()) if isinstance(value, TVTensor)), None)
        if given is None:
            return function(*args, **kwargs)
        if given._kind is None:
            return given
        one = lambda value: lent(value) if isinstance(value, TVTensor) else value  # noqa: E731
        made = function(*map(one, args), **{key: one(value) for key, value in kwargs.items()})
        return tree_map(lambda part: like(part, given), made)

    called.__name__ = called.__qualname__ = function.__name__
    called.__module__, called.__doc__ = function.__module__, function.__doc__
    return called
