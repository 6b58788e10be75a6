"""`CSVLogger`: writes values into `metrics.csv`."""

from __future__ import annotations

import csv
import os
from typing import Any

import torch

from ..utilities.rank_zero import rank_zero_warn
from .folders import FolderLogger
from .logger import as_dict
from .yaml_text import yaml_of


class ExperimentWriter:
    """The file of a run: a row for each step that was logged, a column for each name."""

    NAME_METRICS_FILE = "metrics.csv"
    NAME_HPARAMS_FILE = "hparams.yaml"

    def __init__(self, log_dir: str) -> None:
        self.log_dir = log_dir
        self.metrics: list[dict[str, Any]] = []
        self.metrics_keys: list[str] = []
        self.hparams: dict[str, Any] = {}
        self.metrics_file_path = os.path.join(log_dir, self.NAME_METRICS_FILE)
        if os.path.isdir(log_dir) and os.listdir(log_dir):
            rank_zero_warn(
                f"Experiment logs directory {log_dir} exists and is not empty. Previous log files in this directory will be "
                "deleted when the new ones are saved!"
            )
            if os.path.isfile(self.metrics_file_path):
                os.remove(self.metrics_file_path)
        os.makedirs(log_dir, exist_ok=True)

    def __getattr__(self, name: str) -> Any:
        told = f"{type(self).__name__!r} object has no attribute {name!r}"
        if name.startswith("add_"):
            told += "; give the Trainer logger=TensorBoardLogger('logs'), of lightning.pytorch.loggers, whose files take pictures and texts"
        raise AttributeError(told)

    def log_metrics(self, metrics_dict: dict[str, Any], step: int | None = None) -> None:
        """Takes a row."""
        row = {name: value.item() if isinstance(value, torch.Tensor) else value for name, value in metrics_dict.items()}
        self.metrics.append({**row, "step": len(self.metrics) if step is None else step})

    def log_hparams(self, params: dict[str, Any]) -> None:
        """Writes hyperparameters beside the rows."""
        self.hparams.update(params)
        with open(os.path.join(self.log_dir, self.NAME_HPARAMS_FILE), "w", encoding="utf-8") as file:
            file.write(yaml_of(self.hparams))

    def save(self) -> None:
        """Adds the rows to the file, which is written anew where there are columns that it has not."""
        if not self.metrics:
            return
        keys = set(self.metrics_keys).union(*self.metrics)
        has_file = os.path.isfile(self.metrics_file_path)
        rows = self.metrics
        if keys != set(self.metrics_keys) and has_file:
            with open(self.metrics_file_path, newline="", encoding="utf-8") as file:
                rows = [*csv.DictReader(file), *rows]
            has_file = False
        self.metrics_keys = sorted(keys)
        with open(self.metrics_file_path, "a" if has_file else "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=self.metrics_keys)
            if not has_file:
                writer.writeheader()
            writer.writerows(rows)
        self.metrics = []


class CSVLogger(FolderLogger):
    """Writes `metrics.csv` and `hparams.yaml` under `save_dir`."""

    def __init__(
        self,
        save_dir: Any,
        name: str | None = "lightning_logs",
        version: int | str | None = None,
        prefix: str = "",
        flush_logs_every_n_steps: int = 100,
    ) -> None:
        super().__init__(save_dir, name, version, prefix)
        self._every = flush_logs_every_n_steps

    @property
    def experiment(self) -> ExperimentWriter:
        """The file, which the first look makes."""
        if self._experiment is None:
            self._experiment = ExperimentWriter(self.log_dir)
        return self._experiment

    def log_metrics(self, metrics: dict[str, Any], step: int | None = None) -> None:
        """Takes the values of a step."""
        if step is None:
            step = len(self.experiment.metrics)
        self.experiment.log_metrics(self._prefixed(metrics), step)
        if (step + 1) % self._every == 0:
            self.save()

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """Writes hyperparameters."""
        self.experiment.log_hparams(as_dict(params))

    def save(self) -> None:
        """Writes what there is."""
        self.experiment.save()

    def finalize(self, status: str) -> None:
        """Writes what there is."""
        if self._experiment is not None:
            self.save()
