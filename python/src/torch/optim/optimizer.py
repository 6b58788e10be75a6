"""The base of optimizers, in Python alone: groups of parameters, their state, and how both are saved."""

from __future__ import annotations

import copy
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._tensor import Tensor
from ..autograd import no_grad
from ..utils.hooks import RemovableHandle, add_hook


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


# Hooks of all optimizers.
_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_post_hooks: OrderedDict[int, Callable] = OrderedDict()


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(optimizer, args, kwargs)` before every step of any optimizer."""
    return add_hook(_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(optimizer, args, kwargs)` after every step of any optimizer."""
    return add_hook(_post_hooks, hook)


class Optimizer:
    """Base class of optimizers; a subclass defines `step`."""

    param_groups: list[dict[str, Any]]
    state: Any
    # Whether parameters may be results of operations.
    _takes_results = False

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        self._make_hooks()
        for group in given_groups(params):
            self.add_param_group(group)

    def _make_hooks(self) -> None:
        self._optimizer_step_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
        self._optimizer_step_post_hooks: OrderedDict[int, Callable] = OrderedDict()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        step = cls.__dict__.get("step")
        if callable(step) and not getattr(step, "hooked", False):
            cls.step = _between_hooks(step)

    def __repr__(self) -> str:
        text = type(self).__name__ + " ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for key in sorted(group.keys()):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates the parameters."""
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients of all parameters; with `set_to_none=False` fills them with zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is None:
                    continue
                if set_to_none:
                    param.grad = None
                else:
                    with no_grad():
                        param.grad.zero_()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters, with options of their own where given."""
        group = self._checked_group(param_group)
        for name, default in self.defaults.items():
            if default is required and name not in group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            group.setdefault(name, default)
        self.param_groups.append(group)

    def _checked_group(self, param_group: Any) -> dict[str, Any]:
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead."
            )
        names: list[str] = []
        listed: list[Any] = []
        for param in params:
            if isinstance(param, tuple):
                names.append(param[0])
                param = param[1]
            if not isinstance(param, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(param).__name__}")
            if not (param.is_leaf or self._takes_results):
                raise ValueError("can't optimize a non-leaf Tensor")
            listed.append(param)
        known = {id(param) for group in self.param_groups for param in group["params"]}
        if len({id(param) for param in listed} | known) < len(listed) + len(known):
            raise ValueError("some parameters appear in more than one parameter group")
        return {**param_group, "params": listed, **({"param_names": names} if names else {})}

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` before every step."""
        return add_hook(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` after every step."""
        return add_hook(self._optimizer_step_post_hooks, hook)

    def state_dict(self) -> dict[str, Any]:
        """The state by the number of the parameter, and the options of each group."""
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for param in group["params"]:
                numbers.setdefault(id(param), len(numbers))
            options = {key: value for key, value in group.items() if key != "params"}
            groups.append({**options, "params": [numbers[id(param)] for param in group["params"]]})
        state = {numbers[id(key)] if isinstance(key, Tensor) else key: value for key, value in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Resumes from what `state_dict` gave."""
        saved = state_dict["param_groups"]
        self._check_groups(saved)
        params = [param for group in self.param_groups for param in group["params"]]
        numbers = [number for group in saved for number in group["params"]]
        by_number = dict(zip(numbers, params, strict=True))

        def cast(param: Any, value: Any, key: str | None = None) -> Any:
            if isinstance(value, Tensor):
                if key == "step" or not param.is_floating_point():
                    return value.clone()
                return value.to(param.dtype).clone()
            if isinstance(value, dict):
                return {name: cast(param, part, name) for name, part in value.items()}
            if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
                return type(value)(cast(param, part) for part in value)
            return value

        self.state = defaultdict(dict)
        for number, value in state_dict["state"].items():
            if number in by_number:
                self.state[by_number[number]] = cast(by_number[number], value)
            else:
                self.state[number] = value
        for group, loaded in zip(self.param_groups, saved, strict=True):
            group.update({key: copy.deepcopy(value) for key, value in loaded.items() if key != "params"})

    def _check_groups(self, saved: list[Any]) -> None:
        if len(self.param_groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(mine["params"]) != len(theirs["params"]) for mine, theirs in zip(self.param_groups, saved)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )


def given_groups(params: Any) -> list[dict[str, Any]]:
    """What an optimizer is given, as groups."""
    if isinstance(params, Tensor):
        raise TypeError(
            "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.Tensor"
        )
    listed = list(params)
    if not listed:
        raise ValueError("optimizer got an empty parameter list")
    return [dict(group) for group in listed] if isinstance(listed[0], dict) else [{"params": listed}]


def _between_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step with the hooks that are registered around it."""
    import functools

    @functools.wraps(step)
    def stepped(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if "_optimizer_step_pre_hooks" not in self.__dict__:
            return step(self, *args, **kwargs)
        for hook in (*_pre_hooks.values(), *self._optimizer_step_pre_hooks.values()):
            replaced = hook(self, args, kwargs)
            if replaced is not None:
                args, kwargs = replaced
        result = step(self, *args, **kwargs)
        for hook in (*self._optimizer_step_post_hooks.values(), *_post_hooks.values()):
            hook(self, args, kwargs)
        self._opt_called = True
        return result

    stepped.hooked = True
    return stepped
