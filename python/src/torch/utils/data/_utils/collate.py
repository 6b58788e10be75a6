"""Collation: how the items of a batch become tensors."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

from ...._tensor import Tensor

default_collate_err_msg_format = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def _is_array(value: Any) -> bool:
    return type(value).__module__ == "numpy" and type(value).__name__ not in ("str_", "bytes_")


def default_convert(data: Any) -> Any:
    """An item whose NumPy arrays have become tensors."""
    import torch

    if isinstance(data, Tensor):
        return data
    if _is_array(data):
        return data if data.dtype.kind in "SaUO" else torch.as_tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(part) for part in data))
    if isinstance(data, tuple):
        return [default_convert(part) for part in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return [default_convert(part) for part in data]
    return data


def _like(original: Any, parts: dict) -> Any:
    """A mapping of the class of `original`, where that can be made."""
    try:
        if isinstance(original, MutableMapping):
            clone = copy.copy(original)
            clone.update(parts)
            return clone
        return type(original)(parts)
    except TypeError:
        return parts


def default_collate(batch: Any) -> Any:
    """A batch out of its items: tensors are stacked, numbers become a tensor, containers are collated part by part."""
    import torch

    first = batch[0]
    if isinstance(first, Tensor):
        return torch.stack(list(batch), 0)
    if _is_array(first):
        if first.shape == ():
            return torch.as_tensor([part.item() for part in batch])
        if first.dtype.kind in "SaUO":
            raise TypeError(default_collate_err_msg_format.format(first.dtype))
        return default_collate([torch.as_tensor(part) for part in batch])
    if isinstance(first, float):
        return torch.tensor([float(part) for part in batch], dtype=torch.float32)
    if isinstance(first, int):
        return torch.tensor(list(batch))
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([item[key] for item in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(column) for column in zip(*batch, strict=True)))
    if isinstance(first, Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*batch, strict=True)]
        if isinstance(first, tuple):
            return columns
        try:
            if isinstance(first, MutableSequence):
                clone = copy.copy(first)
                for i, column in enumerate(columns):
                    clone[i] = column
                return clone
            return type(first)(columns)
        except TypeError:
            return columns
    raise TypeError(default_collate_err_msg_format.format(type(first)))
