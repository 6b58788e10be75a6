"""The default generator of random numbers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from ._bridge import js
from ._creation import from_typed, to_bytes
from ._types import Generator


def manual_seed(seed: int) -> Generator:
    """Seeds the default generator, and gives it."""
    made = js.find("torch", "manualSeed")[1](int(seed))
    return Generator(_js=made[2])


def seed() -> int:
    """Seeds the default generator from the system, and gives the seed."""
    return js.find("torch", "seed")[1]()


def initial_seed() -> int:
    """The seed of the default generator."""
    return js.find("torch", "initialSeed")[1]()


def get_rng_state() -> Any:
    """The state of the default generator, as a tensor of bytes."""
    return from_typed(js.find("torch", "getRngState")[1]()[1], "uint8")


def set_rng_state(state: Any) -> None:
    """Has the default generator go on from a state."""
    js.find("torch", "setRngState")[1](to_bytes(state))


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **_: Any) -> Iterator[None]:
    """Puts the default generator back afterwards."""
    state = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if state is not None:
            set_rng_state(state)


class _DefaultGenerator(Generator):
    """The default generator, whichever function seeds it."""

    __slots__ = ()

    manual_seed = staticmethod(manual_seed)
    seed = staticmethod(seed)
    initial_seed = staticmethod(initial_seed)
    get_state = staticmethod(get_rng_state)
    set_state = staticmethod(set_rng_state)


default_generator = _DefaultGenerator(_js=js.defaultGenerator())
