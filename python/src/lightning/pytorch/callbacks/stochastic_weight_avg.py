"""Stochastic weight averaging (Izmailov et al. 2018, arXiv:1803.05407): the mean of the weights of the last epochs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import SWALR

from ..core.optimizer import LRSchedulerConfig
from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_info, rank_zero_warn
from .callback import Callback

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class StochasticWeightAveraging(Callback):
    """Averages weights from the epoch `swa_epoch_start` on, whose rate goes to `swa_lrs`; the module gets them at the end.

    With layers of batch normalization one more epoch, without steps, gathers their statistics.
    """

    def __init__(
        self,
        swa_lrs: float | list[float],
        swa_epoch_start: int | float = 0.8,
        annealing_epochs: int = 10,
        annealing_strategy: str = "cos",
        avg_fn: Callable[[Any, Any, Any], Any] | None = None,
        device: Any = None,
    ) -> None:
        is_epoch = isinstance(swa_epoch_start, int) and swa_epoch_start >= 1
        if not is_epoch and not (isinstance(swa_epoch_start, float) and 0 <= swa_epoch_start <= 1):
            raise MisconfigurationException("swa_epoch_start should be a >0 integer or a float between 0 and 1.")
        rates = swa_lrs if isinstance(swa_lrs, list) else [swa_lrs]
        if not all(isinstance(rate, float) and rate > 0 for rate in rates):
            raise MisconfigurationException("The `swa_lrs` should a positive float, or a list of positive floats")
        if avg_fn is not None and not callable(avg_fn):
            raise MisconfigurationException("The `avg_fn` should be callable.")
        self.n_averaged: Any = None
        self._swa_epoch_start = swa_epoch_start
        self._swa_lrs = swa_lrs
        self._annealing_epochs = annealing_epochs
        self._annealing_strategy = annealing_strategy
        self._avg_fn = avg_fn or self.avg_fn
        self._average_model: Any = None
        self._swa_scheduler: Any = None
        self._scheduler_state: dict[str, Any] | None = None
        self._has_begun = False
        self._has_norms = False
        self._count = 0
        self._latest_update_epoch = -1
        self._max_epochs = -1
        self._accumulated = 1
        self.momenta: dict[nn.Module, float | None] = {}

    @property
    def swa_start(self) -> int:
        """The first epoch whose weights count."""
        return max(int(self._swa_epoch_start) - 1, 0)

    @property
    def swa_end(self) -> float:
        """The last."""
        return float("inf") if self._max_epochs == -1 else self._max_epochs - 1

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Makes the module that holds the averages."""
        if stage == "fit":
            self._average_model = copy.deepcopy(pl_module)

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Settles the epochs."""
        if len(trainer.optimizers) != 1:
            raise MisconfigurationException("SWA currently works with 1 `optimizer`.")
        if len(trainer.lr_scheduler_configs) > 1:
            raise MisconfigurationException("SWA currently not supported for more than 1 `lr_scheduler`.")
        if isinstance(self._swa_epoch_start, float):
            if trainer.max_epochs == -1:
                raise MisconfigurationException(
                    "SWA with `swa_epoch_start` as a float is not supported when `max_epochs=-1`. Please provide "
                    "`swa_epoch_start` as an integer."
                )
            self._swa_epoch_start = int(trainer.max_epochs * self._swa_epoch_start)
        self._has_norms = any(isinstance(module, _NORMS) for module in pl_module.modules())
        self._max_epochs = trainer.max_epochs
        if self._has_norms and self._max_epochs != -1:
            trainer.fit_loop.max_epochs += 1
        if self._scheduler_state is not None:
            trainer.lr_scheduler_configs.clear()

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Adds the weights of now to the averages; behind the last epoch the module gets them."""
        epoch = trainer.current_epoch
        is_within = self.swa_start <= epoch <= self.swa_end
        if is_within and not self._has_begun:
            self._begin(trainer)
        if is_within and epoch > self._latest_update_epoch:
            self._update(pl_module)
            self._latest_update_epoch = epoch
        if self._max_epochs != -1 and epoch == self.swa_end + 1:
            self.transfer_weights(self._average_model, pl_module)
            self.reset_batch_norm_and_save_state(pl_module)
            # An epoch without steps: no batch ends an accumulation.
            trainer.fit_loop.max_batches += 1
            trainer.fit_loop._skip_backward = True
            self._accumulated = trainer.accumulate_grad_batches
            trainer.accumulate_grad_batches = trainer.fit_loop.max_batches

    def _begin(self, trainer: Any) -> None:
        self._has_begun = True
        optimizer = trainer.optimizers[0]
        if isinstance(self._swa_lrs, float):
            self._swa_lrs = [self._swa_lrs] * len(optimizer.param_groups)
        for rate, group in zip(self._swa_lrs, optimizer.param_groups, strict=False):
            group["initial_lr"] = rate
        self._swa_scheduler = SWALR(
            optimizer,
            swa_lr=self._swa_lrs,
            anneal_epochs=self._annealing_epochs,
            anneal_strategy=self._annealing_strategy,
            last_epoch=trainer.max_epochs if self._annealing_strategy == "cos" else -1,
        )
        if self._scheduler_state is not None:
            self._swa_scheduler.load_state_dict(self._scheduler_state)
        elif trainer.current_epoch != self.swa_start:
            rank_zero_warn("SWA is initializing after swa_start without any checkpoint data.")
        config = LRSchedulerConfig(self._swa_scheduler)
        if trainer.lr_scheduler_configs:
            before = trainer.lr_scheduler_configs[0]
            if before.interval != "epoch" or before.frequency != 1:
                rank_zero_warn(f"SWA is currently only supported every epoch. Found {before}")
            rank_zero_info(
                f"Swapping scheduler `{type(before.scheduler).__name__}` for `{type(self._swa_scheduler).__name__}`"
            )
            trainer.lr_scheduler_configs[0] = config
        else:
            trainer.lr_scheduler_configs.append(config)
        if self.n_averaged is None:
            self.n_averaged = torch.tensor(self._count)

    def _update(self, module: Any) -> None:
        with torch.no_grad():
            pairs = zip(self._average_model.parameters(), module.parameters(), strict=True)
            for average, param in pairs:
                now = param.detach()
                average.copy_(now if self._count == 0 else self._avg_fn(average.detach(), now, self.n_averaged))
        self._count += 1
        self.n_averaged = torch.tensor(self._count)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Gradients are wanted again."""
        trainer.fit_loop._skip_backward = False

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Gives the module the averages, unless the last epoch had them."""
        last = trainer.current_epoch - 1
        if self._has_norms and self._max_epochs != -1 and last == self.swa_end + 1:
            trainer.accumulate_grad_batches = self._accumulated
            trainer.fit_loop.max_batches -= 1
            trainer.fit_loop.max_epochs -= 1
            self.reset_momenta()
        elif (last == self.swa_end or self._max_epochs == -1) and self._average_model is not None:
            self.transfer_weights(self._average_model, pl_module)

    @staticmethod
    def transfer_weights(src_pl_module: Any, dst_pl_module: Any) -> None:
        """Gives a module the weights of another."""
        with torch.no_grad():
            for source, target in zip(src_pl_module.parameters(), dst_pl_module.parameters(), strict=True):
                target.copy_(source.detach())

    def reset_batch_norm_and_save_state(self, pl_module: Any) -> None:
        """Has layers of batch normalization gather their statistics anew, each batch alike."""
        self.momenta = {}
        for module in pl_module.modules():
            if isinstance(module, _NORMS):
                module.reset_running_stats()
                self.momenta[module] = module.momentum
                module.momentum = None

    def reset_momenta(self) -> None:
        """Gives layers of batch normalization their momenta back."""
        for module, momentum in self.momenta.items():
            module.momentum = momentum

    @staticmethod
    def avg_fn(averaged_model_parameter: Any, model_parameter: Any, num_averaged: Any) -> Any:
        """The mean: ā + (w − ā) / (n + 1)."""
        return averaged_model_parameter + (model_parameter - averaged_model_parameter) / (num_averaged + 1)

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {
            "n_averaged": self._count,
            "latest_update_epoch": self._latest_update_epoch,
            "scheduler_state": None if self._swa_scheduler is None else self._swa_scheduler.state_dict(),
            "average_model_state": None if self._average_model is None else self._average_model.state_dict(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        self._count = state_dict["n_averaged"]
        self._latest_update_epoch = state_dict["latest_update_epoch"]
        self._scheduler_state = state_dict["scheduler_state"]
        if self._average_model is not None and state_dict["average_model_state"] is not None:
            self._average_model.load_state_dict(state_dict["average_model_state"])
