"""`save_hyperparameters`: keeps the arguments of a constructor."""

from __future__ import annotations

import copy
import inspect
from argparse import Namespace
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any

from torch import nn

from ..utilities.rank_zero import rank_zero_warn


class AttributeDict(dict):
    """A dict whose items are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"Missing attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __repr__(self) -> str:
        if not self:
            return ""
        width = max(len(str(name)) for name in self)
        return "\n".join(f'"{name}":{" " * (width - len(str(name)) + 1)}{self[name]}' for name in sorted(self, key=str))


def _arguments(frame: FrameType) -> dict[str, Any]:
    """The arguments of a constructor that runs."""
    info = inspect.getargvalues(frame)
    given = {name: info.locals[name] for name in info.args[1:]}
    code = frame.f_code
    only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    given.update({name: info.locals[name] for name in only})
    if info.keywords:
        given.update(info.locals[info.keywords])
    return {name: value for name, value in given.items() if name != "__class__"}


def _collected(frame: FrameType, owner: Any) -> dict[str, Any]:
    """The arguments of all constructors of an object that run; those of a subclass go before."""
    found: dict[str, Any] = {}
    at: FrameType | None = frame
    while at is not None and at.f_code.co_name == "__init__":
        first = at.f_code.co_varnames[0] if at.f_code.co_argcount else ""
        if at.f_locals.get(first) is not owner:
            break
        found.update(_arguments(at))
        at = at.f_back
    return found


class HyperparametersMixin:
    """`hparams` of modules and data modules."""

    def save_hyperparameters(
        self, *args: Any, ignore: str | Iterable[str] | None = None, frame: Any = None, logger: bool = True
    ) -> None:
        """Keeps the arguments of the constructor that calls it, or those that are named, in `hparams`.

        One dict, or one namespace, is kept as it is. `logger=False` keeps them from the loggers.
        """
        self._log_hyperparams = logger
        if len(args) == 1 and isinstance(args[0], (Mapping, Namespace)):
            given = dict(args[0]) if isinstance(args[0], Mapping) else vars(args[0])
            chosen = list(given)
        else:
            caller = frame or inspect.currentframe().f_back  # type: ignore[union-attr]
            given = _collected(caller, self)
            chosen = [name for name in args if isinstance(name, str)] or list(given)
        left = {ignore} if isinstance(ignore, str) else set(ignore or ())
        kept = {name: given[name] for name in chosen if name not in left and name in given}
        for name, value in kept.items():
            if isinstance(value, nn.Module):
                rank_zero_warn(
                    f"Attribute {name!r} is an instance of `nn.Module` and is already saved during checkpointing. It is "
                    f"recommended to ignore them using `self.save_hyperparameters(ignore=[{name!r}])`."
                )
        self.hparams.update(kept)
        self._hparams_initial = _copied(self.hparams)

    @property
    def hparams(self) -> AttributeDict:
        """What `save_hyperparameters` kept."""
        if "_hparams" not in self.__dict__:
            self.__dict__["_hparams"] = AttributeDict()
        return self.__dict__["_hparams"]

    @property
    def hparams_initial(self) -> AttributeDict:
        """What it was when it was kept; changes of `hparams` are not in it."""
        return _copied(self.__dict__.get("_hparams_initial", AttributeDict()))


def _copied(given: Mapping[str, Any]) -> AttributeDict:
    kept = AttributeDict()
    for name, value in given.items():
        try:
            kept[name] = copy.copy(value)
        except Exception:
            kept[name] = value
    return kept


def saved_arguments(cls: type, saved: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for a constructor: those of a checkpoint that it takes, and others that are given."""
    every = {**saved, **given}
    taken = inspect.signature(cls.__init__).parameters
    if any(each.kind == inspect.Parameter.VAR_KEYWORD for each in taken.values()):
        return every
    return {name: value for name, value in every.items() if name in taken}


__all__ = ["AttributeDict", "HyperparametersMixin"]
