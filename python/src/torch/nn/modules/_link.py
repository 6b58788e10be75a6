"""How modules of Python and modules of the library stand for one another."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

import _lamplight_modules as js

from ... import _bridge
from ..._bridge import JsException, create_proxy, jsnull, receive, send, translated
from ..._errors import known_again
from ..._names import camel
from ..._tensor import RemovableHandle
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter, held
from . import _walk
from .module import Module

# By the name of a class of the library: what stands for its instances in Python.
classes: dict[str, type[Module]] = {}
# What makes a class for one that no name is known of.
makers: list[Callable[[str, list[str]], type[Module]]] = []
# Modules of Python that the library holds a counterpart of, by the numbers of these.
_lent: weakref.WeakValueDictionary[int, Module] = weakref.WeakValueDictionary()
_numbers = itertools.count(1)


# Modules of Python whose classes have attributes of their own alone.
_NATIVE = frozenset({"torch.nn.modules.module", "torch.nn.modules.container"})


def checked(function: Any, *args: Any) -> Any:
    """Calls a function of the library whose result needs no conversion."""
    try:
        return function(*args)
    except JsException as error:
        raise translated(error) from None


def adopt(handle: Any, inside: bool = False) -> Module:
    """The module of Python for one of the library: the one that was given, where it is Python's."""
    given = _lent.get(js.numberOf(handle))
    if given is not None:
        return given
    name = js.className(handle)
    cls = classes.get(name) or makers[0](name, list(js.bases(handle)))
    module = cls.__new__(cls)
    Module.__init__(module)
    fill(module, handle)
    if inside:
        module.__dict__["_inside"] = True
    return module


def fill(module: Module, handle: Any) -> None:
    """Gives a module the members of its counterpart in the library."""
    own = module.__dict__
    own["_js"] = handle
    own["_call_js"] = _bridge.js.bind(handle)
    own["_properties"] = {}
    own["_optional"] = set()
    take_members(module)


def take_members(module: Module) -> None:
    """Reads which members the counterpart has; those that are known stay the same objects."""
    own = module.__dict__
    known = {**own["_parameters"], **own["_buffers"], **own["_modules"]}
    for table in ("_parameters", "_buffers", "_modules"):
        own[table].clear()
    for kind, name, prop, value, *rest in js.members(own["_js"]):
        own["_properties"][name] = prop
        same = known.get(name)
        if kind == "module":
            is_same = same is not None and js.same(same.__dict__.get("_js"), value)
            own["_modules"][name] = same if is_same else adopt(value, inside=True)
            continue
        own[f"_{kind}s"][name] = None if value is jsnull or value is None else _member(kind, value, same)
        if rest and rest[0] == "optional":
            own["_optional"].add(name)
        if rest and rest[0] == "passing":
            own["_non_persistent_buffers_set"].add(name)


def _member(kind: str, value: Any, same: Any) -> Any:
    if same is not None and js.same(same._js, value):
        _bridge.js.drop(value)
        return same
    if js.isUninitialized(value):
        return held(UninitializedParameter if kind == "parameter" else UninitializedBuffer, value)
    if kind == "parameter":
        return held(Parameter, value)
    return _bridge.makers["Tensor"](value)


def put(module: Module, kind: str, name: str, value: Any) -> None:
    """Has the counterparts of a module hold a member, too."""
    own = module.__dict__
    sent = jsnull if value is None else send(value)
    if kind == "module":
        _walk.given += 1
    if "_js" in own:
        prop = own["_properties"].setdefault(name, own.get("_places", {}).pop(name, name))
        checked(js.put, own["_js"], prop, sent)
    shell = shell_of(module)
    if shell is not None:
        persistent = name not in own["_non_persistent_buffers_set"]
        checked(js.register, shell, kind, name, sent, persistent)


