"""`Tuner`: looks for a learning rate and a batch size by short runs, whose traces it takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..core import LightningDataModule
from ..trainer.trainer import Trainer
from ..utilities.exceptions import MisconfigurationException
from ..utilities.rank_zero import rank_zero_info, rank_zero_warn
from ..utilities.seed import isolate_rng
from .lr_finder import LRFinder, Search

_METHODS = ("fit", "validate", "test", "predict")


def _holders(name: str, *owners: Any) -> list[Callable[[Any], None]]:
    """What sets an attribute wherever it is: in modules, in data modules and in their `hparams`."""
    found: list[Callable[[Any], None]] = []
    for owner in owners:
        if owner is None:
            continue
        if hasattr(owner, name):
            found.append(lambda value, owner=owner: setattr(owner, name, value))
        if name in owner.hparams:
            found.append(lambda value, owner=owner: owner.hparams.update({name: value}))
    return found


class Tuner:
    """Looks for settings of a module: `Tuner(trainer).lr_find(model, loader)`."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def lr_find(
        self,
        model: Any,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        dataloaders: Any = None,
        datamodule: Any = None,
        method: str = "fit",
        min_lr: float = 1e-8,
        max_lr: float = 1,
        num_training: int = 100,
        mode: str = "exponential",
        early_stop_threshold: float | None = 4.0,
        update_attr: bool = True,
        attr_name: str = "",
    ) -> LRFinder | None:
        """Trains with growing rates, and puts the weights back; `lr` or `learning_rate` gets the suggestion."""
        if method != "fit":
            raise MisconfigurationException("method='fit' is the only valid configuration to run lr finder.")
        if isinstance(train_dataloaders, LightningDataModule):
            train_dataloaders, datamodule = None, train_dataloaders
        if self._trainer.fast_dev_run:
            rank_zero_warn("Skipping learning rate finder since `fast_dev_run` is enabled.")
            return None
        names = [attr_name] if attr_name else ["lr", "learning_rate"]
        holders = next((found for name in names if (found := _holders(name, model, datamodule))), [])
        if update_attr and not holders:
            raise AttributeError(
                f"When using the learning rate finder, either `model` or `model.hparams` should have one of these fields: "
                f"{tuple(names)}. If your model has a different name for the learning rate, set it with "
                "`.lr_find(attr_name=...)`."
            )
        finder = LRFinder(mode, min_lr, max_lr, num_training)
        given = train_dataloaders if train_dataloaders is not None else dataloaders
        search = Search(finder, early_stop_threshold)
        self._trial(model, "fit", given, datamodule, num_training, [search], validation=0)
        found = finder.suggestion() if update_attr else None
        if found is not None:
            for put in holders:
                put(found)
            rank_zero_info(f"Learning rate set to {found}")
        return finder

    def scale_batch_size(
        self,
        model: Any,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        dataloaders: Any = None,
        datamodule: Any = None,
        method: str = "fit",
        mode: str = "power",
        steps_per_trial: int = 3,
        init_val: int = 2,
        max_trials: int = 25,
        batch_arg_name: str = "batch_size",
        margin: float = 0.05,
        max_val: int = 8192,
    ) -> int | None:
        """The largest size of batches that memory holds, which the module has from then on.

        Sizes are doubled until memory is out or a batch has the whole data set; `binsearch` then searches between the last two.
        """
        if method not in _METHODS:
            raise MisconfigurationException(f"`method {method} is invalid. Should be one of {_METHODS}.")
        if mode not in ("power", "binsearch"):
            raise ValueError(f"scale_batch_size: expected mode 'power' or 'binsearch', but got {mode!r}")
        if self._trainer.fast_dev_run:
            rank_zero_warn("Skipping batch size scaler since `fast_dev_run` is enabled.")
            return None
        if any(each is not None for each in (train_dataloaders, val_dataloaders, dataloaders)):
            raise MisconfigurationException(
                "scale_batch_size: expected loaders of the module or a data module, which take "
                f"`{batch_arg_name}` of it, but got some whose size is settled"
            )
        holders = _holders(batch_arg_name, model, datamodule)
        if not holders:
            raise MisconfigurationException(
                f"Field {batch_arg_name} not found in `model`, `datamodule`, nor their `hparams` attributes."
            )

        def fits(size: int) -> int | None:
            """Whether memory holds batches of a size: the size of the data set, or None."""
            for put in holders:
                put(size)
            try:
                return self._trial(model, method, None, datamodule, steps_per_trial, [], steps_per_trial)
            except (RuntimeError, MemoryError) as error:
                if "out of memory" not in str(error).lower() and not isinstance(error, MemoryError):
                    raise
                return None

        size = _searched(fits, mode == "binsearch", init_val, max_trials, max_val)
        if mode == "binsearch" and margin > 0:
            size = max(1, int(size * (1 - margin)))
        for put in holders:
            put(size)
        rank_zero_info(f"Finished batch size finder, will continue with full run using batch size {size}")
        return size

    def _trial(
        self,
        model: Any,
        method: str,
        loaders: Any,
        datamodule: Any,
        steps: int,
        callbacks: list[Any],
        validation: int,
    ) -> int:
        """Runs for some steps, and puts weights and random numbers back; gives the size of the data set."""
        own = self._trainer
        trial = Trainer(
            max_steps=steps,
            accumulate_grad_batches=own.accumulate_grad_batches,
            gradient_clip_val=own.gradient_clip_val,
            gradient_clip_algorithm=own.gradient_clip_algorithm,
            precision=own.precision,
            limit_val_batches=steps if method == "validate" else validation,
            limit_test_batches=steps,
            limit_predict_batches=steps,
            num_sanity_val_steps=0,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=callbacks,
        )
        trial.test_loop.verbose = trial.validate_loop.verbose = False
        kept = {name: value.detach().clone() for name, value in model.state_dict().items()}
        before, data_before = model._trainer, getattr(datamodule, "trainer", None)
        run = getattr(trial, method)
        options = {"verbose": False} if method in ("validate", "test") else {}
        with isolate_rng():
            try:
                run(model, loaders, datamodule=datamodule, **options)
            finally:
                with torch.no_grad():
                    model.load_state_dict(kept)
                model.zero_grad()
                model.trainer = before
                if datamodule is not None:
                    datamodule.trainer = data_before
        loop = {"fit": trial.fit_loop, "validate": trial.validate_loop, "test": trial.test_loop}.get(
            method, trial.predict_loop
        )
        sizes = [len(each.dataset) for each in loop._loaders.flattened if hasattr(getattr(each, "dataset", None), "__len__")]
        return min(sizes, default=2**31)


def _searched(
    fits: Callable[[int], int | None], is_binary: bool, size: int, max_trials: int, max_val: int
) -> int:
    """The size that a search ends with."""
    good = 0
    bad: int | None = None
    for trial in range(max_trials):
        if size >= max_val:
            rank_zero_info(f"Reached the maximum batch size limit of {max_val}. Stopping search.")
            return size
        total = fits(size)
        if total is None:
            bad = size
            size = (size + (good or 1)) // 2 if is_binary else max(1, size // 2)
            if (good and not is_binary) or (is_binary and bad - (good or 1) <= 1):
                return size
            continue
        good = size
        if trial + 1 >= max_trials or size >= total or (bad is not None and bad - size <= 1):
            return size
        size = (size + bad) // 2 if is_binary and bad is not None else min(size * 2, max_val)
    return good or size


__all__ = ["Tuner"]
