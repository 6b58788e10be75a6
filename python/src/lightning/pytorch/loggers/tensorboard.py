"""`TensorBoardLogger`: writes event files for TensorBoard."""

from __future__ import annotations

import os
from typing import Any

import torch

from ..utilities.rank_zero import rank_zero_warn
from .folders import FolderLogger
from .logger import as_dict, flattened
from .yaml_text import yaml_of


def _plain(value: Any) -> Any:
    """A hyperparameter as TensorBoard takes it."""
    return value if isinstance(value, (bool, int, float, str)) else str(value)


class TensorBoardLogger(FolderLogger):
    """Writes event files and `hparams.yaml` under `save_dir`, by `torch.utils.tensorboard.SummaryWriter`."""

    def __init__(
        self,
        save_dir: Any,
        name: str | None = "lightning_logs",
        version: int | str | None = None,
        log_graph: bool = False,
        default_hp_metric: bool = True,
        prefix: str = "",
        sub_dir: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(save_dir, name, version, prefix)
        self._log_graph = log_graph
        self._default_hp_metric = default_hp_metric
        self._sub_dir = None if sub_dir is None else os.fspath(sub_dir)
        self._kwargs = kwargs

    @property
    def sub_dir(self) -> str | None:
        """A folder within that of the version."""
        return self._sub_dir

    @property
    def log_dir(self) -> str:
        """The folder of this version."""
        return os.path.expanduser(os.path.expandvars(os.path.join(super().log_dir, self._sub_dir or "")).rstrip("/"))

    @property
    def experiment(self) -> Any:
        """The writer, which the first look makes."""
        if self._experiment is None:
            from torch.utils.tensorboard import SummaryWriter

            os.makedirs(self.log_dir, exist_ok=True)
            self._experiment = SummaryWriter(log_dir=self.log_dir, **self._kwargs)
        return self._experiment

    def log_metrics(self, metrics: dict[str, Any], step: int | None = None) -> None:
        """Takes the values of a step."""
        for name, value in self._prefixed(metrics).items():
            if isinstance(value, dict):
                self.experiment.add_scalars(name, value, step)
                continue
            number = value.item() if isinstance(value, torch.Tensor) else value
            if not isinstance(number, (bool, int, float)):
                raise ValueError(
                    f"TensorBoardLogger: expected {name!r} to be a number, a tensor of one element or a dict of them, but "
                    f"got {type(number).__name__}"
                )
            self.experiment.add_scalar(name, number, step)

    def log_hyperparams(
        self, params: Any, metrics: Any = None, step: int | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Writes hyperparameters, with the metrics that they are compared by: `hp_metric`, where none are given."""
        given = as_dict(params)
        self.hparams.update(given)
        if metrics is None:
            metrics = {"hp_metric": -1} if self._default_hp_metric else {}
        elif not isinstance(metrics, dict):
            metrics = {"hp_metric": metrics}
        if metrics:
            self.log_metrics(metrics, step)
            plain = {name: _plain(value) for name, value in flattened(given).items()}
            # The folder itself, in the place of one for each call.
            self.experiment.add_hparams(plain, metrics, run_name=".")

    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Writes the graph of a module, with `log_graph=True`."""
        if not self._log_graph:
            return
        given = model.example_input_array if input_array is None else input_array
        if given is None:
            rank_zero_warn(
                "Could not log computational graph to TensorBoard: The `model.example_input_array` attribute is not set or "
                "`input_array` was not given."
            )
            return
        self.experiment.add_graph(model, given)

    def save(self) -> None:
        """Writes what there is."""
        self.experiment.flush()
        place = os.path.join(self.log_dir, self.NAME_HPARAMS_FILE)
        if os.path.isdir(self.log_dir) and not os.path.isfile(place):
            with open(place, "w", encoding="utf-8") as file:
                file.write(yaml_of(self.hparams))

    def finalize(self, status: str) -> None:
        """Writes what there is; a later run begins another file."""
        if self._experiment is None:
            return
        self.experiment.flush()
        self.experiment.close()
        if status == "success":
            self.save()
