"""Modules in pickles: by the arguments that layers were made with, and the members that they have."""

from __future__ import annotations

from typing import Any

from ._copy import LINKS
from ._layer import Layer
from .module import Module

# What a layer in the library's own module is saved as: the module that holds it makes it.
_Within = dict


def reduce_module(module: Module) -> tuple:
    """How a module is made again: an object of its class, and its state."""
    reduced = object.__reduce_ex__(module, 2)
    state = reduced[2]
    if isinstance(state, dict):
        state = {name: value for name, value in state.items() if name not in LINKS}
        if "_js" in module.__dict__:
            state["training"] = module.training
            state["_modules"] = {name: _shown(child) for name, child in module._modules.items()}
    if "_js" not in module.__dict__:
        return (*reduced[:2], state)
    if "_made_with" not in module.__dict__:
        raise TypeError(
            f"cannot pickle '{type(module).__name__}' object that the library made: save model.state_dict() instead, "
            "and load it with model.load_state_dict(torch.load(path))"
        )
    state.pop("_made_with", None)
    return _remade, (type(module), *module.__dict__["_made_with"]), state


def _shown(child: Module | None) -> Any:
    if child is None or not child.__dict__.get("_inside"):
        return child
    state = {name: value for name, value in child.__dict__.items() if name not in LINKS}
    return _Within(state, training=child.training, _modules={name: _shown(one) for name, one in child._modules.items()})


def _remade(cls: type, made_by: type, args: tuple, kwargs: dict) -> Module:
    module = made_by.__new__(made_by)
    Layer.__init__(module, *args, **kwargs)
    # A lazy layer that has seen an input is one of the class that it stands for.
    module.__class__ = cls
    return module


def restore(module: Module, state: dict) -> None:
    """Gives a layer that was made again the members of its state."""
    state = dict(state)
    tables = {name: state.pop(name) for name in ("_parameters", "_buffers", "_modules")}
    training = state.pop("training")
    computed = {name: value for name, value in state.items() if name in module.__dict__["_properties"]}
    module.__dict__.update({name: value for name, value in state.items() if name not in computed})
    own = module.__dict__
    for table, kind in (("_parameters", "parameter"), ("_buffers", "buffer")):
        for name in [name for name in own[table] if name not in tables[table]]:
            del own[table][name]
            module._take_out(name)
        for name, tensor in tables[table].items():
            own[table][name] = tensor
            module._tell(kind, name, tensor)
    for name, child in tables["_modules"].items():
        if isinstance(child, _Within):
            restore(module._modules[name], child)
        else:
            module._put_module(name, child)
    for name, value in computed.items():
        module._put_attribute(name, value)
    if module.training is not training:
        module.train(training)
