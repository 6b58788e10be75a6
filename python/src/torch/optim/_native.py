"""The library's optimizers as classes of Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import _lamplight_optim as js

from .. import _bridge
from .._bridge import JsException, create_proxy, receive, send, translated
from .._errors import known_again
from .._names import camel, snake
from .._overrides import DisableTorchFunctionSubclass
from .._tensor import Tensor
from ..autograd import enable_grad
from ._options import like, number, options_of, set_option
from .optimizer import Optimizer, given_groups

# PyTorch's choices among its implementations, of which there is one here.
_KINDS = ("foreach", "fused", "capturable", "differentiable")


class Group(dict):
    """The options of a group of parameters; what is changed in it holds in the library, too."""

    def __init__(self, owner: Any, number: int, options: dict[str, Any]) -> None:
        super().__init__(options)
        self._owner = owner
        self._number = number

    def __setitem__(self, name: str, value: Any) -> None:
        if name != "params" or "params" in self:
            set_option(self._owner, self._number, name, value)
        super().__setitem__(name, value)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets several options."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __reduce_ex__(self, protocol: Any) -> Any:
        # A copy is a plain record: it is no optimizer's.
        return dict, (dict(self),)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The option of this name, which is `default` where there was none."""
        if name not in self:
            self[name] = default
        return self[name]


def _checked(function: Any, *args: Any) -> Any:
    try:
        return function(*args)
    except JsException as error:
        raise translated(error) from None


