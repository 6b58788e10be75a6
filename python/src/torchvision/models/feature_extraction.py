"""`torchvision.models.feature_extraction`: the nodes of a network by their names, and networks that return some of them.

A network is not traced with symbols: its nodes are found in a call that computes nothing. `get_graph_node_names` makes up an input for it, by the first
layers that have weights; where no such input fits, `concrete_args={'x': example}` gives one. Names are torchvision's, but for two things: what a program takes
out of a list within a list, as in `out, (h, c) = lstm(x)`, is no node, and of `tracer_kwargs` only `leaf_modules` counts.
"""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import _door, nn
from torch._types import Size
from torch.nn.modules import _walk

from . import create_feature_extractor as _extractor
from . import get_graph_node_names as _names

__all__ = ["create_feature_extractor", "get_graph_node_names"]

_note, _enter, _pause, _resume = (_door.attribute(__name__, name, {}) for name in ("note", "enter", "pause", "resume"))

# Sides of pictures that networks are made for, and lengths of sequences.
_SIDES = (224, 32, 28, 299, 64, 96, 128, 256, 48, 16, 8, 4, 512, 227, 112, 100, 150, 84, 56, 40, 50, 20, 24, 12, 10, 160, 192, 384)
_LENGTHS = (16, 28, 32, 64, 128, 256, 512, 1024, 5, 10, 20, 50, 100)
# Kinds of layers that an input is made for.
_KINDS = 4
# Operators of Python, by what a node of them is called.
_OPERATORS = {
    **{name: name for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "invert")},
    **{"and": "and_", "or": "or_", "xor": "xor"},
}


def _is_of_cell(frame: Any) -> bool:
    """Whether a function that asks a tensor for its sizes is of no package that stands in for PyTorch's."""
    return frame.f_globals.get("__name__", "").partition(".")[0] not in ("torch", "torchvision")


class _Whole(int):
    """A size, with which a network reckons: each step is a node."""


class _Real(float):
    """What a division of sizes gives."""


def _plain(value: Any) -> Any:
    return int(value) if type(value) is _Whole else float(value) if type(value) is _Real else value


def _number(value: Any) -> Any:
    return _Whole(value) if type(value) is int else _Real(value) if type(value) is float else value


def _reckoning(name: str, own: Any) -> Any:
    def step(self: Any, other: Any) -> Any:
        result = own(_plain(self), _plain(other))
        if result is NotImplemented:
            return result
        _note(name)
        return _number(result)

    return step


for _name in ("add", "sub", "mul", "floordiv", "truediv", "mod", "pow"):
    for _dunder in (f"__{_name}__", f"__r{_name}__"):
        setattr(_Whole, _dunder, _reckoning(_name, lambda a, b, dunder=_dunder: getattr(a, dunder)(b)))
        setattr(_Real, _dunder, _reckoning(_name, lambda a, b, dunder=_dunder: getattr(a, dunder)(b)))


class _Shape(Size):
    """Sizes of which each that is taken is a node."""

    __slots__ = ()

    def __getitem__(self, at: Any) -> Any:
        found = tuple.__getitem__(self, at)
        if _is_of_cell(sys._getframe(1)):
            _note("getitem")
            return _Shape(found) if isinstance(at, slice) else _Whole(found)
        return Size(found) if isinstance(at, slice) else found

    def __iter__(self) -> Iterator[int]:
        if not _is_of_cell(sys._getframe(1)):
            return tuple.__iter__(self)
        return (self._part(at) for at in range(len(self)))

    def _part(self, at: int) -> int:
        _note("getitem")
        return _Whole(tuple.__getitem__(self, at))


def _said(value: Any) -> Any:
    return _Shape(value) if isinstance(value, Size) else _number(value)


def _noted(name: str, own: Any) -> Any:
    """An attribute or a method of tensors that tells of itself."""

    def method(self: Any, *args: Any, **options: Any) -> Any:
        found = own(self, *args, **options)
        if not _is_of_cell(sys._getframe(1)):
            return found
        _note(name)
        return _said(found)

    return method


def _as_one(name: str, own: Any) -> Any:
    """An operator as one node, whatever it is computed by."""

    def operator(self: Any, *others: Any) -> Any:
        if not _is_of_cell(sys._getframe(1)):
            return own(self, *others)
        others = tuple([_plain(other) for other in others])
        before, result = _pause(), None
        try:
            result = own(self, *others)
        finally:
            tensor = isinstance(result, torch.Tensor)
            _resume(before, name, [each for each in (self, *others) if isinstance(each, torch.Tensor)], result if tensor else None)
        return result

    return operator


