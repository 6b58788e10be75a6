"""The library's layers as classes of Python, made of what it exports."""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any

import _lamplight_modules as js

from ... import _bridge, _none, _overrides
from ..._bridge import call, jsnull, receive, send
from ..._door import lasting
from ..._names import camel, snake, snake_figure
from ..._tensor import Tensor
from ..._types import device as torch_device
from ..._types import dtype as torch_dtype
from ...autograd import no_grad
from .. import functional
from ..parameter import UninitializedTensorMixin
from . import _calls, _link, _walk
from ._functions import replaced
from ._losses import _Loss, _WeightedLoss
from ._signatures import PARAMETERS
from .container import ModuleDict, ModuleList, Sequential
from .module import Module

# What classes of Python define for all layers, whatever the library's own have of these names.
_OWN = frozenset(dir(Module))


# Numbers that Python writes as floats where it was given floats, which JavaScript does not tell from whole numbers.
_FLOATS = re.compile(
    r"\b((?:p|eps|momentum|negative_slope|alpha|lambd|min_val|max_val|beta|threshold|value|margin|lower|upper)=-?\d+)"
    r"(?=,|$)"
)
# Classes whose results have a name for each figure; the keys of others are the user's own.
_OF_FIGURES = frozenset({"MeanAveragePrecision"})
_OF_CHILDREN = re.compile(r"\b(p=\d+)(?=,|$)")


# Arguments that are true or false, for which programs give layers 1 and 0 as well.
_FLAGS = frozenset(
    """
    add_bias_kv add_zero_attn affine batch_first bias bidirectional ceil_mode count_include_pad elementwise_affine
    inplace norm_first return_indices track_running_stats
    """.split()
)

# Arguments of Hardtanh, by their names in early versions.
_RENAMED = {"max_value": "max_val", "min_value": "min_val"}


def _has_own(cls: Any, method: str) -> bool:
    """Whether a class has a method of its own in the place of the library's."""
    native = _link.classes.get(cls._name)
    return native is not cls and getattr(cls, method, None) is not getattr(native, method, None)


def _is_factory_argument(value: Any) -> bool:
    return value is None or isinstance(value, torch_device | torch_dtype | str)


