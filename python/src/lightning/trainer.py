"""`Trainer`: the loops of training, validating, testing and predicting, in Python, so that steps may read values."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from .callbacks import Callback, ModelCheckpoint


class _Mean:
    """The mean of the values that were logged under a name, weighted by the sizes of their batches."""

    def __init__(self, name: str, in_bar: bool) -> None:
        self.name = name
        self.in_bar = in_bar
        self.total: Any = 0.0
        self.weight = 0

    def add(self, value: Any, weight: int) -> None:
        self.total = self.total + value * weight
        self.weight += weight

    def value(self) -> Any:
        mean = self.total / self.weight
        return mean if isinstance(mean, torch.Tensor) else torch.tensor(float(mean))


class Trainer:
    """Runs a LightningModule; one device, one process, full precision."""

    def __init__(
        self,
        *,
        max_epochs: int | None = None,
        max_steps: int = -1,
        callbacks: Any = None,
        logger: Any = None,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
        accumulate_grad_batches: int = 1,
        limit_train_batches: Any = None,
        limit_val_batches: Any = None,
        limit_test_batches: Any = None,
        limit_predict_batches: Any = None,
        check_val_every_n_epoch: int = 1,
        num_sanity_val_steps: int = 2,
        fast_dev_run: bool | int = False,
        enable_checkpointing: bool = True,
        default_root_dir: str | None = None,
        **others: Any,
    ) -> None:
        unknown = set(others) - _CHANGE_NOTHING
        if unknown:
            raise TypeError(f"Trainer.__init__() got an unexpected keyword argument {sorted(unknown)[0]!r}")
        self.max_epochs = 1 if fast_dev_run else (1000 if max_epochs is None and max_steps < 0 else max_epochs or -1)
        self.max_steps = int(fast_dev_run) if fast_dev_run else max_steps
        limits = (limit_train_batches, limit_val_batches, limit_test_batches, limit_predict_batches)
        names = ("train", "validate", "test", "predict")
        self._limits = {n: int(fast_dev_run) if fast_dev_run else limit for n, limit in zip(names, limits, strict=True)}
        self.callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])
        self.logger = logger if logger not in (True, False) else None
        self.gradient_clip_val = gradient_clip_val
        self.gradient_clip_algorithm = gradient_clip_algorithm or "norm"
        self.accumulate_grad_batches = accumulate_grad_batches
        self.check_val_every_n_epoch = check_val_every_n_epoch
        self.num_sanity_val_steps = 0 if fast_dev_run else num_sanity_val_steps
        self.default_root_dir = default_root_dir or os.getcwd()
        has_checkpoints = any(isinstance(callback, ModelCheckpoint) for callback in self.callbacks)
        if enable_checkpointing and not fast_dev_run and not has_checkpoints:
            self.callbacks.append(ModelCheckpoint())
        self.current_epoch = 0
        self.global_step = 0
        self.should_stop = False
        self.sanity_checking = False
        self.state = ""
        self.callback_metrics: dict[str, Any] = {}
        self.logged_metrics: dict[str, Any] = {}
        self.progress_bar_metrics: dict[str, Any] = {}
        self.optimizers: list[Any] = []
        self.lr_scheduler_configs: list[dict[str, Any]] = []
        self._validates = False
        # Whether a batch is trained with.
        self._in_batch = False
        self._means: dict[str, _Mean] = {}
        self._metrics: dict[str, Any] = {}

    @property
    def is_global_zero(self) -> bool:
        """There is one process."""
        return True

    @property
    def checkpoint_callback(self) -> Any:
        """The first callback that saves checkpoints."""
        return next((callback for callback in self.callbacks if isinstance(callback, ModelCheckpoint)), None)

    # Runs.

    def fit(
        self,
        model: Any,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        datamodule: Any = None,
        ckpt_path: Any = None,
    ) -> None:
        """Trains a module."""
        if hasattr(train_dataloaders, "train_dataloader"):
            train_dataloaders, datamodule = None, train_dataloaders
        self._begin("fit", model, datamodule)
        train_loader = train_dataloaders or self._loader("train_dataloader")
        self._val_loader = val_dataloaders or self._loader("val_dataloader")
        self._validates = self._val_loader is not None and hasattr(model, "validation_step")
        self._configure(model.configure_optimizers())
        if ckpt_path is not None:
            self._resume(ckpt_path)
        self._call("on_fit_start")
        if self._validates and self.num_sanity_val_steps:
            self.sanity_checking = True
            # Training draws the same numbers with this as without.
            before = torch.get_rng_state(), random.getstate()
            self._evaluate("validate", self._val_loader, self.num_sanity_val_steps)
            torch.set_rng_state(before[0])
            random.setstate(before[1])
            self.sanity_checking = False
            self.callback_metrics.clear()
            self.logged_metrics.clear()
        model.train()
        self._call("on_train_start")
        while not self._is_done():
            self._epoch(train_loader)
            self.current_epoch += 1
        self._call("on_train_end")
        self._call("on_fit_end")
        self._end("fit")

    def validate(self, model: Any = None, dataloaders: Any = None, datamodule: Any = None, **_: Any) -> list[dict]:
        """Runs `validation_step` over a loader, and gives what was logged."""
        return self._run("validate", model, dataloaders, datamodule)

    def test(self, model: Any = None, dataloaders: Any = None, datamodule: Any = None, **_: Any) -> list[dict]:
        """Runs `test_step` over a loader, and gives what was logged."""
        return self._run("test", model, dataloaders, datamodule)

    def predict(self, model: Any = None, dataloaders: Any = None, datamodule: Any = None, **_: Any) -> list[Any]:
        """Gives the results of `predict_step`, batch by batch."""
        self._begin("predict", model or self.model, datamodule)
        loader = dataloaders or self._loader("predict_dataloader")
        self.model.eval()
        with torch.no_grad():
            results = [self.model.predict_step(batch, i) for i, batch in self._batches("predict", loader)]
        self._end("predict")
        return results

    def _run(self, stage: str, model: Any, loader: Any, datamodule: Any) -> list[dict]:
        self._begin(stage, model or self.model, datamodule)
        loader = loader or self._loader("val_dataloader" if stage == "validate" else "test_dataloader")
        self._evaluate(stage, loader)
        self._end(stage)
        return [{name: float(value) for name, value in self.callback_metrics.items()}]

    def _begin(self, stage: str, model: Any, datamodule: Any) -> None:
        self.state = stage
        self.model = self.lightning_module = model
        self.datamodule = datamodule or getattr(self, "datamodule", None)
        model.trainer = self
        if stage != "fit":
            self.callback_metrics = {}
        for owner in (self.datamodule, model):
            if owner is not None:
                owner.trainer = self
                owner.prepare_data()
                owner.setup(stage)

    def _end(self, stage: str) -> None:
        self.model.teardown(stage)
        self.state = ""

    def _loader(self, name: str) -> Any:
        for owner in (self.datamodule, self.model):
            if owner is not None and hasattr(owner, name):
                return getattr(owner, name)()
        return None

    def _configure(self, given: Any) -> None:
        optimizers, schedulers = given, []
        if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], (list, tuple)):
            optimizers, schedulers = given
        elif isinstance(given, dict):
            optimizers = given["optimizer"]
            schedulers = [given["lr_scheduler"]] if "lr_scheduler" in given else []
        self.optimizers = list(optimizers) if isinstance(optimizers, (list, tuple)) else [optimizers]
        usual = {"interval": "epoch", "frequency": 1, "monitor": None}
        self.lr_scheduler_configs = [
            {**usual, **(each if isinstance(each, dict) else {"scheduler": each})} for each in schedulers
        ]

    # Loops.

    def _is_done(self) -> bool:
        is_over = self.max_epochs >= 0 and self.current_epoch >= self.max_epochs
        return self.should_stop or is_over or 0 <= self.max_steps <= self.global_step

    def _batches(self, stage: str, loader: Iterable, most: int | None = None) -> Iterable[tuple[int, Any]]:
        limit = self._limits[stage] if most is None else most
        if isinstance(limit, float):
            limit = int(limit * len(loader))
        return enumerate(loader if limit is None else itertools.islice(loader, limit))

    def _epoch(self, loader: Iterable) -> None:
        model = self.model
        self._means, self._metrics = {}, {}
        self._call("on_train_epoch_start")
        batches = list_ahead(self._batches("train", loader))
        for i, batch, is_last in batches:
            self._in_batch = True
            self._call("on_train_batch_start", batch, i)
            self._batch_size = size_of(batch)
            result = model.training_step(batch, i)
            if model.automatic_optimization and result is not None:
                loss = result["loss"] if isinstance(result, dict) else result
                (loss / self.accumulate_grad_batches).backward()
                if (i + 1) % self.accumulate_grad_batches == 0 or is_last:
                    self._step()
            elif not model.automatic_optimization:
                self.global_step += 1
            self._call("on_train_batch_end", result, batch, i)
            self._in_batch = False
            if self.should_stop or 0 <= self.max_steps <= self.global_step:
                break
        if self._validates and (self.current_epoch + 1) % self.check_val_every_n_epoch == 0:
            train_means, train_metrics = self._means, self._metrics
            self._evaluate("validate", self._val_loader)
            self._means, self._metrics = train_means, train_metrics
            model.train()
        self._reduce()
        self._call("on_train_epoch_end")
        self._reduce()
        self._schedule("epoch")

    def _step(self) -> None:
        optimizer = self.optimizers[0]
        if self.gradient_clip_val:
            clip = nn.utils.clip_grad_norm_ if self.gradient_clip_algorithm == "norm" else nn.utils.clip_grad_value_
            clip(self.model.parameters(), self.gradient_clip_val)
        self._call("on_before_optimizer_step", optimizer)
        optimizer.step()
        optimizer.zero_grad()
        self.global_step += 1
        self._schedule("step")

    def _schedule(self, interval: str) -> None:
        if not self.model.automatic_optimization:
            return
        count = self.global_step if interval == "step" else self.current_epoch + 1
        for config in self.lr_scheduler_configs:
            if config["interval"] != interval or count % config["frequency"] != 0:
                continue
            if isinstance(config["scheduler"], torch.optim.lr_scheduler.ReduceLROnPlateau):
                config["scheduler"].step(float(self.callback_metrics[config["monitor"]]))
            else:
                config["scheduler"].step()

    def _evaluate(self, stage: str, loader: Iterable, most: int | None = None) -> None:
        model = self.model
        word = "validation" if stage == "validate" else stage
        self._means, self._metrics = {}, {}
        model.eval()
        with torch.no_grad():
            self._call(f"on_{word}_start")
            self._call(f"on_{word}_epoch_start")
            for i, batch in self._batches(stage, loader, most):
                self._batch_size = size_of(batch)
                self._call(f"on_{word}_batch_start", batch, i)
                result = getattr(model, f"{word}_step")(batch, i)
                self._call(f"on_{word}_batch_end", result, batch, i)
            self._reduce()
            self._call(f"on_{word}_epoch_end")
            self._reduce()
            self._call(f"on_{word}_end")

    # Hooks and figures.

    def _call(self, name: str, *args: Any) -> None:
        for callback in self.callbacks:
            hook = getattr(callback, name, None)
            if hook is not None:
                hook(self, self.model, *args)
        hook = getattr(self.model, name, None)
        if hook is not None:
            hook(*args)

    def _log(
        self,
        name: str,
        value: Any,
        *,
        prog_bar: bool = False,
        on_step: bool | None = None,
        on_epoch: bool | None = None,
        batch_size: int | None = None,
        **_: Any,
    ) -> None:
        if isinstance(value, nn.Module):
            self._metrics[name] = value
            return
        on_step = self._in_batch if on_step is None else on_step
        on_epoch = not self._in_batch if on_epoch is None else on_epoch
        value = value.detach() if isinstance(value, torch.Tensor) else value
        # A value of both has a name for each.
        is_both = on_step and on_epoch
        if on_step:
            own = f"{name}_step" if is_both else name
            kept = value if isinstance(value, torch.Tensor) else torch.tensor(float(value))
            self.callback_metrics[name] = self.callback_metrics[own] = self.logged_metrics[own] = kept
            if prog_bar:
                self.progress_bar_metrics[own] = kept
        if on_epoch:
            mean = self._means.setdefault(name, _Mean(f"{name}_epoch" if is_both else name, prog_bar))
            mean.add(value, batch_size or getattr(self, "_batch_size", 1))

    def _reduce(self) -> None:
        """The values of the epoch, of all that were logged for it."""
        for name, mean in self._means.items():
            self.callback_metrics[name] = self.callback_metrics[mean.name] = self.logged_metrics[mean.name] = mean.value()
            if mean.in_bar:
                self.progress_bar_metrics[mean.name] = self.callback_metrics[name]
        for name, metric in self._metrics.items():
            self.callback_metrics[name] = self.logged_metrics[name] = metric.compute()
            metric.reset()
        self._means, self._metrics = {}, {}

    # Checkpoints.

    def save_checkpoint(self, filepath: Any, weights_only: bool = False) -> None:
        """Saves the module and, unless only its weights are wanted, optimizers and schedules."""
        folder = os.path.dirname(filepath)
        if folder:
            os.makedirs(folder, exist_ok=True)
        saved = {
            "epoch": self.current_epoch + 1 if self.state == "fit" else self.current_epoch,
            "global_step": self.global_step,
            "state_dict": self.model.state_dict(),
            "hyper_parameters": dict(self.model.hparams),
        }
        if not weights_only:
            saved["optimizer_states"] = [optimizer.state_dict() for optimizer in self.optimizers]
            saved["lr_schedulers"] = [config["scheduler"].state_dict() for config in self.lr_scheduler_configs]
        torch.save(saved, filepath)

    def _resume(self, path: Any) -> None:
        saved = torch.load(path, weights_only=False)
        self.model.load_state_dict(saved["state_dict"])
        for optimizer, state in zip(self.optimizers, saved["optimizer_states"], strict=True):
            optimizer.load_state_dict(state)
        for config, state in zip(self.lr_scheduler_configs, saved["lr_schedulers"], strict=True):
            config["scheduler"].load_state_dict(state)
        self.current_epoch = saved["epoch"]
        self.global_step = saved["global_step"]


# Options of PyTorch Lightning's that make no difference where there is one device, one process and no bar.
_CHANGE_NOTHING = frozenset(
    """
    accelerator devices strategy num_nodes precision deterministic benchmark inference_mode log_every_n_steps
    enable_progress_bar enable_model_summary use_distributed_sampler profiler sync_batchnorm detect_anomaly barebones
    plugins reload_dataloaders_every_n_epochs val_check_interval min_epochs min_steps overfit_batches max_time
    """.split()
)


def size_of(batch: Any) -> int:
    """How many items a batch has: the first size of its first tensor."""
    if isinstance(batch, torch.Tensor):
        return batch.shape[0] if batch.dim() else 1
    parts = batch.values() if isinstance(batch, dict) else batch if isinstance(batch, (list, tuple)) else ()
    return next((size_of(part) for part in parts), 1)


def list_ahead(batches: Iterable[tuple[int, Any]]) -> Iterable[tuple[int, Any, bool]]:
    """Batches with their numbers, and whether each is the last."""
    found = iter(batches)
    held = next(found, None)
    while held is not None:
        following = next(found, None)
        yield *held, following is None
        held = following
