"""Copies of modules with everything in them; shared parts stay shared."""

from __future__ import annotations

import copy
from typing import Any

import _lamplight_modules as js

from . import _link
from .module import Module

# What links a module to the library, which a copy has anew.
LINKS = frozenset({"_js", "_call_js", "_properties", "_optional", "_shell", "_inside", "_kept", "_places"})
# What a copy has in common with its original: the functions that it calls, and the arguments that it was made with.
_SHARED = ("_kept", "_made_with")
_TABLES = ("_parameters", "_buffers", "_modules")


def copy_module(module: Module, memo: dict[int, Any]) -> Module:
    """A copy of a module, with counterparts of its own."""
    made = type(module).__new__(type(module))
    memo[id(module)] = made
    own = module.__dict__
    if "_js" in own:
        Module.__init__(made)
        for place in own.get("_places", {}).values():
            # What stands there is computed anew.
            js.remove(own["_js"], place)
        _link.fill(made, js.deepcopy(own["_js"]))
        made.__dict__["_places"] = dict(own.get("_places", {}))
        pair(module, made, memo)
    for name in _SHARED:
        if name in own:
            made.__dict__[name] = own[name]
    skipped = {*LINKS, *_SHARED, *(_TABLES if "_js" in own else ())}
    for name, value in own.items():
        if name not in skipped:
            made.__dict__[name] = copy.deepcopy(value, memo)
    return made


def pair(module: Module, made: Module, memo: dict[int, Any]) -> None:
    """Notes which members of a copy stand for which of its original; those that were copied before are shared."""
    for table, kind in (("_parameters", "parameter"), ("_buffers", "buffer")):
        for name, tensor in module.__dict__[table].items():
            if tensor is None:
                continue
            if id(tensor) in memo:
                made.__dict__[table][name] = memo[id(tensor)]
                _link.put(made, kind, name, memo[id(tensor)])
            else:
                memo[id(tensor)] = made.__dict__[table].get(name)
    for name, child in module._modules.items():
        if child is None:
            continue
        if id(child) in memo or not child.__dict__.get("_inside"):
            made._put_module(name, copy.deepcopy(child, memo))
        else:
            other = made._modules[name]
            memo[id(child)] = other
            pair(child, other, memo)
            for key, value in child.__dict__.items():
                if key not in LINKS and key not in _TABLES:
                    other.__dict__[key] = copy.deepcopy(value, memo)
