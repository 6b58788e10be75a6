"""Small functions that layers in Python use."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable
from itertools import repeat
from typing import Any


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple]:
    def parse(x: Any) -> tuple:
        return tuple(x) if isinstance(x, abc.Iterable) else tuple(repeat(x, n))

    parse.__name__ = name
    return parse


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Takes a prefix, such as `module.`, from the names of a state dict, in place."""
    places = [state_dict]
    if hasattr(state_dict, "_metadata"):
        places.append(state_dict._metadata)
    for place in places:
        for name in list(place):
            if name and (name == prefix.rstrip(".") or name.startswith(prefix)):
                place[name.removeprefix(prefix) if name.startswith(prefix) else ""] = place.pop(name)


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")