def remove(module: Module, name: str) -> None:
    """Takes a member from the counterparts of a module."""
    own = module.__dict__
    if "_js" in own:
        js.remove(own["_js"], own["_properties"].pop(name, name))
    shell = shell_of(module)
    if shell is not None:
        js.remove(shell, name)


def is_of_python(module: Module) -> bool:
    """Whether a module computes something other than its counterpart alone."""
    return _walk.is_own(module) or ("_inside" not in module.__dict__ and _walk.is_hooked(module))


def shell_of(module: Module) -> Any:
    """The library's module whose forward is this one's, for as long as JavaScript holds it; else None.

    It holds the module of Python, which has its number alone: a circle through both heaps is one that no collector sees.
    """
    number = module.__dict__.get("_shell")
    return None if number is None else js.shellOf(number)


def tell_training(module: Module, mode: bool) -> None:
    """Has the library's module whose forward is this one's know its mode."""
    shell = shell_of(module)
    if shell is not None:
        shell.training = mode


def handle_of(module: Module) -> Any:
    """The library's module for one of Python: its counterpart, or one whose forward is Python's."""
    if not is_of_python(module):
        return module.__dict__["_js"]
    own = module.__dict__
    shell = shell_of(module)
    if shell is None:
        run = _bridge.lent(module)
        trained = create_proxy(lambda mode: _set_training(module, mode))
        described = create_proxy(module.extra_repr)
        number = own.get("_shell") or next(_numbers)
        _lent[number] = module
        shell = js.pythonModule(type(module).__name__, run, trained, described, number)
        shell.training = module.training
        for name, parameter in own["_parameters"].items():
            checked(js.register, shell, "parameter", name, jsnull if parameter is None else parameter._js, True)
        for name, buffer in own["_buffers"].items():
            persistent = name not in own["_non_persistent_buffers_set"]
            checked(js.register, shell, "buffer", name, jsnull if buffer is None else buffer._js, persistent)
        for name, child in own["_modules"].items():
            if child is not None:
                checked(js.register, shell, "module", name, handle_of(child), True)
        own["_shell"] = number
        own["_told"] = {}
    _tell_attributes(module, shell)
    return shell


def _tell_attributes(module: Module, shell: Any) -> None:
    """Gives the library's module the numbers and texts that are attributes of Python's, such as `out_channels`."""
    told = module.__dict__["_told"]
    classes = [cls for cls in reversed(type(module).__mro__) if issubclass(cls, Module) and cls.__module__ not in _NATIVE]
    for name, value in [pair for owner in (*map(vars, classes), module.__dict__) for pair in owner.items()]:
        if name.startswith("_") or type(value) not in (bool, int, float, str) or told.get(name, told) == value:
            continue
        if name in told or not js.has(shell, camel(name)):
            told[name] = value
            _bridge.js.set(shell, camel(name), value)


def _set_training(module: Module, mode: bool) -> None:
    for each in module.modules():
        each.training = mode


def hook(module: Module, method: str, answer: Callable[..., Any], **options: Any) -> RemovableHandle:
    """Registers a hook with the counterpart of a module that the library's own modules call."""
    # The counterpart holds the hook: with a reference to the module both would be held for ever.
    own = weakref.ref(module)

    def called(handle: Any, *args: Any) -> Any:
        if _walk.paused:
            return None
        result = answer(own() or adopt(handle, inside=True), *[receive(_bridge.js.seen(arg)) for arg in args])
        _bridge.hand_over(result)
        return send(result)

    proxy = create_proxy(known_again(called))
    named = _bridge.entries_to_object(_bridge.to_js([[key, value] for key, value in options.items()]))
    return RemovableHandle(checked(getattr(module.__dict__["_js"], method), proxy, named), proxy)


_bridge.senders[Module] = handle_of
_bridge.makers["Module"] = adopt

__all__ = ["adopt", "classes", "fill", "handle_of", "hook", "put", "remove", "shell_of", "take_members", "tell_training"]
