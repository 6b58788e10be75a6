"""Python's operators of tensors."""

from __future__ import annotations

from typing import Any

from . import _bridge, _overrides
from ._bridge import TENSOR, JsException, js, receive, senders, translated
from ._numpy import is_array

_INTEGERS = frozenset({"int64", "int32", "uint8", "uint32", "bool"})

# By Python's operator: the method of the library.
_BINARY = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "truediv": "div",
    "floordiv": "floorDivide",
    "mod": "remainder",
    "pow": "pow",
    "and": "bitwiseAnd",
    "or": "bitwiseOr",
    "xor": "bitwiseXor",
    "lshift": "bitwiseLeftShift",
    "rshift": "bitwiseRightShift",
    "matmul": "matmul",
    "eq": "eq",
    "ne": "ne",
    "lt": "lt",
    "le": "le",
    "gt": "gt",
    "ge": "ge",
}
_BITS = frozenset({"and", "or", "xor", "lshift", "rshift"})
# What a float of Python promotes whole numbers in.
_PROMOTING = frozenset({"add", "sub", "mul", "floordiv", "mod", "pow"})
_COMMUTATIVE = frozenset({"add", "mul", "and", "or", "xor"})
# In place, where the library has the method.
_IN_PLACE = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")


def _operand(other: Any) -> Any:
    """The other side as the library takes it; NotImplemented where that side is to be asked."""
    kind = type(other)
    if kind in (int, float, bool):
        return other
    if kind in _overrides.classes and _overrides.is_enabled():
        return NotImplemented
    if hasattr(other, "_js") and kind in senders or _is_tensor(other):
        return other._js
    if is_array(other):
        return _bridge.send(other)
    # Numbers of one's own, such as members of an IntEnum.
    return float(other) if isinstance(other, float) else int(other) if isinstance(other, int) else NotImplemented


def _is_tensor(other: Any) -> bool:
    from ._tensor import Tensor

    return isinstance(other, Tensor)


def _binary(name: str, spelt: str) -> Any:
    bound = js.method(spelt)
    promotes = name in _PROMOTING
    of_bits = name in _BITS

    def operator(self: Any, other: Any) -> Any:
        operand = _operand(other)
        if operand is NotImplemented:
            # A complex number of Python makes complex numbers of the tensor's.
            return getattr(self.cfloat(), f"__{name}__")(other) if type(other) is complex else NotImplemented
        if of_bits and type(operand) is float:
            raise NotImplementedError(f"{spelt}: expected whole numbers, but got {operand}")
        handle = self._js
        if promotes and type(operand) is float and operand.is_integer() and handle.dtype in _INTEGERS:
            handle = self.float()._js
        try:
            result = bound(handle, operand)
        except JsException as error:
            raise translated(error) from None
        return _bridge.makers["Tensor"](result) if type(result) is TENSOR else receive(result, name, self)

    return operator


def _in_place(name: str, spelt: str) -> Any:
    bound = js.method(f"{spelt}_")

    def operator(self: Any, other: Any) -> Any:
        operand = _operand(other)
        if operand is NotImplemented:
            return NotImplemented
        if type(operand) is float and self._js.dtype in _INTEGERS:
            raise RuntimeError(f"result type Float can't be cast to the desired output type {_long_name(self)}")
        try:
            bound(self._js, operand)
        except JsException as error:
            raise translated(error) from None
        return self

    return operator


def _long_name(x: Any) -> str:
    return {"int64": "Long", "int32": "Int", "uint8": "Byte", "uint32": "UInt32", "bool": "Bool"}[x._js.dtype]


def _floated(x: Any, other: Any) -> Any:
    return x.float() if type(other) is float and x._js.dtype in _INTEGERS else x


def _rsub(self: Any, other: Any) -> Any:
    if type(other) is complex:
        return other - self.cfloat()
    if not isinstance(other, int | float):
        return NotImplemented
    return _bridge.call(_function("rsub"), (_floated(self, other), other), {}, "rsub")


def _rtruediv(self: Any, other: Any) -> Any:
    if type(other) is complex:
        return other / self.cfloat()
    if not isinstance(other, int | float):
        return NotImplemented
    return self.reciprocal() * other


def _reflected(spelt: str) -> Any:
    def operator(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        return _bridge.call(_function(spelt), (other, _floated(self, other)), {}, spelt)

    return operator


def _rmatmul(self: Any, other: Any) -> Any:
    return NotImplemented


_found: dict[str, Any] = {}


def _function(spelt: str) -> Any:
    bound = _found.get(spelt)
    if bound is None:
        bound = _found[spelt] = js.find("torch", spelt)[1]
    return bound


def _unary(spelt: str) -> Any:
    bound = js.method(spelt)

    def operator(self: Any) -> Any:
        try:
            return receive(bound(self._js), spelt, self)
        except JsException as error:
            raise translated(error) from None

    return operator


def _invert(self: Any) -> Any:
    return self.logical_not() if self._js.dtype == "bool" else self.bitwise_not()


def install(cls: type) -> None:
    """Gives a class of tensors its operators."""
    for name, spelt in _BINARY.items():
        operator = _binary(name, spelt)
        setattr(cls, f"__{name}__", operator)
        if name in _COMMUTATIVE:
            setattr(cls, f"__r{name}__", operator)
    for name in _IN_PLACE:
        setattr(cls, f"__i{name}__", _in_place(name, _BINARY[name]))
    reflected = {
        "__rsub__": _rsub,
        "__rtruediv__": _rtruediv,
        "__rfloordiv__": _reflected("floorDivide"),
        "__rmod__": _reflected("remainder"),
        "__rpow__": _reflected("pow"),
        "__rlshift__": _reflected("bitwiseLeftShift"),
        "__rrshift__": _reflected("bitwiseRightShift"),
        "__rmatmul__": _rmatmul,
        "__neg__": _unary("neg"),
        "__pos__": lambda self: self,
        "__abs__": _unary("abs"),
        "__invert__": _invert,
    }
    for name, operator in reflected.items():
        setattr(cls, name, operator)
