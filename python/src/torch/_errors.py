"""The library's errors as exceptions of Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ._names import snake
from ._words import WORDS


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
    r"missing|expected a dimension as a whole number|unknown argument|unexpected|got argument|expected at most|takes no"
    r"|to be (a|an|numbers|tensors|one of) |expected (a tensor|a number|a list|a text|a function|a value|numbers|tensors)"
)
# Names of parameters and functions as the library spells them.
_names = re.compile(r"\b[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+_?\b")
# Errors that speak of the browser's own names.
_OF_THE_BROWSER = frozenset({"OutOfMemoryError", "DeviceLostError", "FetchError"})
# Values that fit no dtype are errors of its operation in PyTorch.
_of_dtypes = re.compile(r"dtype")

_words = tuple((re.compile(said), known, kind) for said, known, kind in WORDS)


def _known(message: str) -> tuple[str, type[Exception] | None]:
    """A message of the library behind PyTorch's words for the same, and the class of PyTorch's error where that is another."""
    for said, known, kind in _words:
        found = said.search(message)
        if found:
            return f"{known(found) if callable(known) else found.expand(known)} ({message})", kind
    return message, None


def worded(message: str) -> str:
    """A message of the library behind PyTorch's words for the same."""
    return _known(message)[0]


def spelt(message: str) -> str:
    """A message of the library with the names of Python."""
    return _names.sub(lambda found: snake(found[0]), message)


# The exception that went from Python's code to JavaScript's last.
_gone_out: BaseException | None = None


def known_again(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function for JavaScript code, whose exceptions are raised as they were when they come back by a promise."""

    def called(*args: Any) -> Any:
        global _gone_out
        try:
            return call(*args)
        except BaseException as error:
            _gone_out = error
            raise

    return called


def _come_back(error: BaseException) -> BaseException | None:
    """The exception of Python's that an error of JavaScript's stands for."""
    global _gone_out
    own = _gone_out
    if own is None or getattr(error, "__error_address", None) != id(own):
        return None
    _gone_out = None
    return own


def translated(error: BaseException) -> BaseException:
    """The exception for an error of the library, with its message; `lamplight` is the name of its class."""
    name = str(getattr(error, "name", "Error"))
    own = _come_back(error) if name == "PythonError" else None
    if own is not None:
        return own
    message = str(getattr(error, "message", error))
    if name not in _OF_THE_BROWSER:
        message = spelt(message)
    words, kind = _known(message)
    kind = kind or _CLASSES.get(name)
    if kind is None:
        kind = RuntimeError
        if name == "ArgumentError":
            wrong = TypeError if _type_errors.search(message) else ValueError
            kind = RuntimeError if _of_dtypes.search(message) and wrong is ValueError else wrong
    made = kind(words)
    made.lamplight = name  # type: ignore[attr-defined]
    return made
