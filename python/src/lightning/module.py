"""`LightningModule`: a module that knows how it is trained; and data sets that belong together."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import nn


class AttributeDict(dict):
    """A dict whose items are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"Missing attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class Hooks:
    """What may be called around the steps of a run; a subclass defines those that it wants."""

    def prepare_data(self) -> None:
        """Called before anything else."""

    def setup(self, stage: str) -> None:
        """Called at the beginning of a run."""

    def teardown(self, stage: str) -> None:
        """Called at the end of a run."""


class LightningModule(nn.Module, Hooks):
    """A module with `training_step`, `configure_optimizers` and, where it has them, the steps of other runs."""

    def __init__(self) -> None:
        super().__init__()
        self.trainer: Any = None
        self.automatic_optimization = True
        self._hparams = AttributeDict()
        self.example_input_array: Any = None

    @property
    def hparams(self) -> AttributeDict:
        """What `save_hyperparameters` kept."""
        return self._hparams

    @property
    def current_epoch(self) -> int:
        """The number of the epoch that is under way."""
        return self.trainer.current_epoch if self.trainer else 0

    @property
    def global_step(self) -> int:
        """Steps of optimizers so far."""
        return self.trainer.global_step if self.trainer else 0

    @property
    def device(self) -> Any:
        """Where the module is."""
        return next(self.parameters()).device

    @property
    def logger(self) -> Any:
        """The trainer's logger."""
        return self.trainer.logger if self.trainer else None

    def save_hyperparameters(self, *names: Any, ignore: Any = (), logger: bool = True) -> None:
        """Keeps the arguments of the constructor that calls it, or those that are named, in `hparams`."""
        if names and isinstance(names[0], Mapping):
            self._hparams.update(names[0])
            return
        frame = inspect.currentframe().f_back
        info = inspect.getargvalues(frame)
        given = {name: info.locals[name] for name in info.args if name not in ("self", "__class__")}
        if info.keywords:
            given.update(info.locals[info.keywords])
        ignored = {ignore} if isinstance(ignore, str) else set(ignore)
        wanted = [name for name in names if isinstance(name, str)] or list(given)
        self._hparams.update({name: given[name] for name in wanted if name not in ignored})

    def log(self, name: str, value: Any, **options: Any) -> None:
        """Logs a number, a tensor of one element or a metric."""
        if self.trainer is not None:
            self.trainer._log(name, value, **options)

    def log_dict(self, dictionary: Mapping[str, Any], **options: Any) -> None:
        """Logs several values by their names."""
        for name, value in dictionary.items():
            self.log(name, value, **options)

    def optimizers(self, use_pl_optimizer: bool = True) -> Any:
        """The optimizer, or the list of them."""
        found = self.trainer.optimizers
        return found[0] if len(found) == 1 else found

    def lr_schedulers(self) -> Any:
        """The schedule, the list of them, or None."""
        found = [config["scheduler"] for config in self.trainer.lr_scheduler_configs]
        return None if not found else found[0] if len(found) == 1 else found

    def manual_backward(self, loss: Any, *args: Any, **kwargs: Any) -> None:
        """Backward of a loss, where `automatic_optimization` is off."""
        loss.backward(*args, **kwargs)

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Prints."""
        print(*args, **kwargs)

    def freeze(self) -> None:
        """Wants no gradients, and evaluates."""
        self.requires_grad_(False)
        self.eval()

    def unfreeze(self) -> None:
        """Wants gradients, and trains."""
        self.requires_grad_(True)
        self.train()

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        """The loss of a batch."""
        raise NotImplementedError(f"{type(self).__name__} needs a method training_step that returns the loss")

    def configure_optimizers(self) -> Any:
        """The optimizers, with their schedules."""
        raise NotImplementedError(f"{type(self).__name__} needs a method configure_optimizers")

    def predict_step(self, batch: Any, batch_idx: int) -> Any:
        """What `Trainer.predict` collects: the result of a batch."""
        return self(batch)

    @classmethod
    def load_from_checkpoint(
        cls, checkpoint_path: Any, map_location: Any = None, strict: bool = True, **kwargs: Any
    ) -> Self:
        """A module made with the hyperparameters of a checkpoint, with its weights."""
        saved = torch.load(checkpoint_path, map_location=map_location, weights_only=False)
        made = cls(**{**saved.get("hyper_parameters", {}), **kwargs})
        made.load_state_dict(saved["state_dict"], strict=strict)
        return made


class LightningDataModule(Hooks):
    """Loaders that belong together."""

    def __init__(self) -> None:
        self.trainer: Any = None
        self._hparams = AttributeDict()

    hparams = LightningModule.hparams
    save_hyperparameters = LightningModule.save_hyperparameters
