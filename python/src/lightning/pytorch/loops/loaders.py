"""Loaders of a run: which they are, how many batches of them are taken, and the batches one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader, RandomSampler, SequentialSampler

from ..utilities.combined_loader import CombinedLoader, length_of
from ..utilities.exceptions import MisconfigurationException
from ..utilities.model_helpers import is_overridden
from ..utilities.rank_zero import WarningCache, rank_zero_warn

_cache = WarningCache()


class Batches:
    """The batches of a loader, which know whether the present one is the last."""

    def __init__(self, loader: CombinedLoader, fetched: int = 0) -> None:
        self._source: Iterator[Any] = iter(loader)
        self._length = loader.size()
        # Of a run that goes on, batches that came before.
        self._fetched = fetched
        self._ahead: list[Any] = []
        self.done = self._length <= fetched

    def __iter__(self) -> Batches:
        return self

    def __next__(self) -> tuple[Any, int, int]:
        if self._length != float("inf"):
            if self._fetched >= self._length:
                raise StopIteration
            found = next(self._source)
            self._fetched += 1
            self.done = self._fetched >= self._length
            return found
        # The length is not known, so that one batch is taken ahead.
        if not self._ahead:
            self._ahead.append(next(self._source))
        found = self._ahead.pop()
        try:
            self._ahead.append(next(self._source))
        except StopIteration:
            self.done = True
            self._length = self._fetched = 0
        return found


def source_of(trainer: Any, name: str) -> Any:
    """The owner of a hook that gives loaders: the data module, where it has the hook, or the module."""
    return next((each for each in (trainer.datamodule, trainer.lightning_module) if has_loader(each, name)), None)


def has_loader(owner: Any, name: str) -> bool:
    """Whether a module or data module gives loaders by this hook."""
    return owner is not None and is_overridden(name, owner)


def requested(trainer: Any, given: Any, name: str) -> Any:
    """Loaders that were given, or those that a hook gives. Raises MisconfigurationException where there are none."""
    if given is not None:
        return given
    owner = source_of(trainer, name)
    if owner is None:
        raise MisconfigurationException(
            f"`Trainer.{trainer.state.fn}()`: expected loaders, or a method `{name}` of the module or the data module, but "
            "there are none"
        )
    return trainer._call_module(name) if owner is trainer.lightning_module else trainer._call_datamodule(name)


def combined(loaders: Any, mode: str, name: str) -> CombinedLoader:
    """Several loaders as one. Raises TypeError for what has no batches."""
    found = loaders if isinstance(loaders, CombinedLoader) else CombinedLoader(loaders, mode)
    for loader in found.flattened:
        try:
            # A generator is used up by each look at it.
            hasattr(type(loader), "__iter__") or iter(loader)
        except TypeError:
            raise TypeError(
                f"An invalid dataloader was passed to `Trainer.{name}`. Found {loader}, which is not iterable"
            ) from None
        if length_of(loader) == 0:
            rank_zero_warn(f"Total length of `{type(loader).__name__}` across ranks is zero.")
    return found


def limit_of(loader: Any, limit: Any, name: str) -> float:
    """How many batches of a loader are taken, by an option such as `limit_train_batches`."""
    length = length_of(loader)
    if length == 0 or isinstance(limit, int):
        return min(length, limit)
    if limit == 1.0:
        return length
    if length == float("inf"):
        if limit == 0.0:
            return 0
        raise MisconfigurationException(
            f"Trainer: expected {name} to be 0.0, 1.0 or a number of batches for a loader without a length, but got {limit}"
        )
    batches = int(length * limit)
    if batches == 0 and limit > 0.0:
        raise MisconfigurationException(
            f"You requested to check {limit} of the dataloader but {limit} * {length} < 1. Please increase the "
            f"`{name}` argument. Try at least `{name}={1.0 / length}`"
        )
    return batches


def _shuffles(loader: Any) -> bool:
    return isinstance(getattr(loader, "sampler", None), RandomSampler)


def in_order(loaders: CombinedLoader, name: str) -> None:
    """Has loaders give their batches in order, each time the same."""
    if not any(map(_shuffles, loaders.flattened)):
        return
    rank_zero_warn(
        f"You requested to overfit but enabled {name} dataloader shuffling. We are turning off the {name} dataloader "
        "shuffling for you."
    )
    loaders.flattened = [_ordered(each) if _shuffles(each) else each for each in loaders.flattened]


def _ordered(loader: DataLoader) -> DataLoader:
    return DataLoader(
        loader.dataset,
        batch_size=loader.batch_size,
        sampler=SequentialSampler(loader.dataset),
        collate_fn=loader.collate_fn,
        num_workers=loader.num_workers,
        drop_last=loader.drop_last,
    )


def warn_of_shuffling(loaders: CombinedLoader, name: str) -> None:
    """Warns of a loader of an evaluation that shuffles."""
    if any(map(_shuffles, loaders.flattened)):
        _cache.warn(
            f"Your `{name}_dataloader`'s sampler has shuffling enabled, it is strongly recommended that you turn shuffling "
            "off for val/test dataloaders."
        )


def set_epoch(loaders: CombinedLoader, epoch: int) -> None:
    """Tells samplers that want to know the number of the epoch."""
    for loader in loaders.flattened:
        sampler = getattr(loader, "sampler", None)
        for each in (sampler, getattr(loader, "batch_sampler", None)):
            if callable(getattr(each, "set_epoch", None)):
                each.set_epoch(epoch)


def transferred(trainer: Any, batch: Any, index: int) -> Any:
    """A batch through the hooks of transfer, those of the data module where it has any of its own."""
    batch = trainer._precision.batch(batch)
    for name, args in (
        ("on_before_batch_transfer", (index,)),
        ("transfer_batch_to_device", (trainer.lightning_module.device, index)),
        ("on_after_batch_transfer", (index,)),
    ):
        owner = trainer.datamodule
        if owner is not None and is_overridden(name, owner):
            batch = trainer._call_datamodule(name, batch, *args)
        elif is_overridden(name, trainer.lightning_module):
            batch = trainer._call_module(name, batch, *args)
    return batch
