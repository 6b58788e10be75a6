"""Schedules of learning rates: the library's, and the base of those that are written in Python."""

from __future__ import annotations

from typing import Any

import _lamplight_optim as js

from .. import _bridge
from .._bridge import JsException, jsnull, lent, receive, send, translated
from .._names import camel
from .._tensor import Tensor
from .optimizer import Optimizer

# Keywords that begin with a capital in Python alone.
_KEYWORDS = {"T_max": "t_max", "T_0": "t_0", "T_mult": "t_mult", "T_cur": "t_cur", "T_i": "t_i"}


class LRScheduler:
    """Base class of schedules; a subclass defines `get_lr`, the rates at `last_epoch`."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(f"param 'initial_lr' is not specified in param_groups[{i}] when resuming an optimizer")
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[float]:
        """The rates of the groups that the last step set."""
        return self._last_lr

    def get_lr(self) -> list[float]:
        """The rates at `last_epoch`."""
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Sets the next rates; after the optimizer's step."""
        self._step_count += 1
        if epoch is None:
            self.last_epoch += 1
            values = self.get_lr()
        else:
            self.last_epoch = epoch
            closed = getattr(self, "_get_closed_form_lr", None)
            values = closed() if closed else self.get_lr()
        for group, lr in zip(self.optimizer.param_groups, values):
            group["lr"] = lr
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]


_LRScheduler = LRScheduler


class Native(LRScheduler):
    """A schedule of the library."""

    _made: Any = None

    def __init__(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.__dict__["_kept"] = kept = []
        self.__dict__["optimizer"] = optimizer
        kwargs.pop("verbose", None)

        def taken(value: Any) -> Any:
            if isinstance(value, (list, tuple)):
                return [taken(part) for part in value]
            if callable(value) and not isinstance(value, LRScheduler):
                kept.append(lent(value))
                return kept[-1]
            return value

        given = [taken(value) for value in args]
        named = {_KEYWORDS.get(key, key): taken(value) for key, value in kwargs.items()}
        self.__dict__["_js"] = _bridge.call(
            js.maker(type(self)._made), (optimizer._scheduled(), *given), named, type(self).__name__
        )
        schedulers = [*args, *kwargs.values()][:1]
        if schedulers and isinstance(schedulers[0], (list, tuple)):
            if any(isinstance(one, LRScheduler) for one in schedulers[0]):
                self.__dict__["_schedulers"] = list(schedulers[0])
        optimizer._pull()

    def __del__(self) -> None:
        for proxy in self.__dict__.get("_kept", ()):
            proxy.destroy()

    def _call(self, name: str, *args: Any) -> Any:
        try:
            return receive(js.callMethod(self.__dict__["_js"], name, *args), name, self)
        except JsException as error:
            raise translated(error) from None

    def step(self, *args: Any, **kwargs: Any) -> None:
        """Sets the next rates; after the optimizer's step. A schedule that watches a metric is given it."""
        given = [value.item() if isinstance(value, Tensor) else value for value in (*args, *kwargs.values())]
        if kwargs.get("epoch", None) is None and "epoch" in kwargs:
            given.pop()
        self.optimizer._push()
        self._call("step", *given)
        self.optimizer._pull()

    def get_last_lr(self) -> list[float]:
        """The rates of the groups that the last step set."""
        return [float(lr) for lr in self._call("getLastLr")]

    def get_lr(self) -> list[float]:
        """The rates of the groups now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer and functions."""
        state = {key: _listed(value) for key, value in self._call("stateDict").items()}
        return {key: _floats(key, value) for key, value in state.items()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resumes from what `state_dict` gave. The optimizer's own state holds the present rates: load that too."""
        self._call("loadStateDict", send(state_dict))

    def __getattr__(self, name: str) -> Any:
        handle = self.__dict__.get("_js")
        if handle is not None and not name.startswith("__"):
            value = receive(_bridge.js.get(handle, camel(_KEYWORDS.get(name, name))), name)
            if value is not None and value is not jsnull:
                return _floats(name, _listed(value))
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        handle = self.__dict__.get("_js")
        if handle is not None and hasattr(self, name) and name not in self.__dict__:
            _bridge.js.set(handle, camel(_KEYWORDS.get(name, name)), send(value))
        else:
            object.__setattr__(self, name, value)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _floats(name: str, value: Any) -> Any:
    """Rates are floats in Python, where the library's 1.0 comes as 1."""
    if "lr" in name or name in ("best", "gamma", "factor"):
        if isinstance(value, list):
            return [_floats(name, part) for part in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
    return value


_bridge.senders[Native] = lambda scheduler: scheduler.__dict__["_js"]


def _make_classes() -> None:
    for name, made in js.schedulers():
        cls = type(name, (Native,), {})
        cls.__module__ = __name__
        cls.__doc__ = f"{name}, as PyTorch's; the reference of the library lists it under the same name."
        cls._made = made
        globals()[name] = cls


_make_classes()
