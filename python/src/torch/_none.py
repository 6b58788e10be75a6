"""None as an argument: null for the library where that has a meaning, False for what is true or false, else as if left out."""

from __future__ import annotations

import re
from typing import Any

from . import _bridge
from ._bridge import jsnull

# Functions in which None is another thing than the default, or stands for a tensor that has to be named.
MEANINGFUL = frozenset({"batch_norm", "instance_norm", "multi_head_attention_forward", "weight_norm"})

# Packages whose functions and classes have such arguments throughout: `average=None` of a metric is no mean.
SPACES = frozenset({"torchmetrics", "torchmetrics.functional", "torchvision.ops"})

_refused = re.compile(r"expected (\w+) to be (.+), but got null")


def call(function: Any, args: Any, keywords: dict[str, Any], name: str, self: Any = None) -> Any:
    """Calls a bound function of the library; each None that it refuses as null is what PyTorch takes it for."""
    if all(value is not None for value in args) and all(value is not None for value in keywords.values()):
        return _bridge.call(function, args, keywords, name, self)
    given = [jsnull if value is None else value for value in args]
    named = {key: jsnull if value is None else value for key, value in keywords.items()}
    # The parameter that was refused last, what stands for its None, and the place that was tried for it.
    key, stand_in, tried = "", None, -1
    while True:
        try:
            return _bridge.call(function, given, named, name, self)
        except (TypeError, ValueError, RuntimeError) as error:
            found = _refused.search(str(error))
            if found and named.get(found[1]) is jsnull:
                named[found[1]] = False if found[2] == "a boolean" else None
                continue
            if found and found[1] != key:
                key, stand_in, tried = found[1], False if found[2] == "a boolean" else None, -1
            elif tried >= 0:
                # What was refused stands at another place.
                given[tried] = jsnull
            at = next((i for i in range(tried + 1, len(given)) if given[i] is jsnull), None)
            if not key or at is None:
                raise
            given[at], tried = stand_in, at
