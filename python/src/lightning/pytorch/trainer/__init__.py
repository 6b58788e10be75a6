"""`lightning.pytorch.trainer`: the trainer."""

from typing import Any


def __getattr__(name: str) -> Any:
    # The trainer imports callbacks, which import its states.
    if name == "Trainer":
        from .trainer import Trainer

        return Trainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Trainer"]
