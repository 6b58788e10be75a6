"""The way between Python and the library: arguments there, results back, errors as exceptions."""

from __future__ import annotations

import importlib
import os
import sys
import signal
import time
import warnings
from collections import namedtuple
from enum import Enum
from typing import Any, Callable

try:
    import _lamplight as js
except ModuleNotFoundError:
    raise ImportError(
        "torch: expected Lamplight's JavaScript in this page, but it has not been loaded; call loadPython of lamplight/python, "
        "or in a notebook of Pyodide's: door = await run_js(\"import('…/lamplight/dist/browser/python.js')\"); "
        "await door.loadPython(pyodide=pyodide_js)"
    ) from None
from pyodide.ffi import JsException, JsProxy, can_run_sync, create_proxy, jsnull, run_sync, to_js

from . import _absent
from ._errors import known_again, spelt, translated, worded
from ._names import EXCEPTIONS, IGNORED, KEYWORDS, NUMBER_FIRST, PLACES_OF_LOSSES, PROMOTING, SHARED, camel, is_pythonic, snake

_from_entries = None
_PLAIN = frozenset({int, float, str, bool, type(None)})

# How Python's types are sent: by type, a function of the value. `_tensor` and `_types` add theirs.
senders: dict[type, Callable[[Any], Any]] = {}
# What makes Python's objects of tensors, parameters, and instances by the name of their class; filled by the modules that know them.
makers: dict[str, Callable[[Any], Any]] = {}
# Proxies of Python functions that were lent to calls under way.
_lent: list[Any] = []


def entries_to_object(pairs: Any) -> Any:
    """An object of JavaScript with these keys and values."""
    global _from_entries
    if _from_entries is None:
        from js import Object

        _from_entries = Object.fromEntries
    return _from_entries(pairs)


def send(value: Any) -> Any:
    """A value as the library takes it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    sender = senders.get(kind)
    if sender is not None:
        return sender(value)
    if isinstance(value, JsProxy):
        return value
    for base in kind.__mro__:
        sender = senders.get(base)
        if sender is not None:
            senders[kind] = sender
            return sender(value)
    if hasattr(value, "_js"):
        return value._js
    if hasattr(kind, "__torch_function__"):
        raise _overridden(value)
    if hasattr(kind, "__array__") or hasattr(kind, "__array_interface__"):
        return value.item() if getattr(value, "ndim", 1) == 0 else send(_from_array(value))
    if hasattr(kind, "__index__"):
        return value.__index__()
    if hasattr(kind, "__float__"):
        return float(value)
    if callable(value):
        return lend(value)
    raise TypeError(f"expected a value that PyTorch takes, but got {kind.__name__}")


def _overridden(value: Any) -> Exception:
    from ._overrides import Overridden

    return Overridden(f"expected a value that PyTorch takes, but got {type(value).__name__}")


def _from_array(value: Any) -> Any:
    from ._creation import as_tensor

    if hasattr(value, "getbands"):
        return importlib.import_module("torch._pictures").of_pil(value)

    return as_tensor(value)


def _send_list(value: Any) -> Any:
    return to_js([jsnull if item is None else send(item) for item in value])


def _send_dict(value: dict[Any, Any]) -> Any:
    return to_js({key: send(item) for key, item in value.items()}, dict_converter=entries_to_object)


senders[list] = _send_list
senders[tuple] = _send_list
senders[range] = _send_list
senders[dict] = _send_dict
senders[Enum] = lambda value: value.value
senders[type(jsnull)] = lambda value: value
senders[type(Ellipsis)] = lambda _: "..."


def lent(call: Callable[..., Any]) -> Any:
    """A proxy of a Python function, whose arguments and results are converted; who asks for it destroys it."""

    def answered(*args: Any) -> Any:
        result = call(*[receive(js.seen(arg)) for arg in args])
        hand_over(result)
        return send(result)

    return create_proxy(known_again(answered))


def hand_over(result: Any) -> None:
    """Has JavaScript code hold the tensors of a result that Python is about to drop."""
    if isinstance(result, list | tuple):
        for part in result:
            hand_over(part)
    elif isinstance(result, dict):
        hand_over(list(result.values()))
    elif type(result) not in _PLAIN and isinstance(handle := getattr(result, "_js", None), TENSOR):
        js.share(handle)


def _warned(message: str) -> None:
    """Warns of what the library warns of, at the line that called this package."""
    warnings.warn(worded(spelt(message)), skip_file_prefixes=(os.path.dirname(__file__),))


def _is_calling() -> bool:
    """Whether this interpreter made the call of JavaScript's that is under way."""
    return sys._getframe().f_back is not None


