"""The result of a search for a learning rate: losses by rate, and the rate that it suggests."""

from __future__ import annotations

import math
from typing import Any

from ..callbacks.callback import Callback
from ..utilities.rank_zero import logger

# The weight of earlier losses in the smoothed loss.
_BETA = 0.98


class LRFinder:
    """Rates that were tried, and the smoothed losses at them, in `results`."""

    def __init__(self, mode: str, lr_min: float, lr_max: float, num_training: int) -> None:
        if mode not in ("linear", "exponential"):
            raise ValueError(f"lr_find: expected mode 'exponential' or 'linear', but got {mode!r}")
        self.mode = mode
        self.lr_min = lr_min
        self.lr_max = lr_max
        self.num_training = num_training
        self.results: dict[str, list[float]] = {"lr": [], "loss": []}
        self._optimal_idx: int | None = None

    def rate_at(self, step: int) -> float:
        """The rate of a step."""
        share = (step + 1) / self.num_training if step else 0.0
        if self.mode == "exponential":
            return self.lr_min * (self.lr_max / self.lr_min) ** share
        return self.lr_min + share * (self.lr_max - self.lr_min)

    def suggestion(self, skip_begin: int = 10, skip_end: int = 1) -> float | None:
        """The rate at which the loss falls most steeply; None where too few were tried."""
        rates, losses = self.results["lr"], self.results["loss"]
        kept = [i for i in range(len(losses))[skip_begin : len(losses) - skip_end] if math.isfinite(losses[i])]
        if len(kept) < 2:
            logger.error(
                "Failed to compute suggestion for learning rate because there are not enough points. Increase the loop "
                "iteration limits or the size of your dataset/dataloader."
            )
            self._optimal_idx = None
            return None
        slopes = _slopes([rates[i] for i in kept], [losses[i] for i in kept])
        self._optimal_idx = kept[min(range(len(kept)), key=slopes.__getitem__)]
        return rates[self._optimal_idx]

    def plot(self, suggest: bool = False, show: bool = False, ax: Any = None) -> Any:
        """Draws losses over rates by Matplotlib, with a mark at the suggestion; gives the figure."""
        from matplotlib import pyplot as plt

        if ax is None:
            figure, ax = plt.subplots()
        else:
            figure = ax.figure
        ax.plot(self.results["lr"], self.results["loss"])
        if self.mode == "exponential":
            ax.set_xscale("log")
        ax.set_xlabel("Learning rate")
        ax.set_ylabel("Loss")
        if suggest:
            self.suggestion()
            if self._optimal_idx is not None:
                rate, loss = (self.results[name][self._optimal_idx] for name in ("lr", "loss"))
                ax.plot([rate], [loss], markersize=10, marker="o", color="red")
        if show:
            plt.show()
        return figure


def _slopes(x: list[float], y: list[float]) -> list[float]:
    """dy/dx at points that need not be apart equally, of second order but for the ends, as `torch.gradient` has them.

    With h before and k behind a point: (h² y₊ + (k² − h²) y₀ − k² y₋) / (h k (h + k)).
    """
    found = [(y[1] - y[0]) / (x[1] - x[0])]
    for i in range(1, len(x) - 1):
        h, k = x[i] - x[i - 1], x[i + 1] - x[i]
        found.append((h * h * y[i + 1] + (k * k - h * h) * y[i] - k * k * y[i - 1]) / (h * k * (h + k)))
    found.append((y[-1] - y[-2]) / (x[-1] - x[-2]))
    return found


class Search(Callback):
    """Sets rates step by step, and notes the losses."""

    def __init__(self, finder: LRFinder, threshold: float | None) -> None:
        self._finder = finder
        self._threshold = threshold
        self._mean = 0.0
        self._best = 0.0

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """The module's own schedules rest."""
        trainer.lr_scheduler_configs = []

    def _is_within(self, trainer: Any) -> bool:
        return (trainer.fit_loop.batch_idx + 1) % trainer.accumulate_grad_batches != 0

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Sets the rate."""
        rate = self._finder.rate_at(trainer.global_step)
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        if not self._is_within(trainer):
            self._finder.results["lr"].append(rate)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Notes the loss, and ends the search where it grows."""
        if self._is_within(trainer):
            return
        step = trainer.global_step
        value = float(outputs["loss"]) if outputs and "loss" in outputs else math.nan
        self._mean = _BETA * self._mean + (1 - _BETA) * value
        smoothed = self._mean / (1 - _BETA ** (step + 1))
        if self._threshold is not None and step > 1 and smoothed > self._threshold * self._best:
            trainer.should_stop = True
        if smoothed < self._best or step == 1:
            self._best = smoothed
        self._finder.results["loss"].append(smoothed)