def _members() -> dict[str, Any]:
    """What tensors have while nodes are named, in place of their own."""
    own = vars(torch.Tensor)
    made: dict[str, Any] = {}
    for name in ("shape", "dtype", "device", "ndim"):
        if isinstance(own.get(name), property):
            made[name] = property(_noted("getattr", own[name].fget), own[name].fset)
    for name in ("size", "dim"):
        if name in own:
            made[name] = _noted(name, own[name])
    for name, node in _OPERATORS.items():
        for dunder in (f"__{name}__", f"__r{name}__", f"__i{name}__"):
            if dunder in own:
                made[dunder] = _as_one(node, own[dunder])
    return made


def _is_leaf(module: nn.Module) -> bool:
    """Whether the library itself knows where it is in the module."""
    return type(module).__module__.startswith("torch.nn") and not isinstance(module, nn.Sequential)


@contextmanager
def _telling(model: nn.Module) -> Iterator[None]:
    """Has modules of Python say where they are, and tensors what Python asks of them."""
    paths = {id(module): path for path, module in reversed([*model.named_modules()]) if path and not _is_leaf(module)}
    call = nn.Module.__call__

    def called(self: nn.Module, *args: Any, **options: Any) -> Any:
        path = paths.get(id(self))
        before = None if path is None else _enter(path)
        try:
            return call(self, *args, **options)
        finally:
            if before is not None:
                _enter(before)

    own = vars(torch.Tensor)
    members = _members()
    kept = {name: own[name] for name in members}
    nn.Module.__call__ = called  # type: ignore[method-assign]
    try:
        for name, member in members.items():
            setattr(torch.Tensor, name, member)
        with _walk.unwatched():
            yield
    finally:
        for name, member in kept.items():
            setattr(torch.Tensor, name, member)
        if "__call__" in vars(nn.Module):
            del nn.Module.__call__


def _inputs_of(module: nn.Module) -> Iterator[torch.Tensor]:
    """What a layer that has weights takes."""
    if isinstance(module, nn.modules.conv._ConvNd):
        dimensions, channels = len(module.kernel_size), module.in_channels
        if dimensions == 3:
            yield from (torch.zeros(2, channels, 16, side, side) for side in (112, 32))
        elif dimensions == 2:
            yield from (torch.zeros(2, channels, side, side) for side in _SIDES)
        else:
            yield from (torch.zeros(2, channels, length) for length in _LENGTHS)
    elif isinstance(module, nn.Linear):
        yield torch.zeros(2, module.in_features)
        # Pictures whose pixels are laid out in a row.
        for channels in (1, 3):
            side = round((module.in_features / channels) ** 0.5)
            if channels * side * side == module.in_features:
                yield torch.zeros(2, channels, side, side)
        yield from (torch.zeros(2, length, module.in_features) for length in _LENGTHS)
    elif isinstance(module, nn.Embedding):
        yield from (torch.zeros(2, length, dtype=torch.int64) for length in _LENGTHS)
    elif isinstance(module, nn.RNNBase):
        yield from (torch.zeros(2, length, module.input_size) for length in _LENGTHS)


def _kind_of(module: nn.Module) -> Any:
    size = next((getattr(module, name) for name in ("in_channels", "in_features", "input_size") if hasattr(module, name)), None)
    return type(module), size


def _inputs(model: nn.Module) -> Iterator[torch.Tensor]:
    """What the first layers take: of each kind one after the other."""
    firsts = {}
    for module in model.modules():
        if isinstance(module, (nn.modules.conv._ConvNd, nn.Linear, nn.Embedding, nn.RNNBase)):
            firsts.setdefault(_kind_of(module), module)
    rows = [_inputs_of(module) for module in [*firsts.values()][:_KINDS]]
    if not rows:
        rows = [(torch.zeros(2, 3, side, side) for side in _SIDES)]
    while rows:
        for row in [*rows]:
            found = next(row, None)
            if found is None:
                rows.remove(row)
            else:
                yield found


def _parameters(model: nn.Module) -> list[inspect.Parameter]:
    """What a network takes by place."""
    known = inspect.signature(model.forward).parameters.values()
    return [each for each in known if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]


def _arguments(model: nn.Module, concrete: dict[str, Any] | None) -> Iterator[list[Any]]:
    """Lists of arguments that a network may take."""
    given = concrete or {}
    places = _parameters(model)
    needed = [each.name for each in places if each.default is each.empty or each.name in given] or [each.name for each in places[:1]]
    if given and not set(needed) - set(given):
        yield [given[name] for name in needed]
        return
    for example in _inputs(model):
        yield [given.get(name, example) for name in needed] or [example]


def _with_inputs(nodes: list[str], model: nn.Module, count: int) -> list[str]:
    """The nodes behind those of the inputs, which are called as in Python."""
    places = _parameters(model)
    return [*(each.name for each in places), *nodes[count:]] if places else nodes


def _without_insides(nodes: list[str], model: nn.Module, kinds: Any) -> list[str]:
    """The nodes of modules that count as one node each: each stands for what lies in it."""
    leaves = [path for path, module in model.named_modules() if path and isinstance(module, tuple(kinds))]
    found: list[str] = []
    for node in nodes:
        leaf = next((path for path in leaves if node.startswith(f"{path}.")), node)
        if leaf == node or found[-1:] != [leaf]:
            found.append(leaf)
    return found


