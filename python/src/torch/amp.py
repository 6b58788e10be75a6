"""Mixed precision."""

from __future__ import annotations

import functools
import sys
import warnings
from typing import Any

from . import _bridge, _tree, _types
from ._bridge import JsException, can_run_sync, js, translated


def _available() -> bool | None:
    return _bridge.call(js.find("torch.amp", "isAutocastAvailable")[1], (), {}, "is_autocast_available")


def _lacks_float16() -> bool:
    """Whether the device is known to be without float16; it is opened where Python may wait for it."""
    answer = _available()
    if answer is None and can_run_sync():
        from .cuda import synchronize

        synchronize()
        answer = _available()
    return answer is False


# The options of the blocks of autocast that the program is in.
_entered: list[dict[str, Any]] = []


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether the program is in a block of autocast for this type of device."""
    if not isinstance(device_type, str):
        raise TypeError(f"is_autocast_enabled(): argument 'device_type' must be str, not {type(device_type).__name__}")
    kind = _types.device(device_type).type
    return next((bool(each["enabled"]) for each in reversed(_entered) if each["deviceType"] in (kind, "webgpu")), False)


def get_autocast_dtype(device_type: str) -> Any:
    """float16, in which autocast computes on every type of device."""
    return _types.dtypes["float16"]


class autocast:
    """Products of matrices and convolutions in float16; a context manager and a decorator."""

    def __init__(self, device_type: Any = "webgpu", dtype: Any = None, enabled: bool = True, cache_enabled: Any = None):
        if isinstance(device_type, bool):
            # As torch.cuda.amp has it: autocast(enabled, dtype, cache_enabled).
            device_type, enabled = "cuda", device_type
        if enabled and _lacks_float16():
            warnings.warn(
                f"User provided device_type of '{device_type}', but this device has no float16 (WebGPU's 'shader-f16'). "
                "Disabling autocast.",
                stacklevel=2,
            )
            enabled = False
        elif enabled and getattr(dtype, "_name", None) == "bfloat16":
            warnings.warn(
                f"In {device_type} autocast, but the target dtype bfloat16 is not supported: WGSL has float16 alone. "
                "Disabling autocast.",
                stacklevel=2,
            )
            enabled = False
        self._options = {"deviceType": str(device_type).partition(":")[0], "enabled": enabled}
        if enabled and dtype is not None:
            self._options["dtype"] = _bridge.send(dtype)
        self._before: list[Any] = []

    def __enter__(self) -> autocast:
        try:
            self._before.append(js.setAutocast(_bridge.send(self._options)))
        except JsException as error:
            raise translated(error) from None
        _entered.append(self._options)
        return self

    def __exit__(self, *_: object) -> None:
        _entered.pop()
        js.restoreAutocast(self._before.pop())

    def __call__(self, call: Any) -> Any:
        @functools.wraps(call)
        def converted(*args: Any, **keywords: Any) -> Any:
            with self:
                return call(*args, **keywords)

        return converted


class GradScaler:
    """Keeps small gradients from vanishing in float16."""

    def __init__(
        self,
        device: Any = "cuda",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        if isinstance(device, int | float):
            # As torch.cuda.amp has it, where the scale is first.
            init_scale = device
        if enabled and _lacks_float16():
            warnings.warn(
                "torch.amp.GradScaler is enabled, but this device has no float16 (WebGPU's 'shader-f16').  Disabling.",
                stacklevel=2,
            )
            enabled = False
        options = {
            "initScale": init_scale,
            "growthFactor": growth_factor,
            "backoffFactor": backoff_factor,
            "growthInterval": growth_interval,
            "enabled": enabled,
        }
        try:
            self._js = js.create(js.find("torch", "GradScaler")[1], _bridge.send(options))
        except JsException as error:
            raise translated(error) from None

    def _call(self, name: str, *args: Any) -> Any:
        return _bridge.call(js.method(name), (self, *args), {}, name, self)

    def scale(self, outputs: Any) -> Any:
        """The outputs times the factor."""
        return self._call("scale", outputs)

    def unscale_(self, optimizer: Any) -> None:
        """Divides the gradients by the factor again."""
        self._call("unscale_", optimizer)

    def step(self, optimizer: Any, *args: Any, **keywords: Any) -> Any:
        """A step of the optimizer, unless a gradient is infinite or NaN."""
        return self._call("step", optimizer)

    def update(self, new_scale: Any = None) -> None:
        """Changes the factor after a step."""
        given = new_scale.item() if hasattr(new_scale, "item") else new_scale
        self._call("update", *(() if given is None else (given,)))

    def get_scale(self) -> float:
        """The factor."""
        return float(self._call("getScale"))

    def _option(self, name: str) -> Any:
        return self.state_dict().get(name)

    def _set_option(self, name: str, value: Any) -> None:
        self.load_state_dict({**self.state_dict(), name: value})

    def get_growth_factor(self) -> float:
        """What the factor is multiplied by after `growth_interval` steps without an infinite gradient."""
        return float(self._option("growth_factor"))

    def set_growth_factor(self, new_factor: float) -> None:
        """Sets it."""
        self._set_option("growth_factor", new_factor)

    def get_backoff_factor(self) -> float:
        """What the factor is multiplied by after a step with an infinite gradient."""
        return float(self._option("backoff_factor"))

    def set_backoff_factor(self, new_factor: float) -> None:
        """Sets it."""
        self._set_option("backoff_factor", new_factor)

    def get_growth_interval(self) -> int:
        """After how many steps the factor grows."""
        return int(self._option("growth_interval"))

    def set_growth_interval(self, new_interval: int) -> None:
        """Sets it."""
        self._set_option("growth_interval", new_interval)

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._call("isEnabled")

    def state_dict(self) -> dict[str, Any]:
        """The factor and its progress."""
        found = self._call("stateDict")
        return {_bridge.snake(name): value for name, value in found.items()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Goes on from a state."""
        self._call("loadStateDict", {_bridge.camel(name): value for name, value in state_dict.items()})


def is_autocast_available(device_type: str) -> bool:
    """Whether the device has the features of `autocast`."""
    return _available() is True


def custom_fwd(forward: Any = None, *, device_type: str = "cuda", cast_inputs: Any = None) -> Any:
    """Leaves a custom function's `forward` as it is: autocast does not look into it."""
    return forward if forward is not None else lambda given: given


def custom_bwd(backward: Any = None, *, device_type: str = "cuda") -> Any:
    """Leaves a custom function's `backward` as it is."""
    return backward if backward is not None else lambda given: given


# The modules in which PyTorch defines these.
for _place in ("torch.amp.autocast_mode", "torch.amp.grad_scaler"):
    sys.modules[_place] = sys.modules[__name__]
__path__: list[str] = []

__getattr__, __dir__ = _tree.answering(__name__, globals())
