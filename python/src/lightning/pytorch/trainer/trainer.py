"""`Trainer`: runs a module, in Python alone, so that its steps may read values."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import torch

from ..callbacks.callback import Callback
from ..callbacks.defaults import attach_of_module, default_callbacks
from ..core import LightningDataModule, LightningModule
from ..core.optimizer import LightningOptimizer, configured
from ..loggers.defaults import default_loggers
from ..loops.evaluation_loop import EvaluationLoop
from ..loops.fit_loop import FitLoop
from ..loops.prediction_loop import PredictionLoop
from ..utilities.exceptions import MisconfigurationException
from ..utilities.model_helpers import is_overridden
from ..utilities.rank_zero import rank_zero_info, rank_zero_warn
from ..utilities.seed import isolate_rng
from . import checkpointing, options
from .connector import Connector
from .overview import Overview
from .precision import precision_of
from .states import RunningStage, TrainerFn, TrainerState, TrainerStatus

_STEPS = {"fit": "training_step", "validate": "validation_step", "test": "test_step", "predict": "predict_step"}
_STAGES = {
    "fit": RunningStage.TRAINING,
    "validate": RunningStage.VALIDATING,
    "test": RunningStage.TESTING,
    "predict": RunningStage.PREDICTING,
}


class Trainer(Overview):
    """Trains, validates, tests and predicts with a LightningModule, on one device in one process.

    The Trainer reads no value in a step of training: logged values stay on the device until a logger's row or the bar is due.
    """

    def __init__(
        self,
        *,
        accelerator: str = "auto",
        strategy: str = "auto",
        devices: Any = "auto",
        num_nodes: int = 1,
        precision: Any = None,
        logger: Any = None,
        callbacks: Any = None,
        fast_dev_run: bool | int = False,
        max_epochs: int | None = None,
        min_epochs: int | None = None,
        max_steps: int = -1,
        min_steps: int | None = None,
        max_time: Any = None,
        limit_train_batches: float | None = None,
        limit_val_batches: float | None = None,
        limit_test_batches: float | None = None,
        limit_predict_batches: float | None = None,
        overfit_batches: float = 0.0,
        val_check_interval: Any = None,
        check_val_every_n_epoch: int | None = 1,
        num_sanity_val_steps: int | None = None,
        log_every_n_steps: int | None = None,
        enable_checkpointing: bool | None = None,
        enable_progress_bar: bool | None = None,
        enable_model_summary: bool | None = None,
        accumulate_grad_batches: int = 1,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
        deterministic: bool | str | None = None,
        benchmark: bool | None = None,
        inference_mode: bool = True,
        use_distributed_sampler: bool = True,
        profiler: Any = None,
        detect_anomaly: bool = False,
        barebones: bool = False,
        plugins: Any = None,
        sync_batchnorm: bool = False,
        reload_dataloaders_every_n_epochs: int = 0,
        default_root_dir: Any = None,
        enable_autolog_hparams: bool = True,
        model_registry: str | None = None,
    ) -> None:
        options.expect_one_device(
            {
                "accelerator": accelerator,
                "strategy": strategy,
                "devices": devices,
                "num_nodes": num_nodes,
                "sync_batchnorm": sync_batchnorm,
                "profiler": profiler,
                "plugins": plugins,
                "model_registry": model_registry,
            }
        )
        if barebones:
            options.expect_bare(
                {
                    "logger": logger,
                    "enable_checkpointing": enable_checkpointing,
                    "enable_progress_bar": enable_progress_bar,
                    "enable_model_summary": enable_model_summary,
                    "num_sanity_val_steps": num_sanity_val_steps,
                    "fast_dev_run": fast_dev_run,
                    "detect_anomaly": detect_anomaly,
                    "log_every_n_steps": log_every_n_steps,
                }
            )
            logger = enable_checkpointing = enable_progress_bar = enable_model_summary = False
            num_sanity_val_steps = log_every_n_steps = 0
        self.barebones = barebones
        dev = self.fast_dev_run = int(fast_dev_run)
        for name, value, least in (
            ("fast_dev_run", dev, 0),
            ("max_epochs", max_epochs, -1),
            ("max_steps", max_steps, -1),
            ("min_epochs", min_epochs, 0),
            ("min_steps", min_steps, 0),
            ("num_sanity_val_steps", num_sanity_val_steps, -1),
            ("log_every_n_steps", log_every_n_steps, 0),
            ("check_val_every_n_epoch", check_val_every_n_epoch, 1),
            ("accumulate_grad_batches", accumulate_grad_batches, 1),
            ("reload_dataloaders_every_n_epochs", reload_dataloaders_every_n_epochs, 0),
        ):
            options.whole(name, value, least)
        if gradient_clip_algorithm not in (None, "norm", "value"):
            raise MisconfigurationException(
                f"Trainer: expected gradient_clip_algorithm 'norm' or 'value', but got {gradient_clip_algorithm!r}"
            )
        if gradient_clip_val is not None and not isinstance(gradient_clip_val, (int, float)):
            raise TypeError(f"Trainer: expected gradient_clip_val to be a number, but got {gradient_clip_val!r}")
        self.default_root_dir = os.fspath(default_root_dir or os.getcwd())
        self._precision = precision_of(precision)
        self.accumulate_grad_batches = accumulate_grad_batches
        self.gradient_clip_val = gradient_clip_val
        self.gradient_clip_algorithm = gradient_clip_algorithm
        self.check_val_every_n_epoch = 1 if dev else check_val_every_n_epoch
        self.reload_dataloaders_every_n_epochs = reload_dataloaders_every_n_epochs
        self.log_every_n_steps = 50 if log_every_n_steps is None else log_every_n_steps
        self.max_steps = dev or max_steps
        self.min_steps = None if dev else min_steps
        sanity = 0 if dev else 2 if num_sanity_val_steps is None else num_sanity_val_steps
        self.num_sanity_val_steps = float("inf") if sanity == -1 else sanity
        self.overfit_batches = options.limit("overfit_batches", overfit_batches, 0)
        overfit = self.overfit_batches if self.overfit_batches > 0 else None
        self.limit_train_batches = options.limit("limit_train_batches", overfit or limit_train_batches, dev)
        self.limit_val_batches = options.limit("limit_val_batches", overfit or limit_val_batches, dev)
        self.limit_test_batches = options.limit("limit_test_batches", limit_test_batches, dev)
        self.limit_predict_batches = options.limit("limit_predict_batches", limit_predict_batches, dev)
        interval, seconds = options.check_interval(1.0 if dev else val_check_interval)
        self.val_check_interval, self._val_check_seconds = interval, seconds
        self.val_check_batch: float = float("inf")
        self._validated_at = time.monotonic()
        if self.check_val_every_n_epoch is None and seconds is None and isinstance(interval, float):
            raise MisconfigurationException(
                "`val_check_interval` should be an integer or a time when `check_val_every_n_epoch=None`."
            )
        self._inference_mode = inference_mode
        self._detect_anomaly = detect_anomaly
        self._logs_hparams = enable_autolog_hparams
        if deterministic:
            torch.use_deterministic_algorithms(True, warn_only=deterministic == "warn")
        time_limit = options.seconds_of("max_time", max_time)
        least, most = options.epochs_of(max_epochs, max_steps, min_epochs, min_steps, time_limit is not None)
        self.state = TrainerState()
        self._module: Any = None
        self.datamodule: Any = None
        self.optimizers: list[Any] = []
        self.lr_scheduler_configs: list[Any] = []
        self._lightning_optimizers: list[LightningOptimizer] = []
        self.should_stop = False
        self.ckpt_path: Any = None
        self.fit_loop = FitLoop(self, None if dev else least, 1 if dev else most)
        self.validate_loop = EvaluationLoop(self, RunningStage.VALIDATING)
        self.test_loop = EvaluationLoop(self, RunningStage.TESTING)
        self.predict_loop = PredictionLoop(self)
        self._connector = Connector(self)
        self.loggers = default_loggers(logger, self.default_root_dir, is_dev_run=bool(dev))
        self.callbacks: list[Callback] = default_callbacks(
            callbacks,
            checkpoints=enable_checkpointing,
            bar=enable_progress_bar,
            summary=enable_model_summary,
            max_time=time_limit,
            is_dev_run=bool(dev),
        )
        if dev:
            rank_zero_info(
                f"Running in `fast_dev_run` mode: will run the requested loop using {dev} batch(es). Logging and "
                "checkpointing is suppressed."
            )

    # Runs.

    def fit(
        self,
        model: LightningModule,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        datamodule: LightningDataModule | None = None,
        ckpt_path: Any = None,
        weights_only: bool | None = None,
    ) -> None:
        """Trains a module, from a checkpoint with `ckpt_path`."""
        if isinstance(train_dataloaders, LightningDataModule):
            train_dataloaders, datamodule = None, train_dataloaders
        if (train_dataloaders is not None or val_dataloaders is not None) and datamodule is not None:
            raise MisconfigurationException(
                "You cannot pass `train_dataloader` or `val_dataloaders` to `trainer.fit(datamodule=...)`"
            )
        self.should_stop = False
        self.fit_loop.source = train_dataloaders
        self.fit_loop._loaders = None
        self.fit_loop.epoch_loop.val_loop.source = val_dataloaders
        self.fit_loop.epoch_loop.val_loop._loaders = None
        self._guarded("fit", model, datamodule, ckpt_path, weights_only, self._fit)

    def validate(
        self,
        model: LightningModule | None = None,
        dataloaders: Any = None,
        ckpt_path: Any = None,
        verbose: bool = True,
        datamodule: LightningDataModule | None = None,
        weights_only: bool | None = None,
    ) -> Any:
        """Runs `validation_step` over loaders; gives what was logged, for each of them."""
        return self._evaluate("validate", self.validate_loop, dataloaders, datamodule, verbose, (model, ckpt_path, weights_only))

    def test(
        self,
        model: LightningModule | None = None,
        dataloaders: Any = None,
        ckpt_path: Any = None,
        verbose: bool = True,
        datamodule: LightningDataModule | None = None,
        weights_only: bool | None = None,
    ) -> Any:
        """Runs `test_step` over loaders; gives what was logged, for each of them."""
        return self._evaluate("test", self.test_loop, dataloaders, datamodule, verbose, (model, ckpt_path, weights_only))

    def predict(
        self,
        model: LightningModule | None = None,
        dataloaders: Any = None,
        datamodule: LightningDataModule | None = None,
        return_predictions: bool | None = None,
        ckpt_path: Any = None,
        weights_only: bool | None = None,
    ) -> Any:
        """Gives the results of `predict_step`, batch by batch; with several loaders a list for each."""
        dataloaders, datamodule = self._sources("predict", dataloaders, datamodule)
        self.predict_loop.source = dataloaders
        self.predict_loop.return_predictions = return_predictions is not False
        return self._guarded("predict", model, datamodule, ckpt_path, weights_only, self.predict_loop.run)

    def _evaluate(
        self, fn: str, loop: EvaluationLoop, dataloaders: Any, datamodule: Any, verbose: bool, run: tuple[Any, Any, Any]
    ) -> Any:
        """A run of `validation_step` or `test_step`; `run` is the module, the checkpoint and whether its weights alone are read."""
        loop.source, datamodule = self._sources(fn, dataloaders, datamodule)
        loop.verbose = verbose
        model, ckpt_path, weights_only = run
        return self._guarded(fn, model, datamodule, ckpt_path, weights_only, loop.run)

    def _sources(self, fn: str, dataloaders: Any, datamodule: Any) -> tuple[Any, Any]:
        if isinstance(dataloaders, LightningDataModule):
            return None, dataloaders
        if dataloaders is not None and datamodule is not None:
            raise MisconfigurationException(f"You cannot pass both `trainer.{fn}(dataloaders=..., datamodule=...)`")
        return dataloaders, datamodule

    def _guarded(
        self, fn: str, model: Any, datamodule: Any, path: Any, weights_only: bool | None, loop: Callable[[], Any]
    ) -> Any:
        """A run, whose end by an error everyone is told of; an interrupt ends it without one."""
        module = self._module if model is None else model
        if not isinstance(module, LightningModule):
            if model is None:
                raise TypeError(
                    f"`Trainer.{fn}()` requires a `LightningModule` when it hasn't been passed in a previous run"
                )
            raise TypeError(f"`model` must be a `LightningModule`, got `{type(model).__qualname__}`")
        self.state.fn, self.state.stage = TrainerFn(fn), _STAGES[fn]
        self.state.status = TrainerStatus.RUNNING
        self._module = module
        self.datamodule = datamodule if datamodule is not None or model is not None else self.datamodule
        module.trainer = self
        if self.datamodule is not None:
            self.datamodule.trainer = self
        try:
            result = self._run(fn, module, path, model is not None, weights_only, loop)
            self.state.status = TrainerStatus.FINISHED
            return result
        except KeyboardInterrupt as error:
            rank_zero_info("\nDetected KeyboardInterrupt, attempting graceful shutdown ...")
            self._tell(error)
            return None
        except BaseException as error:
            self._tell(error)
            raise
        finally:
            self.state.stage = None
            module._fx = None

    def _tell(self, error: BaseException) -> None:
        self.state.status = TrainerStatus.INTERRUPTED
        self._connector.flush()
        self._call_callbacks("on_exception", error)
        if self.datamodule is not None:
            self._call_datamodule("on_exception", error)
        for logger in self.loggers:
            logger.finalize("failed")

    def _run(
        self, fn: str, module: Any, path: Any, is_given: bool, weights_only: bool | None, loop: Callable[[], Any]
    ) -> Any:
        is_fit = fn == "fit"
        attach_of_module(self, module)
        self._verify(fn, module)
        if self.barebones:
            rank_zero_info("`Trainer(barebones=True)` started running. The progress bar is disabled.")
        if self.datamodule is not None:
            self._call_datamodule("prepare_data")
        self._call_module("prepare_data")
        for logger in self.loggers:
            logger.experiment  # noqa: B018  # is made by the first look
        if self.datamodule is not None:
            self._call_datamodule("setup", stage=self.state.fn)
        self._call_callbacks("setup", stage=self.state.fn)
        self._call_module("setup", stage=self.state.fn)
        self._call_module("configure_model")
        self.ckpt_path = checkpointing.chosen(self, path, is_given)
        found = checkpointing.read(self.ckpt_path, weights_only) if self.ckpt_path is not None else None
        if found is not None:
            checkpointing.restore_module(self, found)
        self._connector.reset_results()
        self._connector.reset_metrics()
        self._precision.module(module)
        if is_fit:
            self._take_optimizers(module)
            self._call_callbacks("on_fit_start")
            self._call_module("on_fit_start")
        if self._logs_hparams:
            self._log_hyperparameters(module)
        if found is not None:
            if is_fit:
                checkpointing.restore_training(self, found)
            what = "Restored all states" if is_fit else "Loaded model weights"
            rank_zero_info(f"{what} from the checkpoint at {self.ckpt_path}")
        module.zero_grad()
        result = loop()
        self._connector.flush()
        if is_fit:
            self._call_callbacks("on_fit_end")
            self._call_module("on_fit_end")
        if self.datamodule is not None:
            self._call_datamodule("teardown", stage=self.state.fn)
        self._call_callbacks("teardown", stage=self.state.fn)
        self._call_module("teardown", stage=self.state.fn)
        for logger in self.loggers:
            logger.finalize("success")
        return result

    def _fit(self) -> None:
        with isolate_rng():
            self._sanity_check()
        with torch.autograd.set_detect_anomaly(self._detect_anomaly):
            self.fit_loop.run()

    def _sanity_check(self) -> None:
        loop = self.fit_loop.epoch_loop.val_loop
        if not self.enable_validation or not self.num_sanity_val_steps or self.ckpt_path is not None and self.fit_loop._goes_on:
            return
        self.state.stage = RunningStage.SANITY_CHECKING
        for when, call in (("start", loop.run), ("end", None)):
            self._connector.reset_results()
            self._connector.reset_metrics()
            self._call_callbacks(f"on_sanity_check_{when}")
            if call:
                call()
        self._connector.reset_results()
        self._connector.reset_metrics()
        loop.batch_progress.reset()
        self.state.stage = RunningStage.TRAINING

    def _verify(self, fn: str, module: Any) -> None:
        """Raises MisconfigurationException where a module lacks what a run needs."""
        name = _STEPS[fn]
        if fn == "predict":
            return
        if not is_overridden(name, module):
            raise MisconfigurationException(f"No `{name}()` method defined to run `Trainer.{fn}`.")
        if fn != "fit":
            return
        if not is_overridden("configure_optimizers", module):
            raise MisconfigurationException("No `configure_optimizers()` method defined. Lightning `Trainer` expects one.")
        owners = [each for each in (module, self.datamodule) if each is not None]
        has_data = self.fit_loop.epoch_loop.val_loop.source is not None or any(
            is_overridden("val_dataloader", each) for each in owners
        )
        has_step = is_overridden("validation_step", module)
        if has_data and not has_step:
            rank_zero_warn("You passed in a `val_dataloader` but have no `validation_step`. Skipping val loop.")
        if has_step and not has_data:
            rank_zero_warn("You defined a `validation_step` but have no `val_dataloader`. Skipping val loop.")
        if module.automatic_optimization:
            return
        if self.gradient_clip_val:
            raise MisconfigurationException(
                "Automatic gradient clipping is not supported for manual optimization. Remove `Trainer(gradient_clip_val)`, "
                "and call `self.clip_gradients` in `training_step`."
            )
        if self.accumulate_grad_batches != 1:
            raise MisconfigurationException(
                "Automatic gradient accumulation is not supported for manual optimization. Remove "
                "`Trainer(accumulate_grad_batches)`, and step every so many batches in `training_step`."
            )

    def _take_optimizers(self, module: Any) -> None:
        self.optimizers, self.lr_scheduler_configs = configured(self, module)
        self._lightning_optimizers = [LightningOptimizer(each, self) for each in self.optimizers]

    def _log_hyperparameters(self, module: Any) -> None:
        found: dict[str, Any] = {}
        is_any = False
        for owner in (self.datamodule, module):
            if owner is not None and getattr(owner, "_log_hyperparams", False):
                is_any = True
                found.update(owner.hparams_initial)
        for logger in self.loggers:
            if is_any:
                logger.log_hyperparams(found)
            logger.save()

    # Calls.

    def _call_module(self, name: str, *args: Any, **kwargs: Any) -> Any:
        module = self._module
        before, module._fx = module._fx, name
        try:
            return getattr(module, name)(*args, **kwargs)
        finally:
            module._fx = before

    def _call_datamodule(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.datamodule, name)(*args, **kwargs)

    def _call_callbacks(self, name: str, *args: Any, monitoring: bool | None = None, **kwargs: Any) -> None:
        """Calls a hook of all callbacks, or of those that look at metrics, or of the others."""
        module = self._module
        before, module._fx = module._fx, name
        try:
            for callback in self.callbacks:
                if monitoring is not None and getattr(callback, "_monitors", False) != monitoring:
                    continue
                hook = getattr(callback, name, None)
                if callable(hook):
                    hook(self, module, *args, **kwargs)
        finally:
            module._fx = before

    def _step_of(self, name: str, args: list[Any]) -> Any:
        with self._precision.context():
            return self._call_module(name, *args)

    def _backward(self, loss: Any, *args: Any, **kwargs: Any) -> None:
        self._call_callbacks("on_before_backward", loss)
        self._call_module("on_before_backward", loss)
        self._call_module("backward", self._precision.scaled(loss), *args, **kwargs)
        self._call_callbacks("on_after_backward")
        self._call_module("on_after_backward")

    def _step_optimizer(self, optimizer: Any, closure: Callable[[], Any] | None, **kwargs: Any) -> Any:
        """A step of an optimizer, with the hooks between the closure and the update."""
        loop = self.fit_loop.epoch_loop
        is_automatic = self._module.automatic_optimization

        def before() -> None:
            self._call_callbacks("on_before_optimizer_step", optimizer)
            self._call_module("on_before_optimizer_step", optimizer)
            if is_automatic:
                self._call_module(
                    "configure_gradient_clipping",
                    optimizer,
                    gradient_clip_val=self.gradient_clip_val,
                    gradient_clip_algorithm=self.gradient_clip_algorithm,
                )

        if not is_automatic:
            loop.manual_optimization.count("ready")
        result = self._precision.step(optimizer, closure or _nothing, before, kwargs)
        if not is_automatic:
            loop.manual_optimization.count("completed")
        return result

    # The rest.

    def save_checkpoint(self, filepath: Any, weights_only: bool = False, storage_options: Any = None) -> None:
        """Writes a file: the weights and, unless only they are wanted, optimizers, schedules, callbacks and loops."""
        if storage_options is not None:
            raise TypeError("save_checkpoint: expected storage_options=None, since files are the interpreter's")
        checkpointing.save(self, filepath, weights_only)

    def print(self, *args: Any, **kwargs: Any) -> None:
        """Prints, above the progress bar where there is one."""
        bar = self.progress_bar_callback
        if bar is not None and bar.is_enabled:
            bar.print(*args, **kwargs)
        else:
            print(*args, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Trainer:
        # A copy of a module belongs to the same trainer.
        return self


def _nothing() -> bool:
    """The closure of a step without one."""
    return True


__all__ = ["Trainer"]