def _node_names(model: nn.Module, tracing: dict[str, Any] | None, concrete: dict[str, Any] | None) -> tuple[list[str], list[str]]:
    was, first = model.training, None
    for arguments in _arguments(model, concrete):
        try:
            with _telling(model):
                train, evaluation = _names(model, arguments, suppress_diff_warning=True)
            break
        except Exception as error:
            first = first or error
        finally:
            model.train(was)
    else:
        raise ValueError(
            f"get_graph_node_names: found no input that {type(model).__name__} takes, and the first that was tried ended in: {first}; give one by the name of "
            "its parameter, as in get_graph_node_names(model, concrete_args={'x': torch.rand(1, 3, 64, 64)})"
        ) from first
    kinds = (tracing or {}).get("leaf_modules")
    lists = _with_inputs([*train], model, len(arguments)), _with_inputs([*evaluation], model, len(arguments))
    return tuple(_without_insides(nodes, model, kinds) for nodes in lists) if kinds else lists  # type: ignore[return-value]


def _is_part(nodes: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(any(node == other for other in rest) for node in nodes)


def _tell_difference(train: list[str], evaluation: list[str]) -> None:
    if train == evaluation:
        return
    if _is_part(evaluation, train):
        message = "NOTE: The nodes obtained by tracing the model in eval mode are a subsequence of those obtained in train mode. "
    elif _is_part(train, evaluation):
        message = "NOTE: The nodes obtained by tracing the model in train mode are a subsequence of those obtained in eval mode. "
    else:
        message = "The nodes obtained by tracing the model in train mode are different to those obtained in eval mode. "
    more = "When choosing nodes for feature extraction, you may need to specify output nodes for train and eval mode separately."
    warnings.warn(message + more, stacklevel=3)


def get_graph_node_names(
    model: nn.Module,
    tracer_kwargs: dict[str, Any] | None = None,
    suppress_diff_warning: bool = False,
    concrete_args: dict[str, Any] | None = None,
) -> tuple[list[str], list[str]]:
    """
    The names of a network's nodes in training and in evaluation, in the order in which they are computed. Of `tracer_kwargs` only `leaf_modules` counts;
    `concrete_args` gives inputs by the names of their parameters, tensors among them.
    """
    train, evaluation = _node_names(model, tracer_kwargs, concrete_args)
    if not suppress_diff_warning:
        _tell_difference(train, evaluation)
    return train, evaluation


@functools.cache
def _class(made: type) -> type:
    """The class of extractors: they know whether the network is written in Python, and give it their mode."""

    def call(self: Any, *args: Any, **options: Any) -> Any:
        model = self.__dict__["_of"]
        if all(_is_leaf(module) or isinstance(module, nn.Sequential) for module in model.modules()):
            return made.__call__(self, *args, **options)
        with _telling(model):
            return made.__call__(self, *args, **options)

    def train(self: Any, mode: bool = True) -> Any:
        self.__dict__["_of"].training = mode
        return made.train(self, mode)

    return type(made.__name__, (made,), {"__call__": call, "train": train, "__module__": __name__})


def _by_name(nodes: Any) -> dict[str, str]:
    if isinstance(nodes, dict):
        return {str(name): str(key) for name, key in nodes.items()}
    return {str(name): str(name) for name in nodes}


def create_feature_extractor(
    model: nn.Module,
    return_nodes: list[str] | dict[str, str] | None = None,
    train_return_nodes: list[str] | dict[str, str] | None = None,
    eval_return_nodes: list[str] | dict[str, str] | None = None,
    tracer_kwargs: dict[str, Any] | None = None,
    suppress_diff_warning: bool = False,
    concrete_args: dict[str, Any] | None = None,
) -> nn.Module:
    """
    A network that returns the nodes with these names in a dictionary, under the names or under keys of your own. It shares the modules of `model`, and
    keeps those behind the last of the nodes, too, which it does not compute.
    """
    if return_nodes is None and train_return_nodes is None and eval_return_nodes is None:
        raise ValueError("Either `return_nodes` or `train_return_nodes` and `eval_return_nodes` together, should be specified")
    if (train_return_nodes is None) != (eval_return_nodes is None):
        raise ValueError("If any of `train_return_nodes` and `eval_return_nodes` are specified, then both should be specified")
    if return_nodes is not None and train_return_nodes is not None:
        raise ValueError("If `train_return_nodes` and `eval_return_nodes` are specified, then both should be specified")
    if return_nodes is not None:
        train_return_nodes = eval_return_nodes = return_nodes
    made = _extractor(model, train_return_nodes=_by_name(train_return_nodes), eval_return_nodes=_by_name(eval_return_nodes))
    made.__dict__["_of"] = model
    made.__class__ = _class(type(made))
    return made
