"""Calls of modules with parameters that are not their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import _lamplight_modules as js

from .modules._link import shell_of
from .modules.module import Module


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module gives with other tensors in the place of its parameters and buffers, by their names."""
    is_one = isinstance(parameter_and_buffer_dicts, Mapping)
    given: dict[str, Any] = {}
    for tensors in [parameter_and_buffer_dicts] if is_one else parameter_and_buffer_dicts:
        for name, tensor in tensors.items():
            if name in given:
                raise ValueError(f"{name} appears in multiple dictionaries; behavior of functional call is ambiguous")
            given[name] = tensor
    named = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    by_tensor = {id(named[name]): tensor for name, tensor in given.items() if name in named}
    unexpected = [name for name in given if name not in named]
    missing = [name for name, tensor in named.items() if id(tensor) not in by_tensor]
    if strict and (missing or unexpected):
        said = {"Unexpected": unexpected, "Missing": missing}
        told = "".join(f"\n\t{word} key(s): {', '.join(map(repr, names))}." for word, names in said.items() if names)
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:{told}")
    restore: list[Any] = []
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    try:
        for name, own in named.items():
            other = given.get(name, by_tensor.get(id(own)) if tie_weights else None)
            if other is not None:
                restore += _put(module, name, other)
        return module(*args, **(kwargs or {}))
    finally:
        for undo in reversed(restore):
            undo()


def _put(module: Module, path: str, tensor: Any) -> list[Any]:
    """Puts a tensor in the place of a member; the functions put the member back."""
    where, _, name = path.rpartition(".")
    home = module.get_submodule(where)
    own = home.__dict__
    table = own["_parameters"] if name in own["_parameters"] else own["_buffers"]
    before = table[name]
    table[name] = tensor
    undo: list[Any] = [lambda: table.__setitem__(name, before)]
    for handle in (own.get("_js"), shell_of(home)):
        if handle is not None:
            undo.append(js.swap(handle, own.get("_properties", {}).get(name, name), tensor._js))
    return undo


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of several models of one kind, each stacked along a new dimension 0, by name."""
    import torch

    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    if any(model.training != models[0].training for model in models):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")

    def stacked(members: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            name: torch.stack([each[name].detach() for each in members]).requires_grad_(tensor.requires_grad)
            for name, tensor in members[0].items()
        }

    return (
        stacked([dict(model.named_parameters()) for model in models]),
        stacked([dict(model.named_buffers()) for model in models]),
    )
