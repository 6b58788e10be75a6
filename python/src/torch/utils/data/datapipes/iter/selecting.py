"""Pipes that leave items out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .._decorator import functional_datapipe
from ..datapipe import IterDataPipe
from ..utils.common import StreamWrapper, check_callable, validate_input_col


@functional_datapipe("filter")
class FilterIterDataPipe(IterDataPipe):
    """The items of which a function, of each or of columns of it, is true."""

    def __init__(self, datapipe: Any, filter_fn: Callable[..., bool], input_col: Any = None) -> None:
        super().__init__()
        check_callable(filter_fn)
        validate_input_col(filter_fn, input_col)
        self.datapipe = datapipe
        self.filter_fn = filter_fn
        self.input_col = input_col

    def _is_kept(self, data: Any) -> bool:
        columns = self.input_col
        if columns is None:
            kept = self.filter_fn(data)
        elif isinstance(columns, list | tuple):
            kept = self.filter_fn(*(data[column] for column in columns))
        else:
            kept = self.filter_fn(data[columns])
        if not isinstance(kept, bool):
            raise ValueError("Boolean output is required for `filter_fn` of FilterIterDataPipe, got", type(kept))
        return kept

    def __iter__(self) -> Iterator[Any]:
        for data in self.datapipe:
            if self._is_kept(data):
                yield data
            else:
                StreamWrapper.close_streams(data)