class Layer(Module):
    """A module that the library computes; its parameters and buffers are the library's own."""

    _made: Any = None
    _name = "Layer"
    # The method that draws the parameters, which the constructor calls; a subclass may have its own.
    _reset: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Other classes of Python that it is one of are made by what the library says.
        Module.__init__(self)
        if args:
            args, kwargs = _bridge.by_name(_places(type(self)._name), args, kwargs)
        if "size_average" in kwargs or "reduce" in kwargs:
            kwargs = _bridge.with_reduction(kwargs)
        for key in kwargs.keys() & _RENAMED.keys():
            told = f"keyword argument `{key}` is deprecated and renamed to `{_RENAMED[key]}`"
            warnings.warn(told, FutureWarning, stacklevel=2)
            kwargs[_RENAMED[key]] = kwargs.pop(key)
        for key in kwargs.keys() & _FLAGS:
            if type(kwargs[key]) is int:
                kwargs[key] = bool(kwargs[key])
        self.__dict__["_made_with"] = (type(self), args, dict(kwargs))
        kwargs.pop("device", None)
        dtype = kwargs.pop("dtype", None)
        if any(isinstance(value, float) and value.is_integer() for value in (*args, *kwargs.values())):
            self.__dict__["_says_floats"] = True
        proxies: list[Any] = []
        args, kwargs = lasting(args, proxies), lasting(kwargs, proxies)
        if proxies:
            # A copy calls the same functions.
            self.__dict__["_kept"] = _bridge.Proxies(proxies)
        cls, name = type(self), type(self)._name
        if cls._made is None:
            raise TypeError(f"{cls.__name__}: expected one of the layers that extend it, since it computes nothing itself")
        resets = cls._reset is not None and _has_own(cls, cls._reset)
        maker = js.maker(cls._made, resets)
        try:
            made = _none.call(maker, args, kwargs, name)
        except TypeError:
            # PyTorch's layers end with a device and a dtype, which may stand by place as well.
            count = next((n for n in (2, 1) if len(args) > n and all(map(_is_factory_argument, args[-n:]))), 0)
            if count == 0:
                raise
            made = _none.call(maker, args[:-count], kwargs, name)
            dtype = next((arg for arg in args[-count:] if isinstance(arg, torch_dtype)), dtype)
        _link.fill(self, made)
        if resets:
            getattr(self, cls._reset)()
        elif _has_own(cls, "reset_running_stats"):
            self.reset_running_stats()
        if dtype is not None:
            self.to(dtype)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "_conv_forward" in vars(cls) and cls.forward is Layer.forward:
            cls.forward = _forward_of_conv

    @classmethod
    def _native_forward(cls) -> Any:
        return Layer.forward

    @property
    def training(self) -> bool:  # type: ignore[override]
        """Whether the module is in training mode."""
        own = self.__dict__
        return own["_js"].training if "_js" in own else own["training"]

    @training.setter
    def training(self, mode: bool) -> None:
        self.__dict__["_js"].training = mode

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the library computes."""
        own, name = self.__dict__, type(self).__name__
        if functional._replaced and (other := replaced(self)) is not None:
            return other(*args, **kwargs)
        if _walk.given or _calls.has_hooks_of_all():
            way = _walk.way_of(self)
            if way is not None:
                return way(self, *args, **kwargs)
        # Hooks stand with the library where that calls the module.
        bound = own["_call_js"] if "_inside" not in own else js.methodOf(own["_js"], "forward")
        try:
            result = call(bound, args, kwargs, name)
        except _overrides.Overridden:

            def layer(*args: Any, **kwargs: Any) -> Any:
                return call(bound, args, kwargs, name)

            result = _overrides.dispatched(layer, args, kwargs)
        if type(self)._is_lazy:
            self._settle()
        if type(result) is dict:
            # Losses of detectors; other keys are the names of layers.
            return {snake(key) if key.startswith("loss") else key: value for key, value in result.items()}
        return result

    def __setstate__(self, state: dict) -> None:
        from ._pickle import restore

        restore(self, state)

    _is_lazy = False

    def _settle(self) -> None:
        """Once a lazy layer has seen an input, it is one of the class that it stands for."""
        for tensor in (*self._parameters.values(), *self._buffers.values()):
            if isinstance(tensor, UninitializedTensorMixin) and not js.isUninitialized(tensor._js):
                tensor.__class__ = tensor._cls_to_become
        name = js.className(self.__dict__["_js"])
        if name != type(self)._name and type(self) is _link.classes.get(type(self)._name):
            self.__class__ = _link.classes[name]

    def extra_repr(self) -> str:
        """The text between the brackets of the printed module."""
        own = self.__dict__
        text = own["_js"].extraRepr()
        whole = _FLOATS if "_says_floats" in own else _OF_CHILDREN if "_inside" in own else None
        return whole.sub(r"\1.0", text) if whole else text

    def _optional_state(self) -> set[str]:
        return self.__dict__["_optional"]

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for table in ("_parameters", "_buffers", "_modules"):
            if table in own and name in own[table]:
                return own[table][name]
        if "_js" in own and not name.startswith("__") and (name != "reset_parameters" or self._reset in (None, name)):
            for spelt in dict.fromkeys((camel(name), name)):
                if js.has(own["_js"], spelt):
                    return self._member(spelt, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _member(self, spelt: str, name: str) -> Any:
        handle = self.__dict__["_js"]
        if js.isMethod(handle, spelt):
            bound = js.methodOf(handle, spelt)

            def method(*args: Any, **kwargs: Any) -> Any:
                result = call(bound, args, kwargs, name, self)
                if type(result) is dict and type(self)._name in _OF_FIGURES:
                    return {snake_figure(key): value for key, value in result.items()}
                return result

            method.__name__ = name
            return method
        return receive(_bridge.js.get(handle, spelt), name)

    def _take_out(self, name: str) -> None:
        own = self.__dict__
        if "_js" in own and name in own["_properties"]:
            own.setdefault("_places", {})[name] = own["_properties"][name]
        super()._take_out(name)

    def __delattr__(self, name: str) -> None:
        own = self.__dict__
        if name in own.get("_places", ()) and name in own:
            js.remove(own["_js"], own["_places"][name])
        super().__delattr__(name)

    def _put_attribute(self, name: str, value: Any) -> None:
        own = self.__dict__
        if name in own.get("_places", ()):
            # A tensor that is computed stands where a parameter did.
            object.__setattr__(self, name, value)
            if isinstance(value, Tensor) and name in own:
                _link.checked(js.swap, own["_js"], own["_places"][name], value._js)
            return
        if "_js" in own and name not in _OWN and name not in own:
            for spelt in dict.fromkeys((camel(name), name)):
                if js.hasField(own["_js"], spelt):
                    _bridge.js.set(own["_js"], spelt, jsnull if value is None else send(value))
                    return
        object.__setattr__(self, name, value)


_CONTAINERS = {
    "Sequential": Sequential,
    "ModuleList": ModuleList,
    "ModuleDict": ModuleDict,
}
# Written in Python, as they are of no tensor's.
_PYTHON = {*_CONTAINERS, "ParameterList", "ParameterDict", "Module"}


# Classes in which PyTorch has the method under a name that begins with an underscore.
_PRIVATE_RESET = frozenset({"MultiheadAttention", "Transformer"})


def _method(name: str, spelt: str) -> Any:
    def method(self: Layer, *args: Any, **kwargs: Any) -> Any:
        return self._member(spelt, name)(*args, **kwargs)

    method.__name__ = name
    return method


_CONVOLUTIONS = frozenset({"Conv1d", "Conv2d", "Conv3d"})
_RECURRENT = frozenset({"GRU", "LSTM", "RNN"})


def _conv_forward(self: Layer, input: Any, weight: Any, bias: Any) -> Any:
    """The convolution with a weight and a bias that may be others than the layer's; a subclass may have its own."""
    from .. import functional

    convolve = getattr(functional, f"conv{len(self.kernel_size)}d")
    if self.padding_mode == "zeros":
        return convolve(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)
    if isinstance(self.padding, str):
        spans = [(k - 1) * d if self.padding == "same" else 0 for k, d in zip(self.kernel_size, self.dilation)]
        sides = [(span // 2, span - span // 2) for span in spans]
    else:
        sides = [(pad, pad) for pad in self.padding]
    padded = functional.pad(input, [one for pair in reversed(sides) for one in pair], mode=self.padding_mode)
    return convolve(padded, weight, bias, self.stride, 0, self.dilation, self.groups)


def _forward_of_conv(self: Layer, input: Any) -> Any:
    """The convolution, by a subclass's way."""
    return self._conv_forward(input, self.weight, self.bias)


def _fill_padding_idx_with_zero(self: Layer) -> None:
    """Sets the row of `padding_idx` to zero, where there is one."""
    if self.padding_idx is not None:
        with no_grad():
            self.weight[self.padding_idx].fill_(0)


def _flatten_parameters(self: Layer) -> None:
    """Changes nothing: parameters lie as the library reads them."""


def _all_weights(self: Layer) -> list[list[Any]]:
    """The weights of each layer and direction: parameters, or what a mask or a parametrization has made of them."""
    ways = ("", "_reverse") if self.bidirectional else ("",)
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    names = [[f"{kind}_l{i}{way}" for kind in kinds] for i in range(self.num_layers) for way in ways]
    return [[getattr(self, name) for name in row if hasattr(self, name)] for row in names]


def _has_uninitialized_params(self: Layer) -> bool:
    """Whether a parameter or buffer still waits for its shape."""
    return any(isinstance(one, UninitializedTensorMixin) for one in (*self._parameters.values(), *self._buffers.values()))


# Classes of PyTorch's that the library has none of: programs ask whether a module is one. Each with the names of its own.
_FAMILIES = {
    "_BatchNorm": r"(Lazy)?BatchNorm\dd|SyncBatchNorm",
    "_InstanceNorm": r"(Lazy)?InstanceNorm\dd",
    "_ConvTransposeNd": r"(Lazy)?ConvTranspose\dd",
    "_ConvNd": r"(Lazy)?Conv\dd",
    "_WeightedLoss": r"NLLLoss|BCELoss|CrossEntropyLoss|MultiLabelSoftMarginLoss|MultiMarginLoss",
    "_Loss": r"\w+Loss",
    "_DropoutNd": r"(Feature)?(Alpha)?Dropout\d?d?",
    "RNNBase": r"RNN|GRU|LSTM",
    "RNNCellBase": r"(RNN|GRU|LSTM)Cell",
}


def _family(name: str) -> type[Module] | None:
    """The class of a family of layers, which is made with its first."""
    found = next((family for family, members in _FAMILIES.items() if re.fullmatch(members, name)), None)
    if found is None:
        return None
    if found not in families:
        bases = (_family("Conv1d"),) if found == "_ConvTransposeNd" else (Layer,)
        families[found] = type(found, bases, {"__module__": "torch.nn.modules", "__doc__": f"What layers such as {name} are."})
    return families[found]


# Those that programs may extend, too, are written in Python.
families: dict[str, type[Module]] = {"_Loss": _Loss, "_WeightedLoss": _WeightedLoss}


@functools.cache
def _parameters() -> dict[str, str]:
    """By layer: its parameters in PyTorch."""
    return {name: text for name, _, text in (line.partition(" ") for line in PARAMETERS.split("\n")) if name}


@functools.cache
def _places(layer: str) -> tuple[str, ...]:
    """The names of a layer's parameters in PyTorch, in their order."""
    return tuple(each.partition("=")[0] for each in _parameters().get(layer, "").split())


class _Signature(inspect.Signature):
    """The signature of a line of the table, which is read when it is asked for."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        self._return_annotation = inspect.Signature.empty

    def _read(self) -> inspect.Signature:
        return inspect.signature(eval(f"lambda self, {', '.join(self._text.split())}: None"))

    @property
    def parameters(self) -> Any:
        return self._read().parameters

    def replace(self, **keywords: Any) -> inspect.Signature:
        return self._read().replace(**keywords)


def _constructor(text: str) -> Callable[..., None]:
    """`Layer.__init__` with a signature."""
    own = Layer.__init__
    made = FunctionType(own.__code__, own.__globals__, own.__name__)
    made.__signature__ = _Signature(text)  # type: ignore[attr-defined]
    return made


def make(name: str, made: Any, bases: Any, module: str) -> type[Module]:
    """The class for one of the library's; `bases` are classes of Python, or names of some."""
    known = [base if isinstance(base, type) else _link.classes.get(base) for base in bases]
    base = next((one for one in known if one is not None and one is not Module), None) or _family(name) or Layer
    cls = _link.classes[name] = type(name, (base,) if issubclass(base, Layer) else (Layer, base), {})
    cls.__module__ = module
    cls.__doc__ = f"nn.{name}, as PyTorch's; the reference of the library lists it under the same name."
    cls._made = made
    cls._name = name
    cls._is_lazy = name.startswith("Lazy")
    for spelt in js.methodNames(made) if made is not None else ():
        known = "_reset_parameters" if spelt == "resetParameters" and name in _PRIVATE_RESET else snake(spelt)
        if known not in _OWN and known != "forward":
            setattr(cls, known, _method(known, spelt))
        if spelt == "resetParameters":
            cls._reset = known
    if module == "torch.nn" and name in _parameters():
        cls.__init__ = _constructor(_parameters()[name])  # type: ignore[method-assign]
    if name in _RECURRENT:
        cls.flatten_parameters = _flatten_parameters
        cls.all_weights = property(_all_weights)
        cls._flat_weights = property(lambda self: sum(self.all_weights, []))
    if name in _CONVOLUTIONS:
        cls._conv_forward = _conv_forward
    if name.startswith(("InstanceNorm", "LazyInstanceNorm")):
        cls._get_no_batch_dim = _get_no_batch_dim
    if name in ("Embedding", "EmbeddingBag"):
        cls._fill_padding_idx_with_zero = _fill_padding_idx_with_zero
    if cls._is_lazy:
        cls.has_uninitialized_params = _has_uninitialized_params
    for spelt, bound in js.statics(made) if made is not None else ():
        setattr(cls, snake(spelt), staticmethod(_bridge.function(bound, snake(spelt), module)))
    return cls


def _get_no_batch_dim(self: Layer) -> int:
    """The dimensions of an input without a batch."""
    return int(type(self).__name__[-2]) + 1


def make_classes(exports: Any, module: str) -> dict[str, type[Module]]:
    """The classes of what the library exports, by their names; those that others extend first."""
    found = {name: (made, list(bases)) for name, made, bases in exports if name not in _PYTHON}

    def made_of(name: str) -> type[Module]:
        if name not in _link.classes:
            made, bases = found[name]
            for base in bases:
                if base in found:
                    made_of(base)
            make(name, made, bases, module)
        return _link.classes[name]

    return {name: made_of(name) for name in found}


def _unnamed(name: str, bases: list[str]) -> type[Module]:
    return make(name, None, bases, "torch.nn")


_link.classes.update(_CONTAINERS)
_link.makers.append(_unnamed)

__all__ = ["Layer", "make", "make_classes"]