js.hearWarnings(create_proxy(_is_calling), create_proxy(_warned))


def lend(call: Callable[..., Any]) -> Any:
    """The same, destroyed at the end of the call that is being prepared."""
    proxy = lent(call)
    _lent.append(proxy)
    return proxy


def give_back(mark: int) -> None:
    """Destroys the proxies that were lent since there were `mark`."""
    while len(_lent) > mark:
        _lent.pop().destroy()


class Proxies:
    """Proxies that are destroyed with the last function that needs them."""

    def __init__(self, proxies: list[Any]):
        self._proxies = proxies

    def __del__(self) -> None:
        for proxy in self._proxies:
            proxy.destroy()


class Kept:
    """A function of the library, which may call functions of Python for as long as it is there."""

    def __init__(self, function: Any, name: str, proxies: Proxies):
        self.__name__ = name
        self._function = js.bind(function)
        self._proxies = proxies

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return call(self._function, args, keywords, self.__name__)


# How many proxies had been lent before the call whose result is being received.
_before_call = 0


def _kept(result: Any, name: str, self: Any) -> Any:
    global _lent_to_result
    if _lent_to_result is None:
        _lent_to_result = Proxies(_lent[_before_call:])
        del _lent[_before_call:]
    return Kept(result[1], name, _lent_to_result)


_lent_to_result: Proxies | None = None


class _Missing:
    pass


MISSING = _Missing()
TENSOR = type(js.find("torch", "zeros")[1](0))
ARRAY = type(to_js([]))

_tuples: dict[Any, Any] = {}


def receive(result: Any, name: str = "", self: Any = None) -> Any:
    """The result of a bound function of the library, for Python."""
    kind = type(result)
    if kind is TENSOR:
        return makers["Tensor"](result)
    if kind is ARRAY:
        return _DECODERS[result[0]](result, name, self)
    return result


def _tuple(result: Any, name: str, self: Any) -> Any:
    return tuple([receive(item) for item in result][1:])


def _named(result: Any, name: str, self: Any) -> Any:
    _, names, *items = result
    fields = tuple(snake(field) for field in names)
    made = _tuples.get((name, fields))
    if made is None:
        made = type(name or "result", (namedtuple(name or "result", fields),), {"__repr__": _shown, "__slots__": ()})
        made.__module__ = "torch.return_types"
        _tuples[name, fields] = made
    return made(*[receive(item) for item in items])


def _shown(self: Any) -> str:
    parts = ",\n".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
    return f"torch.return_types.{type(self).__name__}(\n{parts})"


def _dict(result: Any, name: str, self: Any) -> Any:
    _, keys, *items = result
    return {key: receive(item) for key, item in zip(keys, items)}


def _object(result: Any, name: str, self: Any) -> Any:
    _, kind, value = result
    maker = makers.get(kind)
    return maker(value) if maker else value


def _module(result: Any, name: str, self: Any) -> Any:
    if "Module" not in makers:
        importlib.import_module("torch.nn")
    return makers["Module"](result[1])


_DECODERS: dict[str, Callable[[Any, str, Any], Any]] = {
    "self": lambda result, name, self: self,
    "tuple": _tuple,
    "named": _named,
    "dict": _dict,
    "data": lambda result, name, self: result[1],
    "promise": lambda result, name, self: receive(js.seen(wait(result[1], name)), name, self),
    "null": lambda result, name, self: None,
    "parameter": lambda result, name, self: makers.get(result[2], makers["Tensor"])(result[1]),
    "module": _module,
    "class": lambda result, name, self: result[1],
    "function": _kept,
    "object": _object,
    "missing": lambda result, name, self: MISSING,
}


# Python lets the page go on when it has run for so many seconds.
_LONG = 0.05
_breathed = time.monotonic()


# Whether tensors are made in inference mode.
is_inferring = False
# An interrupt came where no exception gets out.
interrupted = False


def interrupt_later() -> None:
    """Has the next tensor that is made raise KeyboardInterrupt."""
    global interrupted
    interrupted = True


def _on_interrupt(number: int, frame: Any) -> None:
    for _ in range(3):
        if frame is None:
            break
        if frame.f_code.co_name == "__del__":
            interrupt_later()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _on_interrupt)


def breathe() -> None:
    """Lets the page and the GPU catch up, where Python has run for long and may wait."""
    global _breathed, interrupted
    if interrupted:
        interrupted = False
        raise KeyboardInterrupt
    if time.monotonic() - _breathed > _LONG:
        if can_run_sync():
            wait(js.breathe(), "breathe")
        _breathed = time.monotonic()


# What has a form with `await`, in `torch.lamplight`.
_AWAITED = frozenset({"item", "tolist"})


