"""Optimizers and schedules as `configure_optimizers` gives them, and the optimizers that a trainer steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR, ReduceLROnPlateau

from ..utilities.exceptions import MisconfigurationException
from ..utilities.model_helpers import is_overridden
from ..utilities.rank_zero import rank_zero_warn


@dataclass
class LRSchedulerConfig:
    """A schedule, and when it steps."""

    scheduler: Any
    name: str | None = None
    interval: str = "epoch"
    frequency: int = 1
    reduce_on_plateau: bool = False
    monitor: str | None = None
    strict: bool = True


class LightningOptimizer:
    """An optimizer whose steps the trainer counts, with its hooks around them."""

    def __init__(self, optimizer: Any, trainer: Any) -> None:
        self._optimizer = optimizer
        self._trainer = trainer

    @property
    def optimizer(self) -> Any:
        """The optimizer as it was made."""
        return self._optimizer

    def step(self, closure: Callable[[], Any] | None = None, **kwargs: Any) -> Any:
        """Updates the parameters."""
        if closure is not None and not callable(closure):
            raise MisconfigurationException("When `optimizer.step(closure)` is called, the closure should be callable")
        return self._trainer._step_optimizer(self._optimizer, closure, **kwargs)

    @contextmanager
    def toggle_model(self, sync_grad: bool = True) -> Iterator[None]:
        """Wants gradients of this optimizer's parameters alone, for a block."""
        module = self._trainer.lightning_module
        module.toggle_optimizer(self)
        yield
        module.untoggle_optimizer(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._optimizer, name)

    def __repr__(self) -> str:
        return f"Lightning{self._optimizer!r}"


def _is_optimizer(given: Any) -> bool:
    return isinstance(given, Optimizer) or (hasattr(given, "step") and hasattr(given, "param_groups"))


def _parts(given: Any) -> tuple[list[Any], list[Any], str | None]:
    """Optimizers, schedules, and the metric that a schedule without options looks at."""
    if given is None:
        return [], [], None
    if _is_optimizer(given):
        return [given], [], None
    if isinstance(given, dict):
        schedules = [given["lr_scheduler"]] if given.get("lr_scheduler") is not None else []
        return [given["optimizer"]], schedules, given.get("monitor")
    if isinstance(given, (list, tuple)):
        if len(given) == 2 and isinstance(given[0], (list, tuple)) and all(map(_is_optimizer, given[0])):
            return list(given[0]), list(given[1]) if isinstance(given[1], (list, tuple)) else [given[1]], None
        if all(isinstance(each, dict) for each in given):
            schedules = [each["lr_scheduler"] for each in given if "lr_scheduler" in each]
            return [each["optimizer"] for each in given], schedules, None
        if all(map(_is_optimizer, given)):
            return list(given), [], None
    raise MisconfigurationException(
        "configure_optimizers: expected an optimizer, a list of them, ([optimizers], [schedules]) or "
        '{"optimizer": …, "lr_scheduler": …}, but got ' + type(given).__name__
    )


def _config(given: Any, monitor: str | None, is_automatic: bool) -> LRSchedulerConfig:
    known = {field.name for field in fields(LRSchedulerConfig)}
    options = dict(given) if isinstance(given, dict) else {"scheduler": given, "monitor": monitor}
    extra = set(options) - known
    if extra:
        rank_zero_warn(
            f"Found unsupported keys in the lr scheduler dict: {extra}. HINT: remove them from the output of "
            "`configure_optimizers`.",
            category=RuntimeWarning,
        )
    options = {name: value for name, value in options.items() if name in known}
    if "scheduler" not in options:
        raise MisconfigurationException(
            'The lr scheduler dict must have the key "scheduler" with its item being an lr scheduler'
        )
    if options.get("interval", "epoch") not in ("step", "epoch"):
        raise MisconfigurationException(
            f'The "interval" key in lr scheduler dict must be "step" or "epoch" but is "{options["interval"]}"'
        )
    config = LRSchedulerConfig(**options)
    config.reduce_on_plateau = config.reduce_on_plateau or isinstance(config.scheduler, ReduceLROnPlateau)
    if not is_automatic:
        return config
    if config.reduce_on_plateau and config.monitor is None:
        raise MisconfigurationException(
            "configure_optimizers: expected a `monitor` beside a `ReduceLROnPlateau`, the name of a logged value"
        )
    if isinstance(config.scheduler, OneCycleLR) and config.interval == "epoch":
        rank_zero_warn(
            "A `OneCycleLR` scheduler is using 'interval': 'epoch'. Are you sure you didn't mean 'interval': 'step'?",
            category=RuntimeWarning,
        )
    return config


def configured(trainer: Any, module: Any) -> tuple[list[Any], list[LRSchedulerConfig]]:
    """What `configure_optimizers` gives, checked."""
    given = trainer._call_module("configure_optimizers")
    if given is None:
        rank_zero_warn("`LightningModule.configure_optimizers` returned `None`, this fit will run with no optimizer")
    optimizers, schedules, monitor = _parts(given)
    configs = [_config(each, monitor, module.automatic_optimization) for each in schedules]
    if module.automatic_optimization and len(optimizers) > 1:
        raise RuntimeError(
            "Training with multiple optimizers is only supported with manual optimization. Set "
            "`self.automatic_optimization = False`, then access your optimizers in `training_step` with "
            "`opt1, opt2, ... = self.optimizers()`."
        )
    for config in configs:
        is_known = isinstance(config.scheduler, (LRScheduler, ReduceLROnPlateau))
        if not is_known and module.automatic_optimization and not is_overridden("lr_scheduler_step", module):
            raise MisconfigurationException(
                f"The provided lr scheduler `{type(config.scheduler).__name__}` doesn't follow PyTorch's LRScheduler API. "
                "You should override the `LightningModule.lr_scheduler_step` hook with your own logic if you are using a "
                "custom LR scheduler."
            )
    return optimizers, configs


__all__ = ["LRSchedulerConfig", "LightningOptimizer"]
