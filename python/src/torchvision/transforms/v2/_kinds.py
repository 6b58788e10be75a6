"""Transforms that look at the class of each value, or at the labels of a sample."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._pytree import tree_flatten, tree_unflatten
from torchvision import transforms
from torchvision.transforms import functional
from torchvision.tv_tensors import BoundingBoxes, Image, Mask, Video, wrap

from ._transform import Transform
from ._utils import get_bounding_boxes, is_pure_tensor, labels_of


class Normalize(transforms.Normalize):
    """Takes a mean from each channel, and divides it by a deviation."""

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__(mean, std, inplace)
        self.__dict__["_given"] = f"mean={list(mean)}, std={list(std)}, inplace={inplace}"


class Lambda(Transform):
    """A function of Python as a transform of the values of some types."""

    _transformed_types = (object,)

    def __init__(self, lambd: Callable[[Any], Any], *types: type) -> None:
        super().__init__()
        self.lambd = lambd
        self.types = types or self._transformed_types

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """What the function makes of a value of these types."""
        return self.lambd(inpt) if isinstance(inpt, self.types) else inpt

    def extra_repr(self) -> str:
        """The function's name and the types."""
        name = getattr(self.lambd, "__name__", None)
        return ", ".join([*([name] if name else []), f"types={[each.__name__ for each in self.types]}"])


class ToDtype(Transform):
    """Converts to another dtype: images and plain tensors, or each class to the one that a dictionary has for it."""

    _transformed_types = (torch.Tensor,)

    def __init__(self, dtype: Any, scale: bool = False) -> None:
        super().__init__()
        if not isinstance(dtype, dict | torch.dtype):
            raise ValueError(f"dtype must be a dict or a torch.dtype, got {type(dtype)} instead")
        if isinstance(dtype, dict) and torch.Tensor in dtype and (Image in dtype or Video in dtype):
            warnings.warn(
                "Got `dtype` values for `torch.Tensor` and either `tv_tensors.Image` or `tv_tensors.Video`. "
                "Note that a plain `torch.Tensor` will *not* be transformed by this (or any other transformation) "
                "in case a `tv_tensors.Image` or `tv_tensors.Video` is present in the input."
            )
        self.dtype = dtype
        self.scale = scale

    def _dtype_of(self, inpt: Any) -> Any:
        if isinstance(self.dtype, torch.dtype):
            return self.dtype if self._is_image(inpt) else None
        if type(inpt) in self.dtype:
            return self.dtype[type(inpt)]
        if "others" in self.dtype:
            return self.dtype["others"]
        raise ValueError(
            f"No dtype was specified for type {type(inpt)}. "
            "If you only need to convert the dtype of images or videos, you can just pass e.g. dtype=torch.float32. "
            'If you\'re passing a dict as dtype, you can use "others" as a catch-all key '
            'e.g. dtype={tv_tensors.Mask: torch.int64, "others": None} to pass-through the rest of the inputs.'
        )

    @staticmethod
    def _is_image(inpt: Any) -> bool:
        return is_pure_tensor(inpt) or isinstance(inpt, Image | Video)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """A tensor in the dtype of its class."""
        dtype = self._dtype_of(inpt)
        if dtype is not None:
            return functional.to_dtype(inpt, dtype=dtype, scale=self.scale)
        if self.scale and self._is_image(inpt):
            warnings.warn("scale was set to True but no dtype was specified for images or videos: no scaling will be done.")
        return inpt


class SanitizeBoundingBoxes(Transform):
    """Removes boxes that are too small or reach beyond their picture, with their labels and masks."""

    def __init__(self, min_size: float = 1.0, min_area: float = 1.0, labels_getter: Any = "default") -> None:
        super().__init__()
        if min_size < 1:
            raise ValueError(f"min_size must be >= 1, got {min_size}.")
        if min_area < 1:
            raise ValueError(f"min_area must be >= 1, got {min_area}.")
        if labels_getter not in ("default", None) and not callable(labels_getter):
            raise ValueError(f"labels_getter should either be 'default', a callable, or None, but got {labels_getter}.")
        self.min_size, self.min_area, self.labels_getter = min_size, min_area, labels_getter

    def _labels_in(self, sample: Any, boxes: Any) -> list[Any]:
        getter = labels_of if self.labels_getter == "default" else self.labels_getter
        found = None if getter is None else getter(sample)
        labels = [] if found is None else [found] if isinstance(found, torch.Tensor) else found
        for label in labels if isinstance(labels, tuple | list) else [labels]:
            if not isinstance(label, torch.Tensor):
                raise ValueError(f"The labels in the input to forward() must be a tensor or None, got {type(label)} instead.")
            if boxes.shape[0] != label.shape[0]:
                raise ValueError(
                    f"Number of boxes (shape={boxes.shape}) and must match the number of labels."
                    f"Found labels with shape={label.shape})."
                )
        return list(labels)

    def forward(self, *inputs: Any) -> Any:
        """The sample without these boxes."""
        sample = inputs if len(inputs) > 1 else inputs[0]
        leaves, spec = tree_flatten(sample)
        boxes = get_bounding_boxes(leaves)
        labels = self._labels_in(sample, boxes)
        _, valid = functional.sanitize_bounding_boxes(
            boxes.as_subclass(torch.Tensor), boxes.format, boxes.canvas_size, self.min_size, self.min_area
        )

        def left(leaf: Any) -> Any:
            if any(leaf is label for label in labels):
                return leaf[valid]
            if isinstance(leaf, BoundingBoxes) or (isinstance(leaf, Mask) and leaf.shape[0] == valid.shape[0]):
                return wrap(leaf[valid], like=leaf)
            return leaf

        return tree_unflatten([left(leaf) for leaf in leaves], spec)
