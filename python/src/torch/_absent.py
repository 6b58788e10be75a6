"""Names of PyTorch's that the library leaves out, each with its reason, in the place of a bare `no attribute`."""

from __future__ import annotations

import re

_QUANTIZED = "quantization, and numbers of less than 16 bits, are not in this library"
_COMPILED = "there is no compiler of Python code here; kernels are fused without one"

# Reasons by pattern of the name behind `torch.`, the first match first.
_REASONS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"(ao|quantization)(\..*)?$|q(u?int\d+\w*|uantize\w*|scheme)$|fake_quantize\w*$", _QUANTIZED),
        (r"sparse(\..*)?$|sparse_\w+$", "sparse tensors are not in this library; a dense one holds the same numbers"),
        (r"nested(\..*)?$", "nested tensors are not in this library; torch.nn.utils.rnn.pad_sequence makes one of equal rows"),
        (r"(fx|export|_dynamo|_inductor|package)(\..*)?$", _COMPILED),
        (r"(profiler|cpp_extension)(\..*)?$|utils\.(cpp_extension|benchmark)$", "what it calls is not in a page"),
    )
)


def reason(name: str) -> str | None:
    """Why a name is not here, by its full name: `torch.fft`; None where that is not known."""
    package, _, rest = name.partition(".")
    if package != "torch":
        return None
    return next((why for pattern, why in _REASONS if pattern.match(rest)), None)


def told(name: str, message: str) -> str:
    """A message about a name that is missing, with its reason."""
    why = reason(name)
    return message if why is None else f"{message}: {why}"

