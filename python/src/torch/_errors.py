"""The library's errors as exceptions of Python."""

import re

from ._names import snake


class OutOfMemoryError(RuntimeError):
    """The GPU could not provide memory."""


class LinAlgError(RuntimeError):
    """A matrix that has no inverse, or no factors of the kind that was asked for."""


_CLASSES: dict[str, type[Exception]] = {
    "IndexError": IndexError,
    "LinAlgError": LinAlgError,
    "OutOfMemoryError": OutOfMemoryError,
    "TypeError": TypeError,
    "RangeError": ValueError,
    "FetchError": OSError,
}

# Arguments that are missing, unknown or of another type, as the library says it.
_type_errors = re.compile(
    r"missing|unknown argument|unexpected|got argument|expected at most|takes no"
    r"|to be (a|an|numbers|tensors|one of) |expected (a tensor|a number|a list|a text|a function|a value|numbers|tensors)"
)
# Names of parameters and functions as the library spells them.
_names = re.compile(r"\b[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+\b")
# Errors that speak of the browser's own names.
_OF_THE_BROWSER = frozenset({"OutOfMemoryError", "DeviceLostError", "FetchError"})
# Values that fit no dtype are errors of its operation in PyTorch.
_of_dtypes = re.compile(r"dtype")


def translated(error: BaseException) -> Exception:
    """The exception for an error of the library, with its message; `lamplight` is the name of its class."""
    name = str(getattr(error, "name", "Error"))
    message = str(getattr(error, "message", error))
    if name not in _OF_THE_BROWSER:
        message = _names.sub(lambda found: snake(found[0]), message)
    kind = _CLASSES.get(name)
    if kind is None:
        kind = RuntimeError
        if name == "ArgumentError":
            wrong = TypeError if _type_errors.search(message) else ValueError
            kind = RuntimeError if _of_dtypes.search(message) and wrong is ValueError else wrong
    made = kind(message)
    made.lamplight = name  # type: ignore[attr-defined]
    return made
