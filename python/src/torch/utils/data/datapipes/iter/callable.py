"""Pipes that call a function with each item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..._utils.collate import default_collate
from .._decorator import functional_datapipe
from ..datapipe import IterDataPipe
from ..utils.common import check_callable, length_of, validate_input_col


@functional_datapipe("map")
class MapperIterDataPipe(IterDataPipe):
    """What a function gives for each item, or for columns of it."""

    def __init__(self, datapipe: Any, fn: Callable[..., Any], input_col: Any = None, output_col: Any = None) -> None:
        super().__init__()
        check_callable(fn)
        if input_col is None and output_col is not None:
            raise ValueError("`output_col` must be None when `input_col` is None.")
        if isinstance(output_col, list | tuple):
            if len(output_col) > 1:
                raise ValueError("`output_col` must be a single-element list or tuple")
            output_col = output_col[0]
        validate_input_col(fn, input_col)
        self.datapipe = datapipe
        self.fn = fn
        self.input_col = input_col
        self.output_col = output_col

    def _apply_fn(self, data: Any) -> Any:
        columns = self.input_col
        if columns is None:
            return self.fn(data)
        several = isinstance(columns, list | tuple)
        result = self.fn(*(data[column] for column in columns)) if several else self.fn(data[columns])
        parts = list(data) if isinstance(data, tuple) else data
        if self.output_col == -1:
            parts.append(result)
        elif self.output_col is not None:
            parts[self.output_col] = result
        elif several:
            parts[columns[0]] = result
            for column in sorted(columns[1:], reverse=True):
                del parts[column]
        else:
            parts[columns] = result
        return tuple(parts) if isinstance(data, tuple) else parts

    def __iter__(self) -> Iterator[Any]:
        for data in self.datapipe:
            yield self._apply_fn(data)

    def __len__(self) -> int:
        return length_of(self, self.datapipe)


@functional_datapipe("collate")
class CollatorIterDataPipe(MapperIterDataPipe):
    """Batches as tensors."""

    def __init__(self, datapipe: Any, conversion: Any = default_collate, collate_fn: Callable[..., Any] | None = None) -> None:
        super().__init__(datapipe, fn=conversion if collate_fn is None else collate_fn)