def _why_not(name: str) -> str:
    """Why Python cannot wait where it is, and what to do instead."""
    form = f"write `await torch.lamplight.{name}(x)`" if name in _AWAITED else None
    if not js.canSwitch:
        why, remedy = "this browser has no stack switching (Chrome and Edge have since version 137)", "it has no form with await"
    else:
        why, remedy = "JavaScript code called it, which cannot be suspended", "do this before that call or after it"
        form = form and f"keep the tensor and read it after that call, or {form} in code that is run with await"
    return f"{name}: expected Python code that may wait, but {why}; {form or remedy}"


def wait(promise: Any, name: str) -> Any:
    """The value of a promise, for which Python's code stops while the page goes on."""
    if not can_run_sync():
        raise RuntimeError(_why_not(name or "item"))
    global _breathed
    grad = js.suspend()
    try:
        return run_sync(promise)
    except JsException as error:
        raise translated(error) from None
    finally:
        js.resume(grad)
        _breathed = time.monotonic()


def call(function: Any, args: Any, keywords: dict[str, Any], name: str = "", self: Any = None) -> Any:
    """Calls a bound function of the library."""
    global _before_call, _lent_to_result
    mark = len(_lent)
    try:
        given = [send(arg) for arg in args]
        named = {}
        for key, value in keywords.items():
            if value is not None and key not in IGNORED:
                named[camel(KEYWORDS.get(key, key))] = send(value)
        result = function(*given, **named) if named else function(*given)
        if type(result) is TENSOR:
            return makers["Tensor"](result)
        _before_call, _lent_to_result = mark, None
        return receive(result, name, self)
    except JsException as error:
        # Where PyTorch takes a number it takes a tensor of one, too.
        read = _with_numbers(args, keywords, self) if str(getattr(error, "name", "")) == "ArgumentError" else None
        if read is None:
            raise translated(error) from None
    finally:
        if len(_lent) > mark:
            give_back(mark)
    return call(function, *read, name, self)


def _with_numbers(args: Any, keywords: dict[str, Any], self: Any) -> tuple[Any, dict[str, Any]] | None:
    """Arguments in which numbers stand for tensors of one; None where there is no such tensor, or Python cannot wait."""
    if not can_run_sync():
        return None
    changed = False

    def one(value: Any) -> Any:
        nonlocal changed
        if type(value) in (list, tuple):
            return type(value)(map(one, value))
        handle = getattr(value, "_js", None)
        # What waits for its shape has no number of dimensions.
        if value is self or not isinstance(handle, TENSOR) or hasattr(value, "materialize"):
            return value
        if handle.ndim > 0 or handle.requiresGrad:
            return value
        number = value.item()
        if isinstance(number, float) and number.is_integer():
            # JavaScript would take it for a whole number.
            return value
        changed = True
        return number

    read = tuple(map(one, args)), {key: one(value) for key, value in keywords.items()}
    return read if changed else None


def find(space: str, name: str) -> Any:
    """What the library has under a name of Python's: a function for Python, a value, or MISSING."""
    if not is_pythonic(name):
        return MISSING
    spelt = EXCEPTIONS.get(name) or camel(name)
    home = "torch.nn.functional" if space == "torch" and name in SHARED else space
    found = js.find(home, spelt)
    if type(found) is ARRAY:
        if found[0] == "missing" and spelt != name:
            found = js.find(home, name)
        if found[0] == "function":
            return function(found[1], name, space)
    return receive(found, name)


def promoted(args: Any, keywords: dict[str, Any]) -> Any:
    """Arguments in which whole numbers meet a float of Python that has no fraction, which the library would take for whole."""
    given = [*args, *keywords.values()]
    if not any(type(value) is float and value.is_integer() for value in given):
        return args, keywords
    if any(getattr(value, "is_floating_point", bool)() for value in given if hasattr(value, "_js")):
        return args, keywords
    tensors = [value for value in given if hasattr(value, "_js") and value._js.dtype != "bool"]

    def one(value: Any) -> Any:
        if type(value) is float:
            return as_float(value) if not tensors else value
        return value.float() if hasattr(value, "_js") and value._js.dtype != "bool" else value

    return tuple(map(one, args)), {key: one(value) for key, value in keywords.items()}


def number_last(name: str, args: Any, keywords: dict[str, Any]) -> Any:
    """Arguments in the order that PyTorch has had since version 1.5, of calls such as `x.add_(alpha, other)`."""
    count, key = NUMBER_FIRST[name]
    if len(args) != count + 2 or hasattr(args[1], "_js") or not hasattr(args[2], "_js"):
        return args, keywords
    told = f"This overload of {name} is deprecated: the number comes last, as in {name}({'other' if count == 1 else 'tensor1, tensor2'}, {key}=…)"
    warnings.warn(told, stacklevel=3)
    return (args[0], *args[2:]), {**keywords, key: args[1]}


