"""Checkpoints, in the form of Lightning's files: what they hold, and how a run goes on from one."""

from __future__ import annotations

import os
from typing import Any

import torch

from ..utilities.rank_zero import rank_zero_info, rank_zero_warn
from .states import TrainerFn

# The version whose files these are like.
VERSION = "2.6.0"
_CLASS_OF_SCALER = "MixedPrecision"


def dump(trainer: Any, weights_only: bool) -> dict[str, Any]:
    """What a file holds: the weights and, unless only they are wanted, where the run is."""
    module, datamodule = trainer.lightning_module, trainer.datamodule
    found: dict[str, Any] = {
        "epoch": trainer.current_epoch,
        "global_step": trainer.global_step,
        "pytorch-lightning_version": VERSION,
        "state_dict": module.state_dict(),
        "loops": {
            "fit_loop": trainer.fit_loop.state_dict(),
            **{
                f"{name}_loop": {"state_dict": {}, "batch_progress": loop.batch_progress.state_dict()}
                for name, loop in (
                    ("validate", trainer.validate_loop),
                    ("test", trainer.test_loop),
                    ("predict", trainer.predict_loop),
                )
            },
        },
    }
    if not weights_only:
        found["callbacks"] = callback_states(trainer)
        found["optimizer_states"] = [optimizer.state_dict() for optimizer in trainer.optimizers]
        found["lr_schedulers"] = [config.scheduler.state_dict() for config in trainer.lr_scheduler_configs]
        scaling = trainer._precision.state_dict()
        if scaling:
            found[_CLASS_OF_SCALER] = scaling
    for owner, prefix in ((module, ""), (datamodule, "datamodule_")):
        if owner is not None and owner.hparams:
            found[f"{prefix}hparams_name"] = "kwargs"
            found[f"{prefix}hyper_parameters"] = dict(owner.hparams)
    if datamodule is not None:
        state = trainer._call_datamodule("state_dict")
        if state:
            found[type(datamodule).__qualname__] = state
    if not weights_only:
        trainer._call_callbacks("on_save_checkpoint", found)
    trainer._call_module("on_save_checkpoint", found)
    return found


def callback_states(trainer: Any) -> dict[str, Any]:
    """The states of callbacks that have any, by their keys."""
    states: dict[str, Any] = {}
    for callback in trainer.callbacks:
        state = callback.state_dict()
        if state:
            states[callback.state_key] = state
    return states


def save(trainer: Any, path: Any, weights_only: bool) -> None:
    """Writes a file. Raises AttributeError before there is a module."""
    if trainer.lightning_module is None:
        raise AttributeError(
            "Saving a checkpoint is only possible if a model is attached to the Trainer. Did you call "
            "`Trainer.save_checkpoint()` before calling `Trainer.{fit,validate,test,predict}`?"
        )
    folder = os.path.dirname(os.fspath(path))
    if folder:
        os.makedirs(folder, exist_ok=True)
    torch.save(dump(trainer, weights_only), path)


def chosen(trainer: Any, path: Any, is_given: bool) -> Any:
    """The file that `ckpt_path` means: `best` and `last` are those of the checkpoint callbacks."""
    fn = trainer.state.fn
    if path is None and is_given:
        return None
    if path is None:
        path = "best"
        if trainer.checkpoint_callback is None:
            return None
        rank_zero_warn(
            f"`.{fn}(ckpt_path=None)` was called without a model. The best model of the previous `fit` call will be used. "
            f"You can pass `.{fn}(ckpt_path='best')` to use the best model or `.{fn}(ckpt_path='last')` to use the last "
            "model. If you pass a value, this warning will be silenced."
        )
    if path == "best":
        callback = trainer.checkpoint_callback
        if callback is None:
            raise ValueError(f'`.{fn}(ckpt_path="best")` is set but `ModelCheckpoint` is not configured.')
        if not callback.best_model_path:
            hint = " with `fast_dev_run`" if trainer.fast_dev_run else ""
            raise ValueError(f'`.{fn}(ckpt_path="best")` is set but `ModelCheckpoint` has saved no best model{hint}.')
        return callback.best_model_path
    if path == "last":
        found = [each for callback in trainer.checkpoint_callbacks for each in callback._last_files(trainer)]
        if not found:
            rank_zero_warn(
                f'.{fn}(ckpt_path="last") is set, but there is no last checkpoint available. No checkpoint will be loaded. '
                "HINT: Set `ModelCheckpoint(..., save_last=True)`."
            )
            return None
        return max(found, key=os.path.getmtime)
    return path


def read(path: Any, weights_only: bool | None) -> dict[str, Any]:
    """What a file holds."""
    rank_zero_info(f"Restoring states from the checkpoint path at {path}")
    return torch.load(path, map_location="cpu", weights_only=bool(weights_only))


def restore_module(trainer: Any, found: dict[str, Any]) -> None:
    """Gives the module, the data module and the callbacks their states."""
    module, datamodule = trainer.lightning_module, trainer.datamodule
    trainer._call_module("on_load_checkpoint", found)
    module.load_state_dict(found["state_dict"], strict=module.strict_loading)
    if datamodule is not None and type(datamodule).__qualname__ in found:
        trainer._call_datamodule("load_state_dict", found[type(datamodule).__qualname__])
    states = found.get("callbacks")
    if states is None:
        return
    trainer._call_callbacks("on_load_checkpoint", found)
    known = {callback.state_key for callback in trainer.callbacks}
    missing = sorted(set(states) - known)
    if missing and trainer.state.fn == TrainerFn.FITTING:
        rank_zero_warn(
            "Be aware that when using `ckpt_path`, callbacks used to create the checkpoint need to be provided during "
            f"`Trainer` instantiation. Please add the following callbacks: {missing}."
        )
    for callback in trainer.callbacks:
        if callback.state_key in states:
            callback.load_state_dict(states[callback.state_key])


def restore_training(trainer: Any, found: dict[str, Any]) -> None:
    """Gives loops, optimizers and schedules their states. Raises KeyError for a file of weights alone."""
    if "optimizer_states" not in found or "lr_schedulers" not in found:
        raise KeyError(
            "Trying to restore training state but checkpoint contains only the model. This is probably due to "
            "`ModelCheckpoint.save_weights_only` being set to `True`."
        )
    if "loops" in found:
        trainer.fit_loop.load_state_dict(found["loops"]["fit_loop"])
    else:
        trainer.fit_loop.epoch_progress.current.processed = found["epoch"]
        trainer.fit_loop.epoch_loop.automatic_optimization.optim_progress.step.total.completed = found["global_step"]
    if _CLASS_OF_SCALER in found:
        trainer._precision.load_state_dict(found[_CLASS_OF_SCALER])
    for optimizer, state in zip(trainer.optimizers, found["optimizer_states"], strict=False):
        optimizer.load_state_dict(state)
    for config, state in zip(trainer.lr_scheduler_configs, found["lr_schedulers"], strict=False):
        config.scheduler.load_state_dict(state)
    epochs = trainer.max_epochs
    if epochs not in (None, -1) and trainer.current_epoch > epochs:
        raise ValueError(
            f"You restored a checkpoint with current_epoch={trainer.current_epoch}, but you have set "
            f"Trainer(max_epochs={epochs})."
        )
