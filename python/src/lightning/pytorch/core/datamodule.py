"""`LightningDataModule`: loaders that belong together."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch.utils.data import DataLoader, IterableDataset

from .hooks import CheckpointHooks, DataHooks
from .hyperparameters import HyperparametersMixin, saved_arguments


class LightningDataModule(DataHooks, CheckpointHooks, HyperparametersMixin):
    """Loaders that belong together, with what prepares them."""

    name: str | None = None

    def __init__(self) -> None:
        self.trainer: Any = None

    @classmethod
    def from_datasets(
        cls,
        train_dataset: Any = None,
        val_dataset: Any = None,
        test_dataset: Any = None,
        predict_dataset: Any = None,
        batch_size: int = 1,
        num_workers: int = 0,
        **datamodule_kwargs: Any,
    ) -> LightningDataModule:
        """A data module of data sets; that of training is shuffled."""

        def loader(dataset: Any, shuffle: bool = False) -> DataLoader:
            shuffles = shuffle and not isinstance(dataset, IterableDataset)
            return DataLoader(dataset, batch_size=batch_size, shuffle=shuffles, num_workers=num_workers)

        def loaders(given: Any, shuffle: bool = False) -> Any:
            if isinstance(given, dict):
                return {key: loader(each, shuffle) for key, each in given.items()}
            if isinstance(given, (list, tuple)):
                return [loader(each, shuffle) for each in given]
            return loader(given, shuffle)

        made = cls(**saved_arguments(cls, {"batch_size": batch_size, "num_workers": num_workers}, datamodule_kwargs))
        given = {"train": train_dataset, "val": val_dataset, "test": test_dataset, "predict": predict_dataset}
        for name, dataset in given.items():
            if dataset is not None:
                setattr(made, f"{name}_dataloader", lambda d=dataset, s=name == "train": loaders(d, s))
        return made

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""

    def on_exception(self, exception: BaseException) -> None:
        """Called when a run ends by an error."""

    @classmethod
    def load_from_checkpoint(
        cls, checkpoint_path: Any, map_location: Any = None, hparams_file: Any = None, **kwargs: Any
    ) -> Self:
        """A data module made with the hyperparameters of a checkpoint."""
        saved = torch.load(checkpoint_path, map_location=map_location, weights_only=False)
        made = cls(**saved_arguments(cls, saved.get("datamodule_hyper_parameters", {}), kwargs))
        if cls.__qualname__ in saved:
            made.load_state_dict(saved[cls.__qualname__])
        return made


__all__ = ["LightningDataModule"]
