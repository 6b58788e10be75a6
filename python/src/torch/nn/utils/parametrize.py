"""`torch.nn.utils.parametrize`: tensors of modules that are computed of others at each use."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import _lamplight_modules as js

from ... import _bridge
from ..._tensor import Tensor
from ...autograd import no_grad
from ..modules import _link
from ..modules._copy import copy_module
from ..modules._layer import Layer
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter
from . import _space

# Tensors that are computed once within `cached`, by the module and their name; None outside of it.
_cache: dict[tuple[int, str], Any] | None = None
_depth = 0


@contextlib.contextmanager
def cached() -> Iterator[None]:
    """Within a `with` block each parametrized tensor is computed once."""
    global _cache, _depth
    _depth += 1
    _cache = {} if _cache is None else _cache
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0:
            _cache = None


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensors that it is computed of: `original`, or `original0` and so on."""

    def __init__(self, modules: Sequence[Module], original: Any, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            new = original
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with contextlib.suppress(NotImplementedError):
                        new = module.right_inverse(new)
        if not isinstance(new, Tensor | Sequence):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                f"Got {type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if original.dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                    f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            _set(original, new)
            _register(self, "original", original)
        else:
            for i, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
                        f"Got element {i} of the sequence with type {type(part).__name__}."
                    )
                part = part.detach().clone()
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                _register(self, f"original{i}", part)
        if not unsafe:
            _expect_alike(self(), dtype, shape, "Registering a parametrization may not change")

    def _originals(self) -> list[Any]:
        return [self.original] if self.is_tensor else [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Sets the tensors of which the parametrized one is computed so that it becomes `value`."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement right_inverse.")
                value = module.right_inverse(value)
            if self.is_tensor:
                if not isinstance(value, Tensor):
                    raise ValueError(f"`right_inverse` should return a tensor. Got {type(value).__name__}")
                value = [value]
            if not isinstance(value, Sequence):
                raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}.")
            if len(value) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. "
                    f"Got a sequence of length {len(value)}."
                )
            for i, (part, original) in enumerate(zip(value, self._originals())):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"`right_inverse` must return a sequence of tensors. Got element {i} of type {type(part).__name__}"
                    )
                if part.dtype != original.dtype:
                    raise ValueError(
                        f"The tensor returned by `right_inverse` has dtype {part.dtype} while `original` has dtype "
                        f"{original.dtype}"
                    )
                _set(original, part)

    def forward(self) -> Any:
        """The parametrized tensor."""
        first, *rest = self
        x = first(*self._originals())
        for module in rest:
            x = module(x)
        return x


def _set(tensor: Any, value: Any) -> None:
    """Gives a tensor the numbers of another, and its shape; it stays the same object."""
    if value is tensor:
        return
    with no_grad():
        if tensor.shape == value.shape:
            tensor.data = value.detach().clone()
            return
        made = value.detach().clone()
        tensor._become(Parameter(made, tensor.requires_grad) if isinstance(tensor, Parameter) else made)


def _register(module: Module, name: str, tensor: Any) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _expect_alike(made: Any, dtype: Any, shape: Any, told: str) -> None:
    if not isinstance(made, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(made).__name__}.")
    for name, before, after in (("dtype", dtype, made.dtype), ("shape", shape, made.shape)):
        if before != after:
            raise ValueError(
                f"{told} the {name} of the tensor, unless `unsafe` flag is enabled.\n"
                f"unparametrized {name}: {before}\nparametrized {name}: {after}"
            )


class _Class:
    """What the class of a parametrized module has besides."""

    def __getstate__(self) -> Any:
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(). See:\n"
            "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
            "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
        )


def _deepcopied(self: Any, memo: dict[int, Any]) -> Any:
    return copy_module(self, memo)


def _layer_forward(self: Any, *args: Any, **kwargs: Any) -> Any:
    """What a layer computes with the tensors as they are now."""
    own = self.__dict__
    for name in self.parametrizations.keys():
        _link.checked(js.swap, own["_js"], own["_places"][name], getattr(self, name)._js)
    return type_before_parametrizations(self).forward(self, *args, **kwargs)


