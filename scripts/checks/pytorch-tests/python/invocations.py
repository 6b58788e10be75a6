"""The part of PyTorch's database of samples that the tests need; it stands in the place of `common_methods_invocations`."""

from __future__ import annotations

from typing import Any

import torch


class DecorateInfo:
    """Which of a family's tests decorators are for; None stands for all."""

    def __init__(
        self,
        decorators: Any,
        cls_name: str | None = None,
        test_name: str | None = None,
        *,
        device_type: str | None = None,
        dtypes: Any = None,
        active_if: Any = True,
    ):
        self.decorators = decorators if isinstance(decorators, list | tuple) else [decorators]
        self.wanted = (cls_name, test_name, device_type)
        self.dtypes = dtypes
        self.active_if = active_if

    def is_active(self, cls_name: str, test_name: str, device_type: str, dtype: Any, param_kwargs: Any) -> bool:
        """Whether the decorators are for this test."""
        given = (cls_name, test_name, device_type)
        if not all(wanted is None or wanted == one for wanted, one in zip(self.wanted, given)):
            return False
        if self.dtypes is not None and dtype not in self.dtypes:
            return False
        return self.active_if(param_kwargs) if callable(self.active_if) else bool(self.active_if)


def mask_not_all_zeros(shape: Any) -> torch.Tensor:
    """A random mask with at least one place that is set."""
    while True:
        mask = torch.randn(shape).gt(0)
        if mask.any():
            return mask
