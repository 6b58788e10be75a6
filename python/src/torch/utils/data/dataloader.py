"""The loader: batches of a data set, in PyTorch's order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

from ..._types import Generator
from . import _draws
from ._utils.collate import default_collate, default_convert
from .datapipes.datapipe import IterDataPipe, MapDataPipe
from .dataset import Dataset, IterableDataset, Subset, TensorDataset
from .graph_settings import apply_random_seed, apply_sharding, apply_shuffle_settings
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler


def get_worker_info() -> None:
    """None: items are read where the loader is."""
    return None


class _Endless(Sampler):
    def __iter__(self) -> Iterator[None]:
        while True:
            yield None


def _rows(dataset: Any, indices: list[int]) -> list[Any] | None:
    """Items gathered at once, where they are rows of tensors, or the data set knows how."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    together = getattr(dataset, "_together", None)
    if type(dataset) is not TensorDataset and together is None:
        return None
    size = len(dataset)
    if any(not -size <= i < size for i in indices):
        return None
    if together is not None:
        return together([i % size for i in indices])
    import torch

    at = torch.tensor([i % size for i in indices])
    return [tensor.index_select(0, at) for tensor in dataset.tensors]


class DataLoader:
    """Visits a data set batch by batch; each `for` is one pass.

    Items are read in the interpreter, whatever `num_workers` says; `pin_memory`, `timeout`, `worker_init_fn`,
    `multiprocessing_context`, `prefetch_factor` and `persistent_workers` are taken, and change nothing.
    """

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Any = None,
        batch_sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Any = None,
        multiprocessing_context: Any = None,
        generator: Any = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
                "multiprocessing, otherwise set prefetch_factor to None."
            )
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            if isinstance(dataset, IterDataPipe):
                apply_shuffle_settings(dataset, shuffle)
                shuffle = None
            self._refuse_orders(shuffle, sampler, batch_sampler)
        else:
            shuffle = bool(shuffle)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            if self._iterable:
                sampler = _Endless()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)
            else:
                sampler = SequentialSampler(dataset)
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn

    @staticmethod
    def _refuse_orders(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
        if shuffle not in {False, None}:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle={shuffle}"
            )
        if sampler is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified sampler option, but got sampler={sampler}"
            )
        if batch_sampler is not None:
            raise ValueError(
                "DataLoader with IterableDataset: expected unspecified batch_sampler option, "
                f"but got batch_sampler={batch_sampler}"
            )

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterDataPipe):
            apply_random_seed(self.dataset, Generator().manual_seed(_draws.seed(self.generator)))
        # For workers, of which there are none: draws after it are PyTorch's.
        _draws.seed(self.generator)
        if isinstance(self.dataset, IterDataPipe | MapDataPipe):
            apply_sharding(self.dataset, 1, 0)
        return self._visit_items() if self._iterable else self._visit()

    def _visit(self) -> Iterator[Any]:
        if self.batch_sampler is None:
            for index in self.sampler:
                yield self.collate_fn(self.dataset[index])
            return
        for indices in self.batch_sampler:
            _draws.wait_for_device()
            indices = list(indices)
            rows = _rows(self.dataset, indices) if self.collate_fn is default_collate and indices else None
            if rows is not None:
                yield rows
                continue
            together = getattr(self.dataset, "__getitems__", None)
            items = together(indices) if callable(together) else [self.dataset[i] for i in indices]
            yield self.collate_fn(items)

    def _visit_items(self) -> Iterator[Any]:
        items = iter(self.dataset)
        if self.batch_sampler is None:
            for item in items:
                yield self.collate_fn(item)
            return
        said = len(self.dataset) if hasattr(self.dataset, "__len__") else None
        given = 0
        while True:
            _draws.wait_for_device()
            batch = []
            for item in items:
                batch.append(item)
                if len(batch) == self.batch_size:
                    break
            if not batch or (self.drop_last and len(batch) < self.batch_size):
                return
            given += len(batch)
            if said is not None and given > said:
                warnings.warn(
                    f"Length of IterableDataset {self.dataset} was reported to be {said} (when accessing "
                    f"len(dataloader)), but {given} samples have been fetched.",
                    stacklevel=2,
                )
                said = None
            yield self.collate_fn(batch)
            if len(batch) < self.batch_size:
                return

    def __len__(self) -> int:
        if not self._iterable:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        size = len(self.dataset)
        if self.batch_size is None:
            return size
        whole, rest = divmod(size, self.batch_size)
        return whole if self.drop_last or rest == 0 else whole + 1


__all__ = ["DataLoader", "Dataset", "default_collate", "default_convert", "get_worker_info"]