def _inject_class(module: Module) -> None:
    cls = type(module)
    members: dict[str, Any] = {"__getstate__": _Class.__getstate__, "__module__": cls.__module__}
    if not hasattr(cls, "__deepcopy__"):
        members["__deepcopy__"] = _deepcopied
    if isinstance(module, Layer) and "_js" in module.__dict__:
        members["forward"] = _layer_forward
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), members)
    # The library's own counterpart computes with tensors, and is not told of modules that make them.
    module.__dict__["_modules"]["parametrizations"] = ModuleDict()
    if "_js" not in module.__dict__:
        module._tell("module", "parametrizations", module._modules["parametrizations"])


def _inject_property(module: Module, name: str) -> None:
    def computed(self: Any) -> Any:
        if _cache is None:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def assigned(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(computed, assigned))


def register_parametrization(module: Any, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> Any:
    """Has a parameter or buffer of a module be what `parametrization` makes of it; several follow one another."""
    if module.__dict__.get("_inside"):
        return _native("register_parametrization")(module, tensor_name, parametrization, unsafe=unsafe)
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_further(module, tensor_name, parametrization)
        listed = module.parametrizations[tensor_name]
        listed.append(parametrization)
        listed.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        listed = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _inject_class(module)
        _inject_property(module, tensor_name)
        module.parametrizations[tensor_name] = listed
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def _check_further(module: Any, name: str, parametrization: Any) -> None:
    before = getattr(module, name)
    made = parametrization(before)
    _expect_alike(made, before.dtype, before.shape, "Registering a parametrization may not change")
    if not hasattr(parametrization, "right_inverse"):
        return
    try:
        back = parametrization.right_inverse(made)
    except NotImplementedError:
        return
    if not isinstance(back, Tensor):
        raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}")
    for kind, one, other in (("dtype", back.dtype, before.dtype), ("shape", back.shape, before.shape)):
        if one != other:
            raise ValueError(
                f"The tensor returned by parametrization.right_inverse must have the same {kind} as module.{name} unless "
                f"the `unsafe` flag is enabled.\nmodule.{name}.{kind}: {other}\nreturned {kind}: {one}"
            )


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether a tensor of the module, or any, is parametrized."""
    if module.__dict__.get("_inside"):
        bound = _bridge.js.find(__name__, "isParametrized")[1]
        return _bridge.call(bound, (module,) if tensor_name is None else (module, tensor_name), {}, "is_parametrized")
    found = module.__dict__["_modules"].get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Makes a parametrized tensor one like others: what it is now, or with `leave_parametrized=False` its original."""
    if module.__dict__.get("_inside"):
        return _native("remove_parametrizations")(module, tensor_name, leave_parametrized=leave_parametrized)
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    listed = module.parametrizations[tensor_name]
    if listed.is_tensor:
        original = listed.original
        if leave_parametrized:
            _set(original, getattr(module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach().clone()) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence "
            "of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    own = module.__dict__
    if "_js" in own:
        js.remove(own["_js"], own["_places"][tensor_name])
    if not is_parametrized(module):
        module.__class__ = type(module).__bases__[0]
        del own["_modules"]["parametrizations"]
        if "_js" not in own:
            module._take_out("parametrizations")
    _register(module, tensor_name, original)
    return module


def type_before_parametrizations(module: Any) -> type:
    """The class that a module had before a tensor of it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module: Any, to_module: Any, tensor_name: str | None = None) -> Any:
    """Gives a module the parametrizations of another, and the tensors that these compute with."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations.keys()) if tensor_name is None else [tensor_name]
    for name in names:
        source = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        target = to_module.parametrizations[name]
        if hasattr(source, "original"):
            target.original = source.original
        else:
            for i in range(source.ntensors):
                setattr(target, f"original{i}", getattr(source, f"original{i}"))
    return to_module


def _native(name: str) -> Any:
    """The library's function for a layer inside of one of the library's own modules, which calls it."""
    return _space.of_module(_bridge.find(__name__, name))


__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]
