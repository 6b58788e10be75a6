"""`LightningModule`: a module that knows how it is trained."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import Any, Self

import torch
from torch import nn

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import WarningCache
from . import logging
from .hooks import CheckpointHooks, DataHooks, ModelHooks
from .hyperparameters import HyperparametersMixin, saved_arguments

_cache = WarningCache()


class LightningModule(ModelHooks, DataHooks, CheckpointHooks, HyperparametersMixin, nn.Module):
    """A module with `training_step`, `configure_optimizers` and, where it has them, the steps of other runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        nn.Module.__init__(self)
        self._trainer: Any = None
        self._fx: str | None = None
        self.automatic_optimization = True
        self.strict_loading = True
        self.example_input_array: Any = None

    @property
    def trainer(self) -> Any:  # type: ignore[override]
        """The trainer that runs it. Raises RuntimeError where there is none."""
        if self._trainer is None:
            raise RuntimeError(f"{type(self).__qualname__} is not attached to a `Trainer`.")
        return self._trainer

    @trainer.setter
    def trainer(self, trainer: Any) -> None:
        self._trainer = trainer
        for child in self.children():
            if isinstance(child, LightningModule):
                child.trainer = trainer

    @property
    def current_epoch(self) -> int:
        """The number of the epoch that is under way."""
        return self._trainer.current_epoch if self._trainer else 0

    @property
    def global_step(self) -> int:
        """Steps of optimizers so far."""
        return self._trainer.global_step if self._trainer else 0

    @property
    def global_rank(self) -> int:
        """There is one process."""
        return 0

    local_rank = global_rank

    @property
    def device(self) -> Any:
        """Where the module is."""
        found = next(self.parameters(), None)
        return torch.device("cpu") if found is None else found.device

    @property
    def on_gpu(self) -> bool:
        """Whether that is a GPU."""
        return self.device.type not in ("cpu", "meta")

    @property
    def logger(self) -> Any:
        """The trainer's first logger."""
        return self._trainer.logger if self._trainer else None

    @property
    def loggers(self) -> list[Any]:
        """The trainer's loggers."""
        return self._trainer.loggers if self._trainer else []

    def log(
        self,
        name: str,
        value: Any,
        prog_bar: bool = False,
        logger: bool | None = None,
        on_step: bool | None = None,
        on_epoch: bool | None = None,
        reduce_fx: Any = "mean",
        enable_graph: bool = False,
        sync_dist: bool = False,
        sync_dist_group: Any = None,
        add_dataloader_idx: bool = True,
        batch_size: int | None = None,
        metric_attribute: str | None = None,
        rank_zero_only: bool = False,
    ) -> None:
        """Logs a number, a tensor of one element or a metric of torchmetrics.

        In steps of training it is the value of the step, in those of validation and testing the mean of the epoch, unless
        `on_step` and `on_epoch` say otherwise. Values stay on the device until somebody looks at them. With one process
        `sync_dist` and `rank_zero_only` change nothing.
        """
        value = logging.checked(name, value)
        trainer = self._trainer
        if trainer is None:
            _cache.warn(
                "You are trying to `self.log()` but the `self.trainer` reference is not registered on the model yet. This "
                "is most likely because the model hasn't been passed to the `Trainer`"
            )
            return
        if trainer.barebones:
            _cache.warn("You are trying to `self.log()` but `Trainer(barebones=True)` is configured.")
            return
        if trainer._results is None:
            raise MisconfigurationException(
                "You are trying to `self.log()` but the loop's result collection is not registered yet. This is most likely "
                "because you are trying to log in a `predict` hook, but it doesn't support logging"
            )
        if self._fx is None:
            raise MisconfigurationException(
                "You are trying to `self.log()` but it is not managed by the `Trainer` control flow"
            )
        options = logging.options(self._fx, locals())
        trainer._connector.log(self._fx, name, value, batch_size, options)

    def log_dict(self, dictionary: Mapping[str, Any], **options: Any) -> None:
        """Logs several values by their names."""
        for name, value in dictionary.items():
            self.log(name, value, **options)

    def optimizers(self, use_pl_optimizer: bool = True) -> Any:
        """The optimizer, or the list of them; those of the trainer count its steps."""
        trainer = self.trainer
        found = trainer._lightning_optimizers if use_pl_optimizer else trainer.optimizers
        return found[0] if len(found) == 1 else list(found)

    def lr_schedulers(self) -> Any:
        """The schedule, the list of them, or None."""
        found = [config.scheduler for config in self.trainer.lr_scheduler_configs]
        return None if not found else found[0] if len(found) == 1 else found

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the network gives for an input."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def training_step(self, *args: Any, **kwargs: Any) -> Any:
        """The loss of a batch, or a dict with it as `loss`; None leaves out the step."""
        raise NotImplementedError(f"{type(self).__name__} needs a method training_step that returns the loss")

    def validation_step(self, *args: Any, **kwargs: Any) -> Any:
        """What validation does with a batch."""

    def test_step(self, *args: Any, **kwargs: Any) -> Any:
        """What testing does with a batch."""

    def predict_step(self, *args: Any, **kwargs: Any) -> Any:
        """What `Trainer.predict` collects: the result of a batch."""
        return self(kwargs.get("batch", args[0] if args else None))

    def configure_optimizers(self) -> Any:
        """The optimizers, with their schedules."""
        raise NotImplementedError(f"{type(self).__name__} needs a method configure_optimizers")

    def backward(self, loss: Any, *args: Any, **kwargs: Any) -> None:
        """The backward of a loss."""
        loss.backward(*args, **kwargs)

    def manual_backward(self, loss: Any, *args: Any, **kwargs: Any) -> None:
        """The backward of a loss, where `automatic_optimization` is off."""
        if self._fx and self.automatic_optimization and self._trainer is not None:
            raise MisconfigurationException(
                "manual_backward: expected `self.automatic_optimization = False` in the constructor"
            )
        if self._trainer is None:
            loss.backward(*args, **kwargs)
        else:
            self._trainer._backward(loss, *args, **kwargs)

    def optimizer_step(
        self, epoch: int, batch_idx: int, optimizer: Any, optimizer_closure: Callable[[], Any] | None = None
    ) -> None:
        """Steps an optimizer, with a closure that runs `training_step` and the backward of its loss."""
        optimizer.step(closure=optimizer_closure)

    def optimizer_zero_grad(self, epoch: int, batch_idx: int, optimizer: Any) -> None:
        """Forgets gradients."""
        optimizer.zero_grad()

    def configure_gradient_clipping(
        self,
        optimizer: Any,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clips gradients before a step."""
        self.clip_gradients(optimizer, gradient_clip_val, gradient_clip_algorithm)

    def clip_gradients(
        self,
        optimizer: Any,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clips the gradients of an optimizer's parameters, as the trainer's options say where nothing is given."""
        if gradient_clip_val is None:
            gradient_clip_val = self.trainer.gradient_clip_val or 0.0
        if gradient_clip_algorithm is None:
            gradient_clip_algorithm = self.trainer.gradient_clip_algorithm or "norm"
        if gradient_clip_val <= 0:
            return
        params = [param for group in optimizer.param_groups for param in group["params"]]
        if gradient_clip_algorithm == "value":
            nn.utils.clip_grad_value_(params, clip_value=gradient_clip_val)
        elif gradient_clip_algorithm == "norm":
            nn.utils.clip_grad_norm_(params, gradient_clip_val)
        else:
            raise MisconfigurationException(
                f"clip_gradients: expected gradient_clip_algorithm 'norm' or 'value', but got {gradient_clip_algorithm!r}"
            )

    def lr_scheduler_step(self, scheduler: Any, metric: Any) -> None:
        """Steps a schedule."""
        if metric is None:
            scheduler.step()
        else:
            scheduler.step(metric)

    def toggle_optimizer(self, optimizer: Any) -> None:
        """Wants gradients of this optimizer's parameters alone, among those of all."""
        before: dict[Any, bool] = {}
        for each in self.trainer.optimizers:
            for param in (param for group in each.param_groups for param in group["params"]):
                before.setdefault(param, param.requires_grad)
                param.requires_grad = False
        for param in (param for group in optimizer.param_groups for param in group["params"]):
            param.requires_grad = before[param]
        self._wanted = before

    def untoggle_optimizer(self, optimizer: Any) -> None:
        """Wants gradients as before `toggle_optimizer`."""
        for param, wanted in getattr(self, "_wanted", {}).items():
            param.requires_grad = wanted
        self._wanted = {}

    @contextmanager
    def toggled_optimizer(self, optimizer: Any) -> Any:
        """`toggle_optimizer` for a block."""
        self.toggle_optimizer(optimizer)
        try:
            yield
        finally:
            self.untoggle_optimizer(optimizer)

    def all_gather(self, data: Any, group: Any = None, sync_grads: bool = False) -> Any:
        """What all processes have: there is one."""
        return data

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Prints, above the progress bar where there is one."""
        bar = self._trainer.progress_bar_callback if self._trainer is not None else None
        if bar is not None and bar.is_enabled:
            bar.print(*args, **kwargs)
        else:
            print(*args, **kwargs)

    def freeze(self) -> None:
        """Wants no gradients, and evaluates."""
        self.requires_grad_(False)
        self.eval()

    def unfreeze(self) -> None:
        """Wants gradients, and trains."""
        self.requires_grad_(True)
        self.train()

    @classmethod
    def load_from_checkpoint(
        cls,
        checkpoint_path: Any,
        map_location: Any = None,
        hparams_file: Any = None,
        strict: bool | None = None,
        weights_only: bool | None = None,
        **kwargs: Any,
    ) -> Self:
        """A module made with the hyperparameters of a checkpoint, with its weights."""
        if hparams_file is not None:
            raise ValueError("load_from_checkpoint: expected hparams_file=None, since checkpoints hold them; pass arguments")
        saved = torch.load(checkpoint_path, map_location=map_location, weights_only=bool(weights_only))
        made = cls(**saved_arguments(cls, saved.get("hyper_parameters", {}), kwargs))
        made.on_load_checkpoint(saved)
        made.load_state_dict(saved["state_dict"], strict=made.strict_loading if strict is None else strict)
        return made

    def to_onnx(self, file_path: Any, input_sample: Any = None, **kwargs: Any) -> Any:
        """Writes an ONNX file, with `example_input_array` where no input is given."""
        given = self.example_input_array if input_sample is None else input_sample
        if given is None:
            raise ValueError("to_onnx: expected an input_sample, or a module with an example_input_array, but got neither")
        was_training = self.training
        self.eval()
        try:
            place = os.fspath(file_path) if isinstance(file_path, os.PathLike) else file_path
            return torch.onnx.export(self, given, place, **kwargs)
        finally:
            self.train(was_training)

    def __getstate__(self) -> dict[str, Any]:
        # A copy belongs to no trainer.
        return {**self.__dict__, "_trainer": None}


__all__ = ["LightningModule"]
