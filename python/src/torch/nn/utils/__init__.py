"""`torch.nn.utils`: clipping gradients, parameters as one vector, norms of weights, sequences."""

from __future__ import annotations

import warnings
from typing import Any

from ... import _bridge
from ..._aliases import add_modules
from ..._overrides import DisableTorchFunctionSubclass
from . import _space, parametrizations, parametrize, prune, rnn

_OF_MODULES = frozenset({"weight_norm", "remove_weight_norm", "spectral_norm", "remove_spectral_norm"})


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Any:
    """Scales all gradients so that their norm, as one vector, is at most `max_norm`; gives the norm before."""
    given = _space.listed(parameters)
    if error_if_nonfinite:
        _expect_finite([one.grad for one in given if one.grad is not None], norm_type)
    with DisableTorchFunctionSubclass():
        return _bridge.call(_clip(), (given, float(max_norm), norm_type), {}, "clip_grad_norm_")


def _expect_finite(gradients: list[Any], norm_type: float) -> None:
    total = _bridge.find(__name__, "get_total_norm")(gradients, norm_type)
    if not bool(total.isfinite()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )


def clip_grad_norm(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Any:
    """The older name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def _clip() -> Any:
    return _bridge.js.find("torch.nn.utils", "clipGradNorm_")[1]


def clip_grad_value_(parameters: Any, clip_value: float, foreach: Any = None) -> None:
    """Clamps the gradients of all parameters to at most `clip_value` in size."""
    bound = _bridge.js.find("torch.nn.utils", "clipGradValue_")[1]
    with DisableTorchFunctionSubclass():
        _bridge.call(bound, (_space.listed(parameters), float(clip_value)), {}, "clip_grad_value_")


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A layer of this class; its parameters may hold anything."""
    return module_cls(*args, **kwargs)


def __getattr__(name: str) -> Any:
    return _space.attribute(__name__, name, globals(), _OF_MODULES)


def __dir__() -> list[str]:
    return _bridge.names(__name__, globals())


__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "parametrizations",
    "parametrize",
    "prune",
    "rnn",
    "skip_init",
]


add_modules(__name__)
