"""The base of schedules of learning rates: what a step does, what is saved, and warnings about the order of steps."""

from __future__ import annotations

import types
import warnings
from typing import Any

from .._tensor import Tensor
from .optimizer import Optimizer

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form "
    "is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate "
    "your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)
_HOW = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


def check_verbose(verbose: Any) -> bool:
    """The old option, with a warning where it is given."""
    if verbose == "deprecated":
        return False
    warnings.warn(
        "The verbose parameter is deprecated. Please use get_last_lr() to access the learning rate.",
        UserWarning,
        stacklevel=3,
    )
    return bool(verbose)


def check_optimizer(optimizer: Any) -> None:
    """Refuses what is no optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def set_rate(group: dict[str, Any], value: Any, name: str = "lr") -> None:
    """Sets a rate of a group; one that is a tensor stays the same tensor."""
    if isinstance(group.get(name), Tensor):
        group[name].fill_(value.item() if isinstance(value, Tensor) else value)
        # The library holds a number, which it is told anew.
        group[name] = group[name]
    else:
        group[name] = value


def copied(value: Any) -> Any:
    """A rate of its own, where it is a tensor."""
    return value.clone() if isinstance(value, Tensor) else value


def per_group(optimizer: Optimizer, name: str, value: Any) -> list[Any]:
    """A value for each group: the same for all, or one each."""
    count = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * count
    if len(value) != count:
        raise ValueError(f"{name} must have the same length as optimizer.param_groups. expected {count} values for {name}, got {len(value)}")
    return list(value)


class LRScheduler:
    """Base class of schedules; a subclass defines `get_lr`, the rates at `last_epoch`."""

    _get_lr_called_within_step = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1, verbose: Any = "deprecated") -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming an optimizer"
                )
        self.base_lrs = [copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.verbose = check_verbose(verbose)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        self.step()

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[float]:
        """The rates of the groups that the last step set."""
        return self._last_lr

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`."""
        raise NotImplementedError

    def print_lr(self, is_verbose: bool, group: Any, lr: Any, epoch: int | None = None) -> None:
        """Prints a rate, in the old way."""
        warnings.warn(
            "`LRScheduler.print_lr()` is being deprecated. To fetch the learning rate, please use `get_last_lr()` "
            "instead. For more details, see https://github.com/pytorch/pytorch/issues/99270.",
            UserWarning,
            stacklevel=2,
        )
        if is_verbose:
            at = "" if epoch is None else f"Epoch {epoch:5d}: "
            print(f"{at}adjusting learning rate of group {group} to {lr:.4e}.")

    def step(self, epoch: int | None = None) -> None:
        """Sets the next rates; after the optimizer's step."""
        if self._step_count == 1:
            self._warn_of_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                closed = getattr(self, "_get_closed_form_lr", None)
                values = self.get_lr() if closed is None else closed()
        finally:
            del self._get_lr_called_within_step
        for group, lr in zip(self.optimizer.param_groups, values):
            set_rate(group, lr)
        self._last_lr = [copied(group["lr"]) for group in self.optimizer.param_groups]

    def _warn_of_order(self) -> None:
        if not getattr(self.optimizer.step, "hooked", False):
            warnings.warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, "
                f"make sure to call `optimizer.step()` before `lr_scheduler.step()`. {_HOW}",
                UserWarning,
                stacklevel=3,
            )
        elif not getattr(self.optimizer, "_opt_called", False):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should "
                "call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this "
                f"will result in PyTorch skipping the first value of the learning rate schedule. {_HOW}",
                UserWarning,
                stacklevel=3,
            )

    def _warn_outside_step(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    def _rates(self) -> list[Any]:
        """The rates now."""
        return [group["lr"] for group in self.optimizer.param_groups]


def is_object(call: Any) -> bool:
    """Whether a function is an object of a class of its own, which is saved by its attributes."""
    return not isinstance(call, types.FunctionType)
