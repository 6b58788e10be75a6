"""Types of the arguments of layers."""

from .._tensor import Tensor

type _scalar_or_tuple_any_t[T] = T | tuple[T, ...]
type _scalar_or_tuple_1_t[T] = T | tuple[T]
type _scalar_or_tuple_2_t[T] = T | tuple[T, T]
type _scalar_or_tuple_3_t[T] = T | tuple[T, T, T]
_size_any_t = _scalar_or_tuple_any_t[int]
_size_1_t = _scalar_or_tuple_1_t[int]
_size_2_t = _scalar_or_tuple_2_t[int]
_size_3_t = _scalar_or_tuple_3_t[int]
_ratio_any_t = _scalar_or_tuple_any_t[float]
_ratio_2_t = _scalar_or_tuple_2_t[float]
_maybe_indices_t = _scalar_or_tuple_2_t[Tensor]
