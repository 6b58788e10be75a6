"""The values that a loop has logged: the last of each, and those of its epoch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import WarningCache

_cache = WarningCache()
_REDUCTIONS = {torch.mean: "mean", torch.sum: "sum", torch.min: "min", torch.max: "max", min: "min", max: "max", sum: "sum"}
_METRIC_MARK = "/dataloader_idx_"


def reduction_of(given: Any) -> str:
    """The name of a reduction. Raises MisconfigurationException for another than those of Lightning."""
    name = {"avg": "mean"}.get(given.lower(), given.lower()) if isinstance(given, str) else _REDUCTIONS.get(given)
    if name in ("mean", "sum", "min", "max"):
        return name
    raise MisconfigurationException(
        f"log: expected reduce_fx to be mean, sum, min or max, but got {given!r}; for another log a metric of torchmetrics"
    )


def is_metric(value: Any) -> bool:
    """Whether a value is a metric of torchmetrics."""
    return not isinstance(value, torch.Tensor) and hasattr(value, "compute") and hasattr(value, "update")


def size_of(batch: Any) -> int:
    """How many items a batch has: the first size of its first tensor."""
    if isinstance(batch, torch.Tensor):
        return batch.shape[0] if batch.dim() else 1
    if isinstance(batch, str):
        return len(batch)
    parts = batch.values() if isinstance(batch, dict) else batch if isinstance(batch, (list, tuple)) else ()
    return next((size_of(part) for part in parts), 1)


class Options:
    """How a value is logged: the same each time."""

    def __init__(self, fx: str, name: str, index: int | None, **given: Any) -> None:
        self.fx = fx
        self.name = name
        self.index = index
        self.prog_bar: bool = given["prog_bar"]
        self.logger: bool = given["logger"]
        self.on_step: bool = given["on_step"]
        self.on_epoch: bool = given["on_epoch"]
        self.reduction: str = given["reduction"]
        self.add_dataloader_idx: bool = given["add_dataloader_idx"]
        if not self.on_step and not self.on_epoch:
            raise MisconfigurationException("`self.log(on_step=False, on_epoch=False)` is not useful.")

    def names(self, on_step: bool) -> tuple[str, str]:
        """The name, and the one that a value of both steps and epochs has for one of them."""
        end = f"_{'step' if on_step else 'epoch'}" if self.on_step and self.on_epoch else ""
        loader = f"{_METRIC_MARK}{self.index}" if self.add_dataloader_idx and self.index is not None else ""
        return self.name + loader, self.name + end + loader


class Logged:
    """The values of one name: tensors stay on the device, and numbers are kept as they are."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.is_over = False
        self.reset()

    def reset(self) -> None:
        """Forgets the values of the epoch."""
        metric = getattr(self, "metric", None)
        if metric is not None:
            metric.reset()
        self.metric: Any = metric
        self._latest: Any = None
        self._total: Any = None
        self._weight = 0
        self._mean: Any = None

    def add(self, value: Any, weight: int) -> None:
        """One more value."""
        self.is_over = False
        self._mean = None
        if is_metric(value):
            self.metric = value
            return
        options = self.options
        if options.on_step:
            self._latest = value
            if not options.on_epoch:
                return
        kind = options.reduction
        if kind == "mean":
            self._weight += weight
            more = value * weight if self._total is None or not isinstance(value, torch.Tensor) else value
            if self._total is None:
                self._total = more
            elif isinstance(value, torch.Tensor) and isinstance(self._total, torch.Tensor):
                self._total = torch.add(self._total, value, alpha=weight)
            else:
                self._total = self._total + value * weight
        elif self._total is None:
            self._total = value
        elif kind == "sum":
            self._total = self._total + value
        else:
            self._total = _extreme(kind, self._total, value)

    def value(self, on_step: bool) -> Any:
        """The last value, or that of the epoch; None where there is none."""
        if not (self.options.on_step if on_step else self.options.on_epoch):
            return None
        if self.metric is not None:
            return self._of_metric(on_step)
        if on_step:
            return self._latest
        if self._mean is None and self._total is not None:
            self._mean = self._total / self._weight if self.options.reduction == "mean" else self._total
        return self._mean

    def _of_metric(self, on_step: bool) -> Any:
        if on_step and isinstance(self.metric, nn.Module):
            return getattr(self.metric, "_forward_cache", None)
        if self._mean is None:
            self._mean = self.metric.compute()
        return self._mean