def as_float(value: float) -> Any:
    """A tensor of float32 with one number."""
    return receive(js.find("torch", "scalarTensor")[1](value))


def by_name(places: list[str] | tuple[str, ...], args: Any, keywords: dict[str, Any]) -> Any:
    """Arguments of a loss by name, if they reach as far as `size_average` by place."""
    if "size_average" in places[: len(args)]:
        return (), {**dict(zip(places, args)), **keywords}
    return args, keywords


def with_reduction(keywords: dict[str, Any]) -> dict[str, Any]:
    """Keywords of a loss, in which `size_average` and `reduce`, which PyTorch has kept of its early versions, are one `reduction`."""
    average, reduce = keywords.pop("size_average", None), keywords.pop("reduce", None)
    if average is not None or reduce is not None:
        ret = "none" if reduce is False else "sum" if average is False else "mean"
        warning = f"size_average and reduce args will be deprecated, please use reduction='{ret}' instead."
        warnings.warn(warning, stacklevel=3)
        keywords["reduction"] = ret
    return keywords


def function(bound: Any, name: str, space: str) -> Callable[..., Any]:
    """A function of Python around one of the library."""

    from . import _none, _overrides

    promotes, had_number_first = name in PROMOTING, name in NUMBER_FIRST
    places = PLACES_OF_LOSSES.get(name, ())
    run = _none.call if name in _none.MEANINGFUL or space in _none.SPACES else call

    @_overrides.overridable
    def called(*args: Any, **keywords: Any) -> Any:
        out = keywords.pop("out", None)
        if getattr(keywords.get("dtype"), "is_complex", False):
            from ._complex import created

            return created(called, name, args, keywords)
        if had_number_first:
            args, keywords = number_last(name, args, keywords)
        if promotes:
            args, keywords = promoted(args, keywords)
        if places:
            args, keywords = by_name(places, args, keywords)
        if "size_average" in keywords or isinstance(keywords.get("reduce"), bool):
            keywords = with_reduction(keywords)
        result = run(bound, args, keywords, name)
        return result if out is None else written(out, result)

    called.__name__ = called.__qualname__ = name
    called.__module__ = space
    called.__doc__ = f"{space}.{name}, as PyTorch's; the reference of the library lists it as {camel(name)}."
    return called


def written(out: Any, result: Any) -> Any:
    """Writes results to where `out=` says."""
    if isinstance(out, tuple | list):
        for place, part in zip(out, result):
            written(place, part)
    else:
        from .autograd.grad_mode import no_grad

        _check_written(out._js, result._js)
        with no_grad():
            if out.shape != result.shape:
                out.resize_(result.shape)
            out.copy_(result)
    return out


# dtypes of which each may be written into those of its kind and of the kinds behind it.
_KINDS = {"bool": 0, "float16": 2, "float32": 2}


def _check_written(out: Any, result: Any) -> None:
    if js.isGradEnabled() and (result.requiresGrad or out.requiresGrad):
        raise RuntimeError("functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad.")
    if _KINDS.get(result.dtype, 1) > _KINDS.get(out.dtype, 1):
        raise RuntimeError(worded(f"out: the result is {result.dtype}, which cannot be written into a tensor of dtype {out.dtype}"))


def attribute(space: str, name: str, known: dict[str, Any]) -> Any:
    """A name of a module that stands for a part of the library, for its `__getattr__`; it is kept in `known`."""
    if not (name.startswith("__") and name.endswith("__")):
        found = find(space, name)
        if found is not MISSING:
            known[name] = found
            return found
    raise AttributeError(_absent.told(f"{space}.{name}", f"module {space!r} has no attribute {name!r}"))


# Modules of PyTorch's that packages look up by their private names.
_PRIVATE = frozenset({"_C", "_dynamo", "_jit_internal", "_utils", "_tensor", "__config__"})


def package_attribute(package: str, name: str, known: dict[str, Any]) -> Any:
    """The same for a package, whose modules are imported when they are first named."""
    if not name.startswith("_") or name in _PRIVATE:
        try:
            return importlib.import_module(f"{package}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{package}.{name}":
                raise
    return attribute(package, name, known)


def names(space: str, known: dict[str, Any]) -> list[str]:
    """The names of such a module, for its `__dir__`."""
    public = [name for name in known if not name.startswith("_") or name.startswith("__")]
    return sorted({*public, *(snake(name) for name in js.names(space) if not name[:1].isupper())})


