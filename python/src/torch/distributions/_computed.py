"""Distributions whose formulas and draws are the library's: objects of Python with parameters of their own."""

from __future__ import annotations

import inspect
from typing import Any

import _lamplight_doors as js
import torch

from .. import _bridge, _none
from .._bridge import JsException, receive, translated
from .._names import camel
from .distribution import Distribution

_SPACE = "torch.distributions"


class Computed(Distribution):
    """A distribution that the library computes, from the attributes that are its parameters at that time."""

    # The parameters, in the order of the constructor; of those behind a bar one is given: `total_count | probs logits`.
    _order = ""
    # The library's object, and the parameters that it was made of.
    _object: Any = None
    _made_of: tuple[Any, ...] = ()
    # Which parameters were given.
    _given: tuple[str, ...] = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "_order" in vars(cls):
            cls.__init__ = _constructor(cls)  # type: ignore[method-assign]

    def _take(self, made: Any, given: dict[str, Any]) -> None:
        """Has the library's object of these parameters be this one's."""
        own = self.__dict__
        own["_batch_shape"], own["_event_shape"] = (torch.Size(receive(_bridge.js.get(made, name))) for name in ("batchShape", "eventShape"))
        for name, value in given.items():
            held = receive(_bridge.js.get(made, camel(name)))
            setattr(self, name, value if held is None else held)
        own["_given"] = tuple(given)
        own["_object"], own["_made_of"] = made, tuple(getattr(self, name) for name in given)

    @property
    def _handle(self) -> Any:
        """The library's object of the present parameters."""
        values = tuple(getattr(self, name) for name in self._given)
        if self._object is None or any(a is not b for a, b in zip(values, self._made_of)):
            made = _made(type(self), dict(zip(self._given, values)), False)
            self.__dict__.update(_object=made, _made_of=values)
        return self._object

    def _run(self, name: str, *args: Any) -> Any:
        try:
            return _bridge.call(js.method(self._handle, name), args, {}, name, self)
        except ValueError as error:
            raise _lacking(error) from None

    def _read(self, name: str) -> Any:
        try:
            return receive(_bridge.js.get(self._handle, name), name, self)
        except JsException as error:
            raise _lacking(translated(error)) from None

    def __getattr__(self, name: str) -> Any:
        above = getattr(super(), "__getattr__", None)
        if above is not None:
            try:
                return above(name)
            except AttributeError:
                pass
        if not name.startswith("_") and self._given and name not in self._given and js.kind(self._handle, camel(name)) == "value":
            return self._read(camel(name))
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_object", "_made_of")}

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = self._get_checked_instance(_owner(type(self)), _instance)
        made = self._run("expand", list(batch_shape))
        new._take(made, {name: getattr(self, name) for name in self._given})
        new._validate_args = self._validate_args
        return new

    @property
    def mean(self) -> Any:
        return self._read("mean")

    @property
    def mode(self) -> Any:
        return self._read("mode")

    @property
    def variance(self) -> Any:
        return self._read("variance")

    @property
    def stddev(self) -> Any:
        return self._read("stddev")

    def sample(self, sample_shape: Any = torch.Size()) -> Any:
        return self._run("sample", list(sample_shape))

    def rsample(self, sample_shape: Any = torch.Size()) -> Any:
        return self._run("rsample", list(sample_shape))

    def log_prob(self, value: Any) -> Any:
        return self._run("logProb", value)

    def cdf(self, value: Any) -> Any:
        return self._run("cdf", value)

    def icdf(self, value: Any) -> Any:
        return self._run("icdf", value)

    def entropy(self) -> Any:
        return self._run("entropy")

    def enumerate_support(self, expand: bool = True) -> Any:
        return self._run("enumerateSupport", expand)

    def __repr__(self) -> str:
        text = js.text(self._handle)
        return type(self).__name__ + text[text.index("(") :]


def _owner(cls: type) -> type:
    """The class of these that is the library's."""
    return next(each for each in cls.__mro__ if "_order" in vars(each))


def _made(cls: type, named: dict[str, Any], checks: bool) -> Any:
    found = _bridge.js.find(_SPACE, _owner(cls).__name__)[1]
    return _none.call(js.maker(found), (), {**named, "validate_args": checks}, cls.__name__)


def _lacking(error: Exception) -> Exception:
    """What PyTorch raises where the library says that a distribution lacks a member."""
    return NotImplementedError(str(error)) if "is not defined for this distribution" in str(error) else error


def _constructor(cls: type[Computed]) -> Any:
    before, _, either = cls._order.partition("|")
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter("self", kind)]
    for one in before.split():
        name, _, default = one.partition("=")
        parameters.append(inspect.Parameter(name, kind, default=float(default) if default else inspect.Parameter.empty))
    parameters += [inspect.Parameter(name, kind, default=None) for name in (*either.split(), "validate_args")]
    signature = inspect.Signature(parameters)

    def __init__(self: Any, *args: Any, **keywords: Any) -> None:
        bound = signature.bind(self, *args, **keywords)
        bound.apply_defaults()
        named = dict(bound.arguments)
        checks = named.pop("validate_args")
        del named["self"]
        if either and sum(named[name] is not None for name in either.split()) != 1:
            raise ValueError(f"Either `{'` or `'.join(either.split())}` must be specified, but not both.")
        if checks is not None:
            self._validate_args = checks
        given = {name: value for name, value in named.items() if value is not None}
        self._take(_made(cls, given, self._validate_args), given)
        super(Distribution, self).__init__()

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__
