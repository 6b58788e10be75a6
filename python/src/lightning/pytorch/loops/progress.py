"""How often a loop has begun and finished its work, in all and in its present run, in the form of Lightning's checkpoints."""

from __future__ import annotations

from typing import Any

_KINDS = ("ready", "completed", "started", "processed")


class Counts:
    """Pieces of work that are about to begin, have begun, are done but for the hooks behind them, and are over."""

    def __init__(self) -> None:
        self.ready = self.started = self.processed = self.completed = 0

    def reset(self) -> None:
        """Counts from 0."""
        self.__init__()  # type: ignore[misc]

    def reset_on_restart(self) -> None:
        """What was under way when the program stopped has not happened."""
        self.ready = self.started = self.processed = self.completed


class Progress:
    """Counts in all, and of the present run."""

    def __init__(self, kinds: tuple[str, ...] = _KINDS) -> None:
        self.total = Counts()
        self.current = Counts()
        self._kinds = kinds

    def increment(self, kind: str) -> None:
        """One more."""
        for counts in (self.total, self.current):
            setattr(counts, kind, getattr(counts, kind) + 1)

    def reset(self) -> None:
        """Counts from 0."""
        self.total.reset()
        self.current.reset()

    def reset_on_run(self) -> None:
        """A new run begins."""
        self.current.reset()

    def reset_on_restart(self) -> None:
        """A run goes on."""
        self.current.reset_on_restart()

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {
            "total": {kind: getattr(self.total, kind) for kind in self._kinds},
            "current": {kind: getattr(self.current, kind) for kind in self._kinds},
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        for kind in self._kinds:
            setattr(self.total, kind, state_dict["total"].get(kind, 0))
            setattr(self.current, kind, state_dict["current"].get(kind, 0))


class BatchProgress(Progress):
    """Progress through batches, which knows whether the present one is the last."""

    def __init__(self) -> None:
        super().__init__()
        self.is_last_batch = False

    def reset(self) -> None:
        """Counts from 0."""
        super().reset()
        self.is_last_batch = False

    def reset_on_run(self) -> None:
        """A new run begins."""
        super().reset_on_run()
        self.is_last_batch = False

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {**super().state_dict(), "is_last_batch": self.is_last_batch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        super().load_state_dict(state_dict)
        self.is_last_batch = state_dict.get("is_last_batch", False)


class OptimizationProgress:
    """How often optimizers have stepped, and gradients were forgotten."""

    def __init__(self) -> None:
        self.step = Progress(("ready", "completed"))
        self.zero_grad = Progress(("ready", "completed", "started"))

    def all(self, method: str) -> None:
        """Calls a method of both."""
        getattr(self.step, method)()
        getattr(self.zero_grad, method)()

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {"optimizer": {"step": self.step.state_dict(), "zero_grad": self.zero_grad.state_dict()}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what `state_dict` gave."""
        self.step.load_state_dict(state_dict["optimizer"]["step"])
        self.zero_grad.load_state_dict(state_dict["optimizer"]["zero_grad"])
