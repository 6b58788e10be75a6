"""Saves the module while it trains: the last, or the best by a metric."""

from __future__ import annotations

import math
import os
import re
import shutil
import time
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch

from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import WarningCache, rank_zero_info, rank_zero_warn
from .callback import Checkpoint

_cache = WarningCache()


class ModelCheckpoint(Checkpoint):
    """Saves the module after epochs, after so many steps, or after some time: the last, or the best by a metric.

    `filename` may name values, as in `{epoch}-{val_loss:.2f}`. Files that are no longer among the best are removed.
    """

    CHECKPOINT_JOIN_CHAR = "-"
    CHECKPOINT_EQUALS_CHAR = "="
    CHECKPOINT_NAME_LAST = "last"
    FILE_EXTENSION = ".ckpt"
    STARTING_VERSION = 1

    def __init__(
        self,
        dirpath: Any = None,
        filename: str | None = None,
        monitor: str | None = None,
        verbose: bool = False,
        save_last: bool | str | None = None,
        save_top_k: int = 1,
        save_on_exception: bool = False,
        save_weights_only: bool = False,
        mode: str = "min",
        auto_insert_metric_name: bool = True,
        every_n_train_steps: int | None = None,
        train_time_interval: timedelta | None = None,
        every_n_epochs: int | None = None,
        save_on_train_epoch_end: bool | None = None,
        enable_version_counter: bool = True,
    ) -> None:
        if mode not in ("min", "max"):
            raise MisconfigurationException(f"`mode` can be min, max but got {mode}")
        self.dirpath: str | None = None if dirpath is None else os.path.realpath(os.path.expanduser(dirpath))
        self.filename = filename
        self.monitor = monitor
        self.mode = mode
        self.verbose = verbose
        self.save_last = save_last
        self.save_top_k = save_top_k
        self.save_on_exception = save_on_exception
        self.save_weights_only = save_weights_only
        self.auto_insert_metric_name = auto_insert_metric_name
        self._save_on_train_epoch_end = save_on_train_epoch_end
        self._enable_version_counter = enable_version_counter
        self.current_score: Any = None
        self.best_k_models: dict[str, Any] = {}
        self.kth_best_model_path = ""
        self.kth_value = torch.tensor(math.inf if mode == "min" else -math.inf)
        self.best_model_score: Any = None
        self.best_model_path = ""
        self.last_model_path = ""
        self._last_global_step_saved = 0
        self._last_checkpoint_saved = ""
        self._checked_at: float | None = None
        self._is_due_after_validation = False
        if every_n_train_steps is None and every_n_epochs is None and train_time_interval is None:
            every_n_epochs = 1
        self._every_n_train_steps = every_n_train_steps or 0
        self._every_n_epochs = every_n_epochs or 0
        self._train_time_interval = train_time_interval
        self._verify()

    def _verify(self) -> None:
        if self.save_top_k < -1:
            raise MisconfigurationException(f"Invalid value for save_top_k={self.save_top_k}. Must be >= -1")
        for name in ("every_n_train_steps", "every_n_epochs"):
            if getattr(self, f"_{name}") < 0:
                raise MisconfigurationException(f"Invalid value for {name}={getattr(self, f'_{name}')}. Must be >= 0")
        times = [self._every_n_train_steps >= 1, self._every_n_epochs >= 1, self._train_time_interval is not None]
        if sum(times) > 1:
            raise MisconfigurationException(
                f"Combination of parameters every_n_train_steps={self._every_n_train_steps}, "
                f"every_n_epochs={self._every_n_epochs} and train_time_interval={self._train_time_interval} should be "
                "mutually exclusive."
            )
        if self.monitor is None and self.save_top_k not in (-1, 0, 1):
            raise MisconfigurationException(
                f"ModelCheckpoint(save_top_k={self.save_top_k}, monitor=None) is not a valid configuration. No quantity for "
                "top_k to track."
            )

    @property
    def every_n_epochs(self) -> int:
        """Epochs between two files; 0 where they come by steps or time."""
        return self._every_n_epochs

    @property
    def state_key(self) -> str:
        """The name of its state in checkpoints."""
        return self._generate_state_key(
            monitor=self.monitor,
            mode=self.mode,
            every_n_train_steps=self._every_n_train_steps,
            every_n_epochs=self._every_n_epochs,
            train_time_interval=self._train_time_interval,
        )

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        names = (
            "monitor best_model_score best_model_path current_score dirpath best_k_models kth_best_model_path kth_value "
            "last_model_path"
        )
        return {name: getattr(self, name) for name in names.split()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave; of another folder only the path of the best."""
        before = state_dict.get("dirpath", self.dirpath)
        if self.dirpath == before:
            for name in "best_model_score kth_best_model_path kth_value best_k_models last_model_path".split():
                setattr(self, name, state_dict.get(name, getattr(self, name)))
        else:
            warnings.warn(
                f"The dirpath has changed from {before!r} to {self.dirpath!r}, therefore `best_model_score`, "
                "`kth_best_model_path`, `kth_value`, `last_model_path` and `best_k_models` won't be reloaded. Only "
                "`best_model_path` will be reloaded.",
                stacklevel=2,
            )
        self.best_model_path = state_dict["best_model_path"]

    # Hooks.

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Settles the folder."""
        self.dirpath = self._folder(trainer)
        if stage == "fit" and self.save_top_k != 0 and os.path.isdir(self.dirpath) and os.listdir(self.dirpath):
            rank_zero_warn(f"Checkpoint directory {self.dirpath} exists and is not empty.")

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Time begins."""
        self._checked_at = time.monotonic()

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Saves after so many steps, or after some time."""
        every = self._every_n_train_steps
        is_step = every >= 1 and trainer.global_step % every == 0
        is_time = False
        if self._train_time_interval is not None and self._checked_at is not None:
            is_time = time.monotonic() - self._checked_at >= self._train_time_interval.total_seconds()
        if not is_step and not is_time:
            return
        if is_time:
            self._checked_at = time.monotonic()
        values = self._values(trainer)
        is_unknown = self.monitor is not None and self.monitor not in values
        if is_unknown or (self.monitor is not None and self._is_before_validation(trainer)):
            # The metric comes with the validation.
            self._is_due_after_validation = True
            return
        if not self._skips(trainer):
            self._save_best(trainer, values)
            self._save_latest(trainer, values)

    def _is_before_validation(self, trainer: Any) -> bool:
        if self._saves_on_train_epoch_end(trainer) or not trainer.is_last_batch:
            return False
        return bool(sum(trainer.num_val_batches)) and trainer.fit_loop.epoch_loop._validates_this_epoch()

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Saves after an epoch, where that is when it does."""
        if not self._skips(trainer) and self._saves_on_train_epoch_end(trainer):
            self._save_of_epoch(trainer, self._values(trainer))

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Saves after a validation, where that is when it does."""
        if self._skips(trainer) or self._saves_on_train_epoch_end(trainer):
            return
        values = self._values(trainer)
        if self._is_due_after_validation:
            self._is_due_after_validation = False
            self._save_best(trainer, values)
            self._save_latest(trainer, values)
            return
        self._save_of_epoch(trainer, values)

    def _save_of_epoch(self, trainer: Any, values: dict[str, Any]) -> None:
        if self._every_n_epochs >= 1 and (trainer.current_epoch + 1) % self._every_n_epochs == 0:
            self._save_best(trainer, values)
        has_saved = self._last_global_step_saved == trainer.global_step
        if has_saved or (self.save_last == "link" and self._last_checkpoint_saved):
            self._save_latest(trainer, values)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Saves the last, where nothing else was saved."""
        if self.save_last and not self._last_checkpoint_saved:
            self._save_latest(trainer, self._values(trainer))

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Saves what there is, with `save_on_exception`."""
        is_real = not trainer.fast_dev_run and not trainer.sanity_checking
        if not self.save_on_exception or not is_real or self._last_global_step_saved == trainer.global_step:
            return
        values = self._values(trainer)
        path = self.format_checkpoint_name(values)
        self._save(trainer, path)
        self._save_latest(trainer, values)
        rank_zero_info(f"An {type(exception).__name__} was raised with message: {exception}, saved checkpoint to {path}")

    def _skips(self, trainer: Any) -> bool:
        is_fit = trainer.state.fn == "fit" and not trainer.sanity_checking and not trainer.fast_dev_run
        return not is_fit or self._last_global_step_saved == trainer.global_step

    def _saves_on_train_epoch_end(self, trainer: Any) -> bool:
        if self._save_on_train_epoch_end is not None:
            return self._save_on_train_epoch_end
        if trainer._val_check_seconds is not None or trainer.check_val_every_n_epoch != 1:
            return False
        return not sum(trainer.num_val_batches) or trainer.val_check_interval == 1.0

    # Files.

    def _save(self, trainer: Any, path: str) -> None:
        trainer.save_checkpoint(path, self.save_weights_only)
        self._last_global_step_saved = trainer.global_step
        self._last_checkpoint_saved = path
        for logger in trainer.loggers:
            logger.after_save_checkpoint(self)

    def _values(self, trainer: Any) -> dict[str, Any]:
        """The values that names of files and `monitor` may have."""
        values = dict(trainer.callback_metrics)
        for name, usual in (("epoch", trainer.current_epoch), ("step", trainer.global_step)):
            own = values.get(name)
            values[name] = usual if own is None else int(own)
        return values

    def _save_best(self, trainer: Any, values: dict[str, Any]) -> None:
        if self.save_top_k == 0:
            return
        if self.monitor is None:
            path = self._free(values, self.best_model_path)
            before, self.best_model_path = self.best_model_path, path
            self._save(trainer, path)
            if self.save_top_k == 1 and before:
                self._remove(trainer, before, path)
            return
        if self.monitor not in values:
            words = (
                f"`ModelCheckpoint(monitor={self.monitor!r})` could not find the monitored key in the returned metrics: "
                f"{list(values)}. HINT: Did you call `log({self.monitor!r}, value)` in the `LightningModule`?"
            )
            if trainer.fit_loop.epoch_loop.val_loop._has_run:
                raise MisconfigurationException(words)
            _cache.warn(words)
            return
        current = values[self.monitor]
        if self.check_monitor_top_k(trainer, current):
            self._keep(trainer, current, values)
        elif self.verbose:
            rank_zero_info(
                f"Epoch {values['epoch']:d}, global step {values['step']:d}: {self.monitor!r} was not in top "
                f"{self.save_top_k}"
            )

    def check_monitor_top_k(self, trainer: Any, current: Any = None) -> bool:
        """Whether a value is among the best."""
        if current is None:
            return False
        if self.save_top_k == -1 or len(self.best_k_models) < self.save_top_k:
            return True
        value, worst = float(current), float(self.best_k_models[self.kth_best_model_path])
        return value < worst if self.mode == "min" else value > worst

    def _keep(self, trainer: Any, current: Any, values: dict[str, Any]) -> None:
        count = len(self.best_k_models) + 1 if self.save_top_k == -1 else self.save_top_k
        old = ""
        if len(self.best_k_models) == count and count > 0:
            old = self.kth_best_model_path
            self.best_k_models.pop(old)
        if math.isnan(float(current)):
            current = torch.tensor(math.inf if self.mode == "min" else -math.inf)
        path = self._free(values, old)
        self.current_score = self.best_k_models[path] = current
        numbers = {name: float(score) for name, score in self.best_k_models.items()}
        best, worst = (min, max) if self.mode == "min" else (max, min)
        if len(self.best_k_models) == count:
            self.kth_best_model_path = worst(numbers, key=numbers.__getitem__)
            self.kth_value = self.best_k_models[self.kth_best_model_path]
        self.best_model_path = best(numbers, key=numbers.__getitem__)
        self.best_model_score = self.best_k_models[self.best_model_path]
        if self.verbose:
            rank_zero_info(
                f"Epoch {values['epoch']:d}, global step {values['step']:d}: {self.monitor!r} reached "
                f"{float(current):0.5f} (best {numbers[self.best_model_path]:0.5f}), saving model to {path!r} as top {count}"
            )
        self._save(trainer, path)
        if old:
            self._remove(trainer, old, path)

    def _save_latest(self, trainer: Any, values: dict[str, Any]) -> None:
        if not self.save_last:
            return
        path = self._free(values, self.last_model_path, self.CHECKPOINT_NAME_LAST)
        before, self.last_model_path = self.last_model_path, path
        if self.save_last == "link" and self._last_checkpoint_saved and self.save_top_k != 0:
            _link(self._last_checkpoint_saved, path)
        else:
            self._save(trainer, path)
        if before:
            self._remove(trainer, before, path)

    def _remove(self, trainer: Any, path: str, current: str) -> None:
        """Removes a file of this folder, unless the run has begun with it."""
        if path == current or Path(self.dirpath or "").absolute() not in Path(path).absolute().parents:
            return
        if trainer.ckpt_path is not None and Path(trainer.ckpt_path).absolute() == Path(path).absolute():
            return
        if os.path.isfile(path):
            os.remove(path)

    # Names.

    def _folder(self, trainer: Any) -> str:
        if self.dirpath is not None:
            return self.dirpath
        if not trainer.loggers:
            return os.path.join(trainer.default_root_dir, "checkpoints")
        logger = trainer.loggers[0]
        root = trainer.default_root_dir if logger.save_dir is None else logger.save_dir
        version = logger.version if isinstance(logger.version, str) else f"version_{logger.version}"
        return os.path.join(root, str(logger.name), version, "checkpoints")

    def _last_files(self, trainer: Any) -> list[str]:
        folder = self._folder(trainer)
        if not os.path.isdir(folder):
            return []
        named = re.compile(rf"{self.CHECKPOINT_NAME_LAST}.*{re.escape(self.FILE_EXTENSION)}")
        return [os.path.join(folder, name) for name in os.listdir(folder) if named.fullmatch(name)]

    def _free(self, values: dict[str, Any], own: str, filename: str | None = None) -> str:
        """A name that no file has but the one that goes: `-v1`, `-v2` and so on are added."""
        path = self.format_checkpoint_name(values, filename)
        version = self.STARTING_VERSION
        while self._enable_version_counter and os.path.exists(path) and path != own:
            path = self.format_checkpoint_name(values, filename, ver=version)
            version += 1
        return path

    def format_checkpoint_name(
        self, metrics: dict[str, Any], filename: str | None = None, ver: int | None = None, prefix: str | None = None
    ) -> str:
        """The path of a file with these values."""
        name = self._named(filename or self.filename, metrics)
        parts = [*([prefix] if prefix is not None else []), name, *([f"v{ver}"] if ver is not None else [])]
        return os.path.join(self.dirpath or "", self.CHECKPOINT_JOIN_CHAR.join(parts) + self.FILE_EXTENSION)

    def _named(self, filename: str | None, metrics: dict[str, Any]) -> str:
        pattern = filename or self.CHECKPOINT_JOIN_CHAR.join(("{epoch}", "{step}"))

        def shown(found: re.Match[str]) -> str:
            name, form = found.group(1), found.group(2) or ""
            value = metrics.get(name, 0)
            if isinstance(value, torch.Tensor):
                value = value.item()
            title = f"{name}{self.CHECKPOINT_EQUALS_CHAR}" if self.auto_insert_metric_name else ""
            return f"{title}{format(value, form)}"

        return re.sub(r"\{([^{}:]*)(?::([^{}]*))?\}", shown, pattern)

    def to_yaml(self, filepath: Any = None) -> None:
        """Writes the best files, with their values."""
        place = filepath or os.path.join(self.dirpath or "", "best_k_models.yaml")
        with open(place, "w", encoding="utf-8") as file:
            file.write("".join(f"{path}: {float(score)}\n" for path, score in sorted(self.best_k_models.items())))


def _link(path: str, link: str) -> None:
    """Has a name stand for a file; where there are no links it is copied."""
    if os.path.abspath(path) == os.path.abspath(link):
        return
    if os.path.islink(link) or os.path.isfile(link):
        os.remove(link)
    try:
        os.symlink(os.path.relpath(path, os.path.dirname(link)), link)
    except OSError:
        shutil.copy(path, link)