def _extreme(kind: str, one: Any, other: Any) -> Any:
    if not isinstance(one, torch.Tensor) and not isinstance(other, torch.Tensor):
        return min(one, other) if kind == "min" else max(one, other)
    a, b = (each if isinstance(each, torch.Tensor) else torch.tensor(float(each)) for each in (one, other))
    return torch.minimum(a, b) if kind == "min" else torch.maximum(a, b)


class Results:
    """All that a loop has logged since its epoch began."""

    def __init__(self, training: bool) -> None:
        self.training = training
        self.batch: Any = None
        self._size: int | None = None
        self.dataloader_idx: int | None = None
        self._logged: dict[tuple[str, str, int | None], Logged] = {}

    def start_batch(self, batch: Any, index: int | None) -> None:
        """The batch that values are of from now on, and the number of its loader where there are several."""
        self.batch, self._size, self.dataloader_idx = batch, None, index

    def log(self, fx: str, name: str, value: Any, batch_size: int | None, given: dict[str, Any]) -> None:
        """Adds a value of a name, logged in the hook `fx`."""
        index = self.dataloader_idx
        key = (fx, name, index if given["add_dataloader_idx"] else None)
        options = Options(fx, name, index, **given)
        logged = self._logged.get(key)
        if logged is None:
            logged = self._logged[key] = Logged(options)
        elif vars(options) != vars(logged.options):
            raise MisconfigurationException(
                f"You called `self.log({name}, ...)` twice in `{fx}` with different arguments. This is not allowed"
            )
        if isinstance(value, torch.Tensor):
            value = value.detach()
            if not torch.is_floating_point(value):
                _cache.warn(f"log: expected floating numbers for {name!r} in {fx}, but got {value.dtype}, which is converted")
                value = value.to(torch.float32)
            # Tensors of one element may have any rank.
            value = value.reshape(()) if value.dim() else value
        logged.add(value, self._weight(value, batch_size, options))

    def _weight(self, value: Any, batch_size: int | None, options: Options) -> int:
        if batch_size is not None:
            return batch_size
        if self.batch is None or not options.on_epoch or options.reduction != "mean":
            return 1
        if self._size is None:
            self._size = size_of(self.batch)
        return self._size

    def reset_of(self, fx: str) -> None:
        """Forgets what a hook has logged."""
        for logged in self._logged.values():
            is_own = logged.options.fx == fx and logged.options.index == self.dataloader_idx
            if is_own and logged.metric is None:
                logged.reset()

    def reset(self) -> None:
        """Forgets all values."""
        for logged in self._logged.values():
            logged.reset()
            logged.is_over = True

    def metrics(self, on_step: bool) -> dict[str, dict[str, Any]]:
        """The values for callbacks, loggers and the bar."""
        found: dict[str, dict[str, Any]] = {"callback": {}, "log": {}, "pbar": {}}
        for logged in self._logged.values():
            options = logged.options
            if logged.is_over or options.index != self.dataloader_idx:
                continue
            value = logged.value(on_step)
            if value is None:
                continue
            name, own = options.names(on_step)
            if options.logger:
                found["log"][own] = value
            if self.training or (options.on_epoch and not on_step):
                found["callback"][name] = found["callback"][own] = value
            if options.prog_bar:
                found["pbar"][own] = value
        return found


def without_loader(name: str) -> str:
    """The name of a value without the number of its loader."""
    return name.split(_METRIC_MARK)[0]
