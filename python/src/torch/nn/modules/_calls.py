"""Calling a module: `forward` between the hooks that are registered around it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from types import MethodType
from typing import Any

from ...utils.hooks import RemovableHandle, add_hook

_global_forward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_forward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_pre_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_backward_hooks: OrderedDict[int, Callable] = OrderedDict()
_global_with_kwargs: OrderedDict[int, bool] = OrderedDict()
_global_always_called: OrderedDict[int, bool] = OrderedDict()


def register_module_forward_pre_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, input)` before the forward of every module."""
    return add_hook(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Calls `hook(module, input, output)` after the forward of every module."""
    return add_hook(
        _global_forward_hooks,
        hook,
        with_kwargs=(_global_with_kwargs, with_kwargs),
        always=(_global_always_called, always_call),
    )


def has_hooks_of_all() -> bool:
    """Whether there are hooks of all modules."""
    return bool(
        _global_forward_hooks or _global_forward_pre_hooks or _global_backward_hooks or _global_backward_pre_hooks
    )


# Which of the two ways global backward hooks were registered by.
_is_full: bool | None = None


def _register_global_backward(hook: Callable, full: bool) -> RemovableHandle:
    global _is_full
    if not _global_backward_hooks:
        _is_full = None
    if _is_full is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. "
            "Please use only one of them."
        )
    _is_full = full
    return add_hook(_global_backward_hooks, hook)


def register_module_backward_hook(hook: Callable) -> RemovableHandle:
    """`register_module_full_backward_hook` by its old name."""
    return _register_global_backward(hook, False)


def register_module_full_backward_pre_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, grad_output)` in backward before every module."""
    return add_hook(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, grad_input, grad_output)` in backward behind every module."""
    return _register_global_backward(hook, True)


# By what is registered: hooks that see it, and may give another in its place.
registrations: dict[str, OrderedDict[int, Callable]] = {
    "buffer": OrderedDict(),
    "module": OrderedDict(),
    "parameter": OrderedDict(),
}


def register_module_buffer_registration_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, name, buffer)` whenever a module gets a buffer; what it returns takes its place."""
    return add_hook(registrations["buffer"], hook)


def register_module_module_registration_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, name, submodule)` whenever a module gets a submodule; what it returns takes its place."""
    return add_hook(registrations["module"], hook)


def register_module_parameter_registration_hook(hook: Callable) -> RemovableHandle:
    """Calls `hook(module, name, parameter)` whenever a module gets a parameter; what it returns takes its place."""
    return add_hook(registrations["parameter"], hook)


def registered(module: Any, kind: str, name: str, value: Any) -> Any:
    """What the hooks of registration make of a member."""
    for hook in registrations[kind].values():
        replaced = hook(module, name, value)
        if replaced is not None:
            value = replaced
    return value


class Calls:
    """What `Module` inherits to be called."""

    # Which of the two ways its backward hooks were registered by.
    _is_full_backward_hook: bool | None = None
    _forward_pre_hooks: OrderedDict[int, Callable]
    _forward_pre_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks: OrderedDict[int, Callable]
    _forward_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks_always_called: OrderedDict[int, bool]
    _backward_pre_hooks: OrderedDict[int, Callable]
    _backward_hooks: OrderedDict[int, Callable]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Python calls a function without a frame of C, and a method with one: modules may stand thrice as deep in each other.
        return type(self)._call_impl(self, *args, **kwargs)

    def _wrapped_call_impl(self, *args: Any, **kwargs: Any) -> Any:
        return self._call_impl(*args, **kwargs)

    def _call_impl(self, *args: Any, **kwargs: Any) -> Any:
        if "_inside" in self.__dict__ and not ((_walk.given or has_hooks_of_all()) and _walk.is_watched(self)):
            return self._call_of_library(args, kwargs)
        if not (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
            or has_hooks_of_all()
        ):
            forward = self.forward
            if type(forward) is MethodType:
                return forward.__func__(forward.__self__, *args, **kwargs)
            return forward(*args, **kwargs)
        done: set[int] = set()
        try:
            return self._call_with_hooks(args, kwargs, done)
        except Exception:
            self._call_those_always_called(args, kwargs, done)
            raise

    def _call_of_library(self, args: tuple, kwargs: dict) -> Any:
        from ..._bridge import call

        return call(self.__dict__["_call_js"], args, kwargs, type(self).__name__)

    def _call_with_hooks(self, args: tuple, kwargs: dict, done: set[int]) -> Any:
        own = self._forward_pre_hooks_with_kwargs
        for key, hook in (*_global_forward_pre_hooks.items(), *self._forward_pre_hooks.items()):
            if key in own:
                replaced = hook(self, args, kwargs)
                if replaced is not None:
                    if not (isinstance(replaced, tuple) and len(replaced) == 2):
                        raise RuntimeError(
                            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                            f"but got {replaced}."
                        )
                    args, kwargs = replaced
            else:
                replaced = hook(self, args)
                if replaced is not None:
                    args = replaced if isinstance(replaced, tuple) else (replaced,)

        hooked = None
        if _global_backward_pre_hooks or _global_backward_hooks or self._backward_pre_hooks or self._backward_hooks:
            from ._backward import Hooked

            hooked = Hooked(self)
            args = hooked.inputs(args)
        result = self.forward(*args, **kwargs)

        named = {**_global_with_kwargs, **self._forward_hooks_with_kwargs}
        for key, hook in (*_global_forward_hooks.items(), *self._forward_hooks.items()):
            done.add(key)
            replaced = hook(self, args, kwargs, result) if key in named else hook(self, args, result)
            if replaced is not None:
                result = replaced
        return result if hooked is None else hooked.outputs(result)

    def _call_those_always_called(self, args: tuple, kwargs: dict, done: set[int]) -> None:
        always = {**_global_always_called, **self._forward_hooks_always_called}
        named = {**_global_with_kwargs, **self._forward_hooks_with_kwargs}
        for key, hook in (*_global_forward_hooks.items(), *self._forward_hooks.items()):
            if key not in always or key in done:
                continue
            try:
                hook(self, args, kwargs, None) if key in named else hook(self, args, None)
            except Exception as error:
                import warnings

                warnings.warn(
                    "forward hook with ``always_call=True`` raised an exception that was silenced as another error "
                    f"was raised in forward: {error}",
                    stacklevel=2,
                )

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before `forward`; what it returns replaces the arguments."""
        table = (self._forward_pre_hooks_with_kwargs, with_kwargs)
        handle = add_hook(self._forward_pre_hooks, hook, prepend, with_kwargs=table)
        taken = (lambda module, args: hook(module, tuple(args), {})) if with_kwargs else hook
        return self._also(handle, "registerForwardPreHook", taken, prepend=prepend)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after `forward`; what it returns replaces the output."""
        handle = add_hook(
            self._forward_hooks,
            hook,
            prepend,
            with_kwargs=(self._forward_hooks_with_kwargs, with_kwargs),
            always=(self._forward_hooks_always_called, always_call),
        )
        taken = (lambda module, args, output: hook(module, args, {}, output)) if with_kwargs else hook
        return self._also(handle, "registerForwardHook", taken, prepend=prepend, alwaysCall=always_call)

    def _also(self, handle: RemovableHandle, method: str, hook: Callable, **options: Any) -> RemovableHandle:
        """Has the library's own modules call a hook, too, where one of them holds this module and calls it."""
        if "_inside" in self.__dict__:
            from ._link import hook as within

            handle.also = within(self, method, hook, **options)
            _walk.given += 1
        return handle

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_output)` in backward; what it returns replaces the gradients of the outputs."""
        handle = add_hook(self._backward_pre_hooks, hook, prepend)
        return self._also(handle, "registerFullBackwardPreHook", hook, prepend=prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` in backward; what it returns replaces `grad_input`."""
        if self._is_full_backward_hook is False:
            raise RuntimeError(_MIXED)
        self._is_full_backward_hook = True
        handle = add_hook(self._backward_hooks, hook, prepend)
        return self._also(handle, "registerFullBackwardHook", hook, prepend=prepend)

    def register_backward_hook(self, hook: Callable) -> RemovableHandle:
        """`register_full_backward_hook` by its old name."""
        if "_inside" in self.__dict__:
            return self.register_full_backward_hook(hook)
        if self._is_full_backward_hook is True:
            raise RuntimeError(_MIXED)
        self._is_full_backward_hook = False
        return add_hook(self._backward_hooks, hook)


_MIXED = (
    "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."
)

from . import _walk  # noqa: E402  # it reads the hooks of all modules
