"""What transforms ask of the values of a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torchvision.transforms import functional
from torchvision.transforms._samples import is_picture
from torchvision.tv_tensors import BoundingBoxes, TVTensor

Checks = tuple[type | Callable[[Any], bool], ...]


def is_pure_tensor(value: Any) -> bool:
    """Whether a value is a tensor without a class that says what it shows."""
    return isinstance(value, torch.Tensor) and not isinstance(value, TVTensor) and not is_picture(value)


def check_type(obj: Any, types_or_checks: Checks) -> bool:
    """Whether a value is of one of the types, or one of the functions says yes."""
    return any(isinstance(obj, each) if isinstance(each, type) else each(obj) for each in types_or_checks)


def has_any(flat_inputs: list[Any], *types_or_checks: Any) -> bool:
    """Whether one of the values is of one of the types."""
    return any(check_type(each, types_or_checks) for each in flat_inputs)


def has_all(flat_inputs: list[Any], *types_or_checks: Any) -> bool:
    """Whether there is a value of each of the types."""
    return all(has_any(flat_inputs, each) for each in types_or_checks)


def get_bounding_boxes(flat_inputs: list[Any]) -> BoundingBoxes:
    """The first boxes."""
    found = next((each for each in flat_inputs if isinstance(each, BoundingBoxes)), None)
    if found is None:
        raise ValueError("No bounding boxes were found in the sample")
    return found


def query_chw(flat_inputs: list[Any]) -> tuple[int, int, int]:
    """Channels, height and width of the pictures."""
    kinds = [each for each in flat_inputs if isinstance(each, torch.Tensor) and not isinstance(each, BoundingBoxes) or is_picture(each)]
    return _only({tuple(functional.get_dimensions(each)) for each in kinds}, "CxHxW")


def query_size(flat_inputs: list[Any]) -> tuple[int, int]:
    """Height and width of the pictures, boxes and masks."""
    kinds = [each for each in flat_inputs if isinstance(each, torch.Tensor) or is_picture(each)]
    return _only({tuple(functional.get_size(each)) for each in kinds}, "HxW")


def _only(sizes: set[Any], what: str) -> Any:
    if not sizes:
        raise TypeError("No image or video was found in the sample")
    if len(sizes) > 1:
        raise ValueError(f"Found multiple {what} dimensions in the sample: {sorted(sizes)}")
    return next(iter(sizes))


def labels_of(inputs: Any) -> Any:
    """The labels of a sample: what stands in second place, or under `labels` of a dictionary."""
    if isinstance(inputs, tuple | list):
        inputs = inputs[1]
    if is_pure_tensor(inputs):
        return inputs
    if not isinstance(inputs, Mapping):
        raise ValueError(
            "When using the default labels_getter, the input passed to forward must be a dictionary or a two-tuple "
            f"whose second item is a dictionary or a tensor, but got {inputs} instead."
        )
    keys = [key for key in inputs if key.lower() == "labels"] or [key for key in inputs if "label" in key.lower()]
    if not keys:
        raise ValueError(
            "Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter?"
            "If there are no labels in the sample by design, pass labels_getter=None."
        )
    return inputs[keys[0]]
