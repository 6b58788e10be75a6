"""Settings of PyTorch's backends, which change nothing here."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from . import cuda as _cuda

__path__: list[str] = []


class _Backend:
    benchmark = False
    deterministic = False
    enabled = False
    allow_tf32 = False

    def __init__(self, answer: bool) -> None:
        self._answer = answer

    def is_available(self) -> bool:
        """Whether programs may use it."""
        return self._answer and _cuda.is_available()

    def is_built(self) -> bool:
        """The same."""
        return self.is_available()

    def version(self) -> None:
        """There is none."""

    def is_acceptable(self, tensor: Any) -> bool:
        """No tensor is on a device of its."""
        return False

    @contextlib.contextmanager
    def flags(self, *settings: Any, **named: Any) -> Iterator[None]:
        """Changes nothing within the `with`."""
        yield


class _Cuda(_Backend):
    matmul = _Backend(False)

    @contextlib.contextmanager
    def sdp_kernel(self, *ways: Any, **named: Any) -> Iterator[None]:
        """Changes nothing within the `with`: the library chooses kernels of attention by shapes."""
        yield

    def enable_flash_sdp(self, enabled: bool) -> None:
        """Changes nothing."""

    enable_math_sdp = enable_mem_efficient_sdp = enable_cudnn_sdp = enable_flash_sdp

    def flash_sdp_enabled(self) -> bool:
        """No: the library chooses by shapes."""
        return False

    mem_efficient_sdp_enabled = cudnn_sdp_enabled = flash_sdp_enabled

    def math_sdp_enabled(self) -> bool:
        """Yes."""
        return True


cudnn = _Backend(False)
mps = _Backend(True)
mkl = _Backend(False)
mkldnn = _Backend(False)
openmp = _Backend(False)
cuda = _Cuda(True)

# Programs import them as modules: `import torch.backends.cudnn as cudnn`.
for _name, _backend in list(globals().items()):
    if isinstance(_backend, _Backend):
        sys.modules[f"{__name__}.{_name}"] = _backend  # type: ignore[assignment]
