"""Answers for scripts that ask for CUDA before they choose a device: WebGPU's."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from . import _bridge, _tree, random
from . import amp  # noqa: F401  The older place of torch.amp.
from ._bridge import js
from ._legacy import BoolTensor, ByteTensor, FloatTensor, HalfTensor, IntTensor, LongTensor  # noqa: F401
from ._names import camel, is_pythonic
from .random import initial_seed, manual_seed, seed  # noqa: F401

for _place in ("torch.cuda.amp", "torch.cuda.amp.autocast_mode", "torch.cuda.amp.grad_scaler"):
    sys.modules[_place] = amp

__path__: list[str] = []
# Programs that keep the state of a generator ask whether CUDA has been used.
_initialized = False
manual_seed_all, seed_all = manual_seed, seed
_gpu: dict[str, Any] = _bridge.receive(js.find("torch", "cuda"))


def _ask(name: str) -> Any:
    return _gpu[name]()


def is_available() -> bool:
    """Whether this environment offers WebGPU."""
    return _ask("isAvailable")


def is_bf16_supported() -> bool:
    """No: WGSL has no bfloat16."""
    return False


def device_count() -> int:
    """1 where WebGPU is offered, else 0."""
    return _ask("deviceCount")


def current_device() -> int:
    """0: there is one device."""
    return 0


def set_device(device: Any) -> None:
    """Changes nothing: there is one device."""


def get_device_name(device: Any = None) -> str:
    """`WebGPU`."""
    return "WebGPU"


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """(0, 0): the device is none of CUDA's."""
    return (0, 0)


def synchronize(device: Any = None) -> None:
    """Waits until the GPU has done everything."""
    _ask("synchronize")


def empty_cache() -> None:
    """Changes nothing: memory goes back by itself."""


def ipc_collect() -> None:
    """Changes nothing: there is one process."""


def memory_allocated(device: Any = None) -> int:
    """Bytes of the buffers in use."""
    return js.gpuBytes()


def get_rng_state(device: Any = None) -> Any:
    """The state of the one generator."""
    return random.get_rng_state()


def set_rng_state(new_state: Any, device: Any = None) -> None:
    """Has the one generator go on from a state."""
    random.set_rng_state(new_state)


def get_rng_state_all() -> list[Any]:
    """The states of all devices' generators: of the one generator."""
    return [random.get_rng_state() for _ in range(device_count())]


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Has the generators of all devices go on from these states: the one generator from the first."""
    for state in list(new_states)[:1]:
        random.set_rng_state(state)


class Event:
    """A moment at which the GPU has done everything so far."""

    def __init__(self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
        self._time: float | None = None

    def record(self, stream: Any = None) -> None:
        """Waits until the GPU has done everything, and notes when that was."""
        synchronize()
        self._time = time.perf_counter()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this moment to another one."""
        if self._time is None or end_event._time is None:
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        return (end_event._time - self._time) * 1000

    def query(self) -> bool:
        """Whether the GPU has come to it: always."""
        return True

    def wait(self, stream: Any = None) -> None:
        """Ends at once."""

    def synchronize(self) -> None:
        """Ends at once."""


class Stream:
    """The one order in which the GPU works."""

    def __init__(self, device: Any = None, priority: int = 0) -> None:
        self.priority = priority

    def synchronize(self) -> None:
        """Waits until the GPU has done everything."""
        synchronize()

    def query(self) -> bool:
        """Whether the GPU has done everything, for which Python waits."""
        synchronize()
        return True

    def record_event(self, event: Event | None = None) -> Event:
        """Records an event."""
        event = event or Event()
        event.record()
        return event

    def wait_event(self, event: Event) -> None:
        """Changes nothing: there is one order."""

    def wait_stream(self, stream: Stream) -> None:
        """Changes nothing: there is one order."""

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        pass


_stream = Stream()


def current_stream(device: Any = None) -> Stream:
    """The one order in which the GPU works."""
    return _stream


default_stream = current_stream


def stream(stream: Stream | None) -> Stream:
    """The block of a `with` statement in any stream."""
    return stream or _stream


class device:
    """The block of a `with` statement on any device."""

    def __init__(self, device: Any) -> None:
        self.idx = device

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def __getattr__(name: str) -> Any:
    found = _gpu.get(camel(name))
    if found is None or not is_pythonic(name):
        return _tree.attribute(__name__, name, globals())
    return found
