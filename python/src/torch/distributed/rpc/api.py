"""`torch.distributed.rpc.api`: what its functions need before they are called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

# In seconds: the limit of the backend, and none.
UNSET_RPC_TIMEOUT, DEFAULT_RPC_TIMEOUT_SEC = -1.0, 60.0


def _require_initialized(func: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator: the function raises RuntimeError, since no other process has been reached."""

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("RPC has not been initialized. Call torch.distributed.rpc.init_rpc first.")

    return wrapper
