"""`torch.futures`: results that come later. There is one thread here, so what is not set when it is waited for never comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Future(Generic[T]):
    """A result that may be set, and functions that are called with it then."""

    def __init__(self, *, devices: Any = None) -> None:
        self._result: Any = None
        self._error: BaseException | None = None
        self._done = False
        self._calls: list[Callable[[Future], Any]] = []

    def done(self) -> bool:
        """Whether the result, or an error, has been set."""
        return self._done

    def wait(self) -> Any:
        """The result."""
        if not self._done:
            raise RuntimeError("Future.wait: expected a result that has been set, since nothing else runs while Python waits")
        if self._error is not None:
            raise self._error
        return self._result

    value = wait

    def set_result(self, result: Any) -> None:
        """Sets the result, and calls what waits for it."""
        if self._done:
            raise RuntimeError("Future can only be marked completed once.")
        self._result, self._done = result, True
        for call in self._calls:
            call(self)

    def set_exception(self, result: BaseException) -> None:
        """Sets an error, which `wait` raises."""
        self._error = result
        self.set_result(None)

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Calls a function with this future once its result is set."""
        if self._done:
            callback(self)
        else:
            self._calls.append(callback)

    def then(self, callback: Callable[[Future], Any]) -> Future:
        """The future of what a function gives for this one."""
        made: Future = Future()

        def run(done: Future) -> None:
            try:
                made.set_result(callback(done))
            except Exception as error:
                made.set_exception(error)

        self.add_done_callback(run)
        return made


def collect_all(futures: list[Future]) -> Future[list[Future]]:
    """A future of all, once each has its result."""
    made: Future = Future()
    left = len(futures)

    def one(_: Future) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            made.set_result(futures)

    for each in futures:
        each.add_done_callback(one)
    if not futures:
        made.set_result(futures)
    return made


def wait_all(futures: list[Future]) -> list[Any]:
    """The results of all."""
    return [each.wait() for each in futures]
