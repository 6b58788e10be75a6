"""`torch.nn.utils.rnn`: sequences of different lengths, padded or packed."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from ... import _bridge
from ..._bridge import jsnull, receive
from ..._tensor import Tensor
from ..._types import dtypes
from . import _space


class PackedSequence:
    """Sequences without padding, as recurrent layers take them."""

    _js: Any
    _fields = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")

    def __init__(
        self, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> None:
        parts = {"sorted_indices": sorted_indices, "unsorted_indices": unsorted_indices}
        given = {key: value for key, value in parts.items() if value is not None}
        made = functools.partial(_bridge.js.create, _bridge.js.find(__name__, "PackedSequence")[1])
        self._js = _bridge.call(made, (data, batch_sizes), given, "PackedSequence")

    def _part(self, name: str) -> Any:
        value = receive(_bridge.js.get(self._js, name))
        return None if value is jsnull else value

    @property
    def data(self) -> Any:
        """The elements of all sequences, step by step."""
        return self._part("data")

    @property
    def batch_sizes(self) -> Any:
        """How many sequences have an element at each step."""
        return self._part("batchSizes")

    @property
    def sorted_indices(self) -> Any:
        """Where each sequence of the batch stood before it was sorted."""
        return self._part("sortedIndices")

    @property
    def unsorted_indices(self) -> Any:
        """Where each sequence stands now."""
        return self._part("unsortedIndices")

    def __iter__(self) -> Iterator[Any]:
        return iter((self.data, self.batch_sizes, self.sorted_indices, self.unsorted_indices))

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]

    def __len__(self) -> int:
        return 4

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """This one, or one of another dtype."""
        data = self.data
        made = data.to(*args, **kwargs)
        return self if made is data else PackedSequence(made, *tuple(self)[1:])

    def float(self) -> PackedSequence:
        """One of float32."""
        return self.to(dtypes["float32"])

    def double(self) -> PackedSequence:
        """One of float32, which stands for float64; a warning says so once."""
        return self.to(dtypes["float64"])

    def half(self) -> PackedSequence:
        """One of float16."""
        return self.to(dtypes["float16"])

    def long(self) -> PackedSequence:
        """One of int64."""
        return self.to(dtypes["int64"])

    def int(self) -> PackedSequence:
        """One of int32."""
        return self.to(dtypes["int32"])

    def byte(self) -> PackedSequence:
        """One of uint8."""
        return self.to(dtypes["uint8"])

    is_cuda = property(lambda self: False)

    def is_pinned(self) -> bool:
        """No tensor is."""
        return False

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """This one: there is one device."""
        return self

    cpu = pin_memory = cuda

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"PackedSequence({parts})"


def _packed(handle: Any) -> PackedSequence:
    made = object.__new__(PackedSequence)
    made._js = handle
    return made


_bridge.makers["PackedSequence"] = _packed


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True) -> PackedSequence:
    """Packs padded sequences; lengths that the GPU has computed, such as sorted ones, are read."""
    return _space.attribute(__name__, "pack_padded_sequence", {})(input, _read(lengths), batch_first, enforce_sorted)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The sequences without their padding."""
    return _space.attribute(__name__, "unpad_sequence", {})(padded_sequences, _read(lengths), batch_first)


def _read(lengths: Any) -> Any:
    if not isinstance(lengths, Tensor):
        return lengths
    if lengths.dim() != 1:
        raise RuntimeError(f"Expected lengths to be a vector, but got a tensor of shape {tuple(lengths.shape)}")
    return lengths.tolist()


def __getattr__(name: str) -> Any:
    return _space.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())
