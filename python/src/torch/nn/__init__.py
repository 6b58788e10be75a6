"""`torch.nn`: modules, layers and losses."""

from . import (
    functional,
    grad,
    init,
    modules,
    parallel,
    parameter,
    utils,  # noqa: E402  # it needs the modules
)
from .modules import *  # noqa: F403
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

functional.grad = grad

__all__ = [
    *modules.__all__,
    "Buffer",
    "DataParallel",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "modules",
    "parallel",
    "parameter",
    "utils",
]