class Native(Optimizer):
    """An optimizer of the library: one dispatch updates all parameters."""

    _made: Any = None
    # TypeScript gets the library's optimizer.
    _outward = True

    def __init__(self, params: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("differentiable"):
            from ._differentiable import begin

            begin(self, js.maker(type(self)._made), params, args, {name: number(value) for name, value in kwargs.items() if name not in _KINDS})
            return
        self._make_hooks()
        self.param_groups = []
        for group in given_groups(params):
            self.param_groups.append(self._checked_group(group))
        given, self.param_groups = self.param_groups, []
        options = {name: number(value) for name, value in kwargs.items() if name not in _KINDS}
        name = type(self).__name__
        with DisableTorchFunctionSubclass():
            self._js = _bridge.call(js.maker(type(self)._made), ([_sent(group) for group in given], *map(number, args)), options, name)
        defaults = receive(js.defaults(self._js))
        self.defaults = {snake(key): value for key, value in defaults.items()}
        self.defaults = {key: like(value, kwargs.get(key, value)) for key, value in self.defaults.items()}
        for name, value in zip(list(self.defaults), args):
            self.defaults[name] = like(self.defaults[name], value)
        for i, (group, found) in enumerate(zip(given, options_of(self._js), strict=True)):
            self._add(i, group, found)

    def _add(self, number: int, group: dict[str, Any], found: dict[str, Any]) -> None:
        options = {key: like(value, group.get(key, self.defaults.get(key, value))) for key, value in found.items()}
        extra = {key: value for key, value in group.items() if key not in options and key not in _KINDS}
        self.param_groups.append(Group(self._js, number, {"params": group["params"], **options, **extra}))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters, with options of their own where given."""
        group = self._checked_group(param_group)
        with DisableTorchFunctionSubclass():
            _checked(js.addGroup, self._js, send(_sent(group)))
        self._add(len(self.param_groups), group, options_of(self._js)[-1])

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients of all parameters; with `set_to_none=False` fills them with zeros."""
        js.zeroGrad(self._js, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates all parameters that have a gradient; a closure is called first, and its result given back."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        _checked(js.step, self._js)
        return loss

    def __reduce_ex__(self, protocol: Any) -> Any:
        options = {name: value for name, value in self.defaults.items() if name != "params"}
        groups = [dict(group) for group in self.param_groups]
        return _remade, (type(self), groups, options, self.state_dict()["state"])

    @property
    def state(self) -> Any:  # type: ignore[override]
        """The state of each parameter since its first update; the tensors are the optimizer's own."""
        found: Any = defaultdict(dict)
        params = [param for group in self.param_groups for param in group["params"]]
        for param, state in zip(params, receive(js.states(self._js)), strict=True):
            if state is not None and (kept := self._record(state)):
                found[param] = kept
        return found

    def state_dict(self) -> dict[str, Any]:
        """The state by the number of the parameter, and the options of each group."""
        saved = receive(js.stateDict(self._js))
        state = {int(number): kept for number, record in saved["state"].items() if (kept := self._record(record))}
        groups = [
            {key: like(value, group.get(key, value)) for key, value in loaded.items() if key != "params"}
            | {"params": list(loaded["params"])}
            for group, loaded in zip(self.param_groups, saved["param_groups"])
        ]
        # Of groups that a program has appended itself, the library knows those that were there before.
        known = {id(group): number for number, group in enumerate(self.param_groups[: len(groups)])}
        groups += [groups[known[id(group)]] for group in self.param_groups[len(groups) :] if id(group) in known]
        return {"state": state, "param_groups": groups}

    def _record(self, record: dict[str, Any]) -> dict[str, Any]:
        """The state of a parameter as PyTorch has it."""
        kept = {snake(name): _counted(snake(name), value) for name, value in record.items()}
        if type(self)._counts:
            return kept
        kept.pop("step", None)
        return kept

    _counts = True

    def load_state_dict(self, state_dict: Any) -> None:
        """Resumes from what `state_dict` gave, here or in PyTorch."""
        self._check_groups(state_dict["param_groups"])
        groups = [{key: _listed(value) for key, value in group.items()} for group in state_dict["param_groups"]]
        state = {
            str(number): {name: value.item() if _is_count(name, value) else value for name, value in record.items()}
            for number, record in state_dict["state"].items()
        }
        _checked(js.loadStateDict, self._js, send({"state": state, "param_groups": groups}))
        self._pull()

    def _pull(self) -> None:
        for group, options in zip(self.param_groups, options_of(self._js), strict=True):
            for name, value in options.items():
                if name != "params":
                    dict.__setitem__(group, name, like(value, group.get(name, 0.0 if "lr" in name else value)))


def _remade(cls: type[Native], groups: list[dict[str, Any]], options: dict[str, Any], state: dict[int, Any]) -> Native:
    """An optimizer of a pickle, or a copy: made for these groups, with the state that it had."""
    made = cls.__new__(cls)
    Native.__init__(made, groups, **options)
    if state:
        numbers = iter(range(sum(len(group["params"]) for group in groups)))
        saved = [{**group, "params": [next(numbers) for _ in group["params"]]} for group in groups]
        made.load_state_dict({"state": state, "param_groups": saved})
    return made


class WithClosure(Native):
    """An optimizer that calls its closure several times a step."""

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Updates all parameters; the closure computes the loss, and its gradients, again each time."""
        from _lamplight_modules import promising

        # The library reads a loss once the closure has returned it.
        losses: list[Any] = []

        def evaluated() -> Any:
            with enable_grad():
                losses.append(closure())
            return send(losses[-1])

        proxy = create_proxy(known_again(evaluated))
        try:
            return receive(_checked(js.stepWith, self._js, promising(proxy)), "step")
        finally:
            proxy.destroy()


def _sent(group: dict[str, Any]) -> dict[str, Any]:
    """A group as the library takes it."""
    return {camel(name): _listed(number(value)) for name, value in group.items() if name not in _KINDS}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, dict, Tensor)) else value


def _is_count(name: str, value: Any) -> bool:
    return isinstance(value, Tensor) and value.dim() == 0 and name in ("step", "mu_product", "eta", "mu")


def _counted(name: str, value: Any) -> Any:
    """PyTorch keeps counts in tensors."""
    if name not in ("step", "mu_product", "eta", "mu") or isinstance(value, Tensor):
        return value
    from .. import tensor

    return tensor(float(value))


_bridge.senders[Native] = lambda optimizer: optimizer._js


def make_classes() -> dict[str, type[Optimizer]]:
    """The classes of the library's optimizers, by their names."""
    classes: dict[str, type[Optimizer]] = {}
    for name, made in js.optimizers():
        cls = type(name, (WithClosure if name == "LBFGS" else Native,), {})
        cls.__module__ = "torch.optim"
        cls.__doc__ = f"optim.{name}, as PyTorch's; the reference of the library lists it under the same name."
        cls._made = made
        # PyTorch's SGD has its momentum alone.
        cls._counts = name != "SGD"
        classes[name] = cls
    return classes
