"""What PyTorch keeps of before version 0.4: `torch.FloatTensor(…)` makes a tensor, and `isinstance` tells one by its dtype."""

from __future__ import annotations

from typing import Any

from ._bridge import senders
from ._creation import legacy_tensor
from ._tensor import Tensor
from ._types import stands_for

__all__ = ["BoolTensor", "ByteTensor", "FloatTensor", "HalfTensor", "IntTensor", "LongTensor"]


class _Typed(type):
    _dtype: str

    def __call__(cls, *data: Any, **keywords: Any) -> Tensor:
        return legacy_tensor(stands_for(cls._dtype), data)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Tensor) and value._js.dtype == cls._dtype


# In the place of a dtype: `x.type(torch.LongTensor)`.
senders[_Typed] = lambda kind: stands_for(kind._dtype)


def typed(name: str, dtype: str) -> Any:
    return _Typed(name, (), {"_dtype": dtype, "__module__": "torch", "__doc__": f"Tensors of {dtype}."})


FloatTensor = typed("FloatTensor", "float32")
HalfTensor = typed("HalfTensor", "float16")
LongTensor = typed("LongTensor", "int64")
IntTensor = typed("IntTensor", "int32")
ByteTensor = typed("ByteTensor", "uint8")
BoolTensor = typed("BoolTensor", "bool")
