"""Hyperparameters as YAML, as `hparams.yaml` holds them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# Words that YAML takes for something else than a text.
_SPECIAL = re.compile(
    r"|[-+.\d].*|true|false|yes|no|on|off|null|~|.*[:#'\"{}\[\],&*!|>%@`\n].*|\s.*|.*\s", re.IGNORECASE | re.DOTALL
)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return json.dumps(text) if _SPECIAL.fullmatch(text) else text


def yaml_of(values: Mapping[str, Any], indent: str = "") -> str:
    """The text: names in their order, dicts and lists below them."""
    lines = []
    for name in sorted(values, key=str):
        value = values[name]
        if isinstance(value, Mapping) and value:
            lines.append(f"{indent}{_scalar(name)}:\n{yaml_of(value, indent + '  ')}")
        elif isinstance(value, (list, tuple)) and value:
            items = "".join(f"{indent}- {_scalar(item)}\n" for item in value)
            lines.append(f"{indent}{_scalar(name)}:\n{items}")
        elif isinstance(value, (Mapping, list, tuple)):
            lines.append(f"{indent}{_scalar(name)}: {'{}' if isinstance(value, Mapping) else '[]'}\n")
        else:
            lines.append(f"{indent}{_scalar(name)}: {_scalar(value)}\n")
    return "".join(lines) or "{}\n"
