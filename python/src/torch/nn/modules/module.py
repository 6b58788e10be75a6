"""`nn.Module`: the registry of parameters, buffers and submodules, in Python alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Self

from ..._tensor import Tensor
from ...autograd import no_grad
from ..parameter import Buffer, Parameter, UninitializedBuffer
from ._calls import (
    Calls,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
    registered,
    registrations,
)
from ._state import State, _IncompatibleKeys  # noqa: F401

__all__ = [
    "Module",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

_HOOKS = (
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_backward_pre_hooks",
    "_backward_hooks",
    "_state_dict_pre_hooks",
    "_state_dict_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def _addindent(text: str, spaces: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * spaces + line for line in rest)])


def _forward_unimplemented(self: Module, *input: Any) -> None:
    """What the module computes; every subclass defines it."""
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')


class Module(Calls, State):
    """Base class of all neural network modules; a subclass defines `forward`, and is called like a function."""

    training: bool
    dump_patches = False
    # TypeScript gets the library's module.
    _outward = True
    call_super_init = False
    forward: Callable[..., Any] = _forward_unimplemented

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs and not self.call_super_init:
            name = next(iter(kwargs))
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{name}'")
        if args and not self.call_super_init:
            given = len(args) + 1
            raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {given} were given")
        own = self.__dict__
        own["training"] = True
        own["_parameters"] = {}
        own["_buffers"] = {}
        own["_non_persistent_buffers_set"] = set()
        own["_modules"] = {}
        for name in _HOOKS:
            own[name] = OrderedDict()
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    # Members.

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for table in ("_parameters", "_buffers", "_modules"):
            if table in own and name in own[table]:
                return own[table][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        parameters = own.get("_parameters")
        if isinstance(value, Parameter):
            self._expect_made(parameters, "parameters")
            self._forget(name, but="_parameters")
            self.register_parameter(name, value)
            return
        if parameters is not None and name in parameters:
            if value is not None:
                kind = _typename(value)
                raise TypeError(f"cannot assign '{kind}' as parameter '{name}' (torch.nn.Parameter or None expected)")
            self.register_parameter(name, None)
            return
        modules = own.get("_modules")
        if isinstance(value, Module):
            self._expect_made(modules, "module")
            self._forget(name, but="_modules")
            self._put_module(name, value)
            return
        if modules is not None and name in modules:
            if value is not None:
                kind = _typename(value)
                raise TypeError(f"cannot assign '{kind}' as child module '{name}' (torch.nn.Module or None expected)")
            self._put_module(name, None)
            return
        buffers = own.get("_buffers")
        if isinstance(value, Buffer | UninitializedBuffer) or (buffers is not None and name in buffers):
            self._expect_made(buffers, "buffer")
            if value is not None and not isinstance(value, Tensor):
                kind = _typename(value)
                raise TypeError(
                    f"cannot assign '{kind}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
                )
            if name in buffers:
                self._put_buffer(name, value)
            else:
                self._forget(name, but="_buffers")
                self.register_buffer(name, value, value.persistent)
            return
        self._put_attribute(name, value)

    def _expect_made(self, table: dict | None, kind: str) -> None:
        if table is None:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")

    def _forget(self, name: str, but: str) -> None:
        """Takes a name out of the other tables, where a member of another kind had it."""
        own = self.__dict__
        own.pop(name, None)
        for table in ("_parameters", "_buffers", "_modules"):
            if table != but:
                own[table].pop(name, None)
        own["_non_persistent_buffers_set"].discard(name)

    def _put_parameter(self, name: str, value: Any) -> None:
        if registrations["parameter"]:
            value = registered(self, "parameter", name, value)
        self._parameters[name] = value
        self._tell("parameter", name, value)

    def _put_buffer(self, name: str, value: Any) -> None:
        if registrations["buffer"]:
            value = registered(self, "buffer", name, value)
        self._buffers[name] = value
        self._tell("buffer", name, value)

    def _put_module(self, name: str, value: Any) -> None:
        if registrations["module"]:
            value = registered(self, "module", name, value)
        self._modules[name] = value
        self._tell("module", name, value)

    def _tell(self, kind: str, name: str, value: Any) -> None:
        """Has the library's module that stands for this one hold a member, too, where there is one."""
        if "_js" in self.__dict__ or "_shell" in self.__dict__:
            from ._link import put

            put(self, kind, name, value)

    def _take_out(self, name: str) -> None:
        """Has the library's module that stands for this one lose a member."""
        if "_js" in self.__dict__ or "_shell" in self.__dict__:
            from ._link import remove

            remove(self, name)

    def _put_attribute(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name == "training" and "_shell" in self.__dict__:
            from ._link import tell_training

            tell_training(self, value)

    def __delattr__(self, name: str) -> None:
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent_buffers_set.discard(name)
                self._take_out(name)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        tables = (self._parameters, self._modules, self._buffers)
        names = {*dir(type(self)), *self.__dict__, *(name for table in tables for name in table)}
        return sorted(name for name in names if not name[0].isdigit())

    def _check_name(self, kind: str, name: Any, table: dict) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_typename(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in table:
            raise KeyError(f"attribute '{name}' already exists")

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Adds a tensor of the module's state that is no parameter; `persistent=False` leaves it out of state dicts."""
        self._check_name("buffer", name, self.__dict__.get("_buffers", {}))
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._put_buffer(name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Any) -> None:
        """Adds a parameter under a computed name; None stands for one that this module does without."""
        self._check_name("parameter", name, self.__dict__.get("_parameters", {}))
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                f"To express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        self._put_parameter(name, param)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a submodule under a computed name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        self._check_name("module", name, self.__dict__.get("_modules", {}))
        self._put_module(name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """`add_module` by its other name."""
        self.add_module(name, module)

    # What is where.

    def get_submodule(self, target: str) -> Module:
        """The submodule at a path such as `features.0`; '' is this module."""
        module: Any = self
        for name in target.split(".") if target else []:
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a path, in the place of the one that is there."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        if strict:
            self.get_submodule(target)
        if not isinstance(module, Module):
            raise ValueError("`module` is not an nn.Module")
        setattr(self.get_submodule(path), name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as `features.0.weight`."""
        found = self._at(target)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{target.rpartition('.')[2]}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path such as `norm.running_mean`."""
        path, _, name = target.rpartition(".")
        found = self._at(target)
        if name not in self.get_submodule(path)._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return found

    def _at(self, target: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        return getattr(module, name)

    def _named_members(
        self, members: Callable[[Module], Any], prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, member in members(module):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield (f"{path}.{name}" if path else name), member

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Own parameters and those of all submodules; one that is shared appears once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """`parameters()` with their names, such as `features.0.weight`."""
        yield from self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Own buffers and those of all submodules; one that is shared appears once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """`buffers()` with their names."""
        yield from self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def children(self) -> Iterator[Module]:
        """Direct submodules; one that is shared appears once."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Direct submodules with their names."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all below it, parents first; one that is shared appears once."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """`modules()` with their names; this module's own is ''."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    # Changes of everything below.

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Calls `fn` on every submodule, then on this module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Puts this module and all below it into training mode (or out of it)."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Puts this module and all below it into evaluation mode."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Says whether gradients of all parameters are wanted."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients of all parameters; with `set_to_none=False` fills them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
            else:
                with no_grad():
                    parameter.grad.zero_()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        from ..parameter import become

        if recurse:
            for module in self.children():
                module._apply(fn)
        for tensor in (*self._parameters.values(), *self._buffers.values()):
            if tensor is not None:
                become(tensor, fn)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Converts the floats among parameters and buffers to a dtype; any device may be named, and changes nothing."""
        from ..parameter import parse_to

        dtype = parse_to(*args, **kwargs)
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def to_empty(self, *, device: Any = None, recurse: bool = True) -> Self:
        """Gives all parameters and buffers memory whose contents are not said; any device may be named."""
        from ... import empty_like

        return self._apply(lambda t: empty_like(t), recurse=recurse)

    def type(self, dst_type: Any) -> Self:
        """Converts all parameters and buffers to a dtype."""
        return self._apply(lambda t: t.to(dst_type))

    def float(self) -> Self:
        """`to(torch.float32)`."""
        from ... import float32

        return self.to(float32)

    def half(self) -> Self:
        """`to(torch.float16)`."""
        from ... import float16

        return self.to(float16)

    def double(self) -> Self:
        """`to(torch.float64)`, for which float32 stands."""
        from ... import float64

        return self.to(float64)

    def bfloat16(self) -> Self:
        """`to(torch.bfloat16)`, for which float32 stands."""
        from ... import bfloat16

        return self.to(bfloat16)

    def cuda(self, device: Any = None) -> Self:
        """This module: it is on the one device there is."""
        return self

    def cpu(self) -> Self:
        """This module, as `cuda()` is."""
        return self

    def share_memory(self) -> Self:
        """This module: there is one process."""
        return self

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Changes nothing: every step runs as a compiled plan anyway."""

    # Text.

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """The text between the brackets of the printed module; a subclass may replace it."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        children = [f"({name}): {_addindent(repr(module), 2)}" for name, module in self._modules.items()]
        text = self._get_name() + "("
        if extra_lines or children:
            if len(extra_lines) == 1 and not children:
                text += extra_lines[0]
            else:
                text += "\n  " + "\n  ".join([*extra_lines, *children]) + "\n"
        return text + ")"

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        for name in _HOOKS:
            self.__dict__.setdefault(name, OrderedDict())
        self.__dict__.setdefault("_non_persistent_buffers_set", set())

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ._pickle import reduce_module

        return reduce_module(self)

    def __deepcopy__(self, memo: dict) -> Module:
        from ._copy import copy_module

        return copy_module(self, memo)

    def __copy__(self) -> Module:
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__dict__)
        for name in ("_parameters", "_buffers", "_modules", "_non_persistent_buffers_set"):
            copy.__dict__[name] = self.__dict__[name].copy()
        return copy


def _typename(value: Any) -> str:
    """A type as messages of PyTorch name it."""
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        return tensor_type(value)
    kind = value if isinstance(value, type) else type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


_TENSOR_TYPES = {
    "float32": "Float",
    "float16": "Half",
    "int64": "Long",
    "int32": "Int",
    "uint8": "Byte",
    "bool": "Bool",
}


def tensor_type(tensor: Tensor) -> str:
    """The name of a tensor's type, such as `torch.FloatTensor`."""
    name = str(tensor.dtype).removeprefix("torch.")
    return f"torch.{_TENSOR_TYPES.get(name, name)}Tensor"
