"""Types that annotations name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, Any, TypeAlias

from ._types import Size, device, dtype, layout  # noqa: F401

_TensorOrTensors: TypeAlias = Any
_TensorOrTensorsOrGradEdge: TypeAlias = Any
_int, _float, _bool, _complex = int, float, bool, complex
_dtype, _device, _layout, _size = dtype, device, layout, Size | list[int] | tuple[int, ...]
_symint = int
Number: TypeAlias = int | float | bool
_Number = (int, float, bool)
Device: TypeAlias = device | str | int | None
FileLike: TypeAlias = str | os.PathLike | IO[bytes]
FILE_LIKE = FileLike
IntLikeType, FloatLikeType, BoolLikeType = int, float, bool
PySymType: TypeAlias = int | float | bool
py_sym_types = (int, float, bool)
Storage: TypeAlias = Any
_Sequence = Sequence
