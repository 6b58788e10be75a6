"""The library's errors as exceptions of Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

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
    r"missing|expected a dimension as a whole number|unknown argument|unexpected|got argument|expected at most|takes no"
    r"|to be (a|an|numbers|tensors|one of) |expected (a tensor|a number|a list|a text|a function|a value|numbers|tensors)"
)
# Names of parameters and functions as the library spells them.
_names = re.compile(r"\b[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+_?\b")
# Errors that speak of the browser's own names.
_OF_THE_BROWSER = frozenset({"OutOfMemoryError", "DeviceLostError", "FetchError"})
# Values that fit no dtype are errors of its operation in PyTorch.
_of_dtypes = re.compile(r"dtype")
# Values and places for which PyTorch raises RuntimeError.
_of_values = re.compile(
    r"^binary_cross_entropy: expected inputs between|expected a window whose elements are distinct|^is_nonzero: expected a tensor"
)


# By what the library says: the words by which PyTorch's programs know an error. They go before the library's.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        r"has been changed by an in-place operation",
        "one of the variables needed for gradient computation has been modified by an inplace operation",
    ),
    (
        r"has been used by an earlier backward and is gone",
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time",
    ),
    (
        r"a view was made in no_grad mode and is being changed in place",
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled",
    ),
    (
        r"this tensor does not require grad and was not made from one that does",
        "element 0 of tensors does not require grad and does not have a grad_fn",
    ),
    (
        r"expected a window whose elements are distinct",
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation.",
    ),
    (
        r"^masked_fill_?: expected a mask of dtype bool",
        "masked_fill_ only supports boolean masks, but got mask with another dtype",
    ),
    (r"^binary_cross_entropy: expected inputs between 0 and 1", "all elements of input should be between 0 and 1"),
    (
        r"^grad: this tensor was made by",
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated "
        "during autograd.backward().",
    ),
    (r"^masked_select: expected a mask of dtype bool", "masked_select: expected BoolTensor for mask"),
    (
        r"^is_nonzero: expected a tensor with one element, but got shape \[0\]",
        "Boolean value of Tensor with no values is ambiguous",
    ),
    (r"^is_nonzero: expected a tensor", "Boolean value of Tensor with more than one value is ambiguous"),
    (
        r"the target's shape .* differs from the input's",
        "Using a target size that is different to the input size. This will likely lead to incorrect results due to "
        "broadcasting. Please ensure they have the same size.",
    ),
    (r"^(?:weight_norm|spectral_norm): expected parameters with a shape", "Modules that have uninitialized parameters."),
)
_words = tuple((re.compile(said), known) for said, known in _WORDS)


def worded(message: str) -> str:
    """A message of the library behind PyTorch's words for the same."""
    known = next((known for said, known in _words if said.search(message)), None)
    return message if known is None else f"{known} ({message})"


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
    kind = RuntimeError if _of_values.search(message) else _CLASSES.get(name)
    if kind is None:
        kind = RuntimeError
        if name == "ArgumentError":
            wrong = TypeError if _type_errors.search(message) else ValueError
            kind = RuntimeError if _of_dtypes.search(message) and wrong is ValueError else wrong
    made = kind(worded(message))
    made.lamplight = name  # type: ignore[attr-defined]
    return made
