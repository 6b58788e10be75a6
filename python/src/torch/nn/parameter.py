"""Parameters and buffers: the tensors of modules."""

from __future__ import annotations

from typing import Any

import _lamplight_modules as js

from .._bridge import JsException, send, to_js, translated
from .._overrides import disabled_torch_function
from .._tensor import Tensor
from .._types import dtype as Dtype
from ..autograd import no_grad

_new = object.__new__


def held(cls: type, shown: Any) -> Any:
    """A parameter or buffer of Python around what the library shows as one."""
    made = _new(cls)
    made._js = shown
    return made


class Parameter(Tensor):
    """A tensor that is a parameter of the module it is assigned to. It shares memory with `data`."""

    __torch_function__ = staticmethod(disabled_torch_function)

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        if data is None:
            from .. import empty

            data = empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"Parameter: expected a tensor, but got {type(data).__name__}")
        if data.is_complex():
            from .._complex import parameter

            return parameter(data, Parameter, lambda kind, pairs: held(kind, js.parameter(pairs._js, bool(requires_grad))))
        try:
            return held(cls, js.parameter(data._js, bool(requires_grad)))
        except JsException as error:
            raise translated(error) from None

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            with no_grad():
                memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return "Parameter containing:\n" + repr(_plain(self))

    __str__ = __repr__


def _plain(tensor: Tensor) -> Tensor:
    """The tensor under its own class, with its gradient's sign."""
    with no_grad():
        return tensor.detach().requires_grad_(tensor.requires_grad)


class Buffer(Tensor):
    """A tensor that is a buffer of the module it is assigned to."""

    __torch_function__ = staticmethod(disabled_torch_function)

    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        if data is None:
            from .. import empty

            data = empty(0)
        made = held(cls, js.buffer(data._js, persistent))
        made.persistent = persistent
        return made


class UninitializedTensorMixin:
    """What a parameter or buffer is that waits for its shape."""

    __torch_function__ = staticmethod(disabled_torch_function)

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Gives the tensor its shape; from now on it is one like others, filled with zeros."""
        try:
            js.materialize(self._js, to_js([shape] if isinstance(shape, int) else list(shape)))
        except JsException as error:
            raise translated(error) from None
        self.__class__ = self._cls_to_become

    @property
    def shape(self) -> Any:
        """There is none yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (type(self), (self.requires_grad,))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter without a shape yet; a lazy module gives it one at its first input."""

    _cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return held(cls, js.uninitialized(False, requires_grad))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return memo.setdefault(id(self), type(self)(self.requires_grad))


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer without a shape yet; a lazy module gives it one at its first input."""

    _cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        made = held(cls, js.uninitialized(True, requires_grad))
        made.persistent = persistent
        return made


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer waits for its shape."""
    return isinstance(param, UninitializedTensorMixin)


def become(tensor: Tensor, fn: Any) -> None:
    """Gives a parameter or buffer the numbers, and the dtype, that `fn` makes of it; it stays the same object."""
    if is_lazy(tensor):
        return
    with no_grad():
        changed = fn(tensor.detach())
        if changed.dtype != tensor.dtype:
            try:
                js.convert(tensor._js, send(changed.dtype))
            except JsException as error:
                raise translated(error) from None
        tensor.detach().copy_(changed)


def parse_to(*args: Any, **kwargs: Any) -> Dtype | None:
    """The dtype among the arguments of `Module.to`."""
    for value in (*args, *kwargs.values()):
        if isinstance(value, Dtype):
            return value
        if isinstance(value, Tensor):
            return value.dtype
    return None
