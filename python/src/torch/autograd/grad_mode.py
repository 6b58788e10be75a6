"""Switches of gradient recording, each a context manager and a decorator."""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import Any, Callable

from .. import _bridge
from .._bridge import js


class _Switch:
    def __init__(self) -> None:
        self._on = False
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(js.setGrad(self._on))

    def __exit__(self, *_: object) -> None:
        js.setGrad(self._before.pop())

    def clone(self) -> _Switch:
        """Another of the same."""
        return type(self)()

    def __call__(self, call: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isclass(call):
            told = (
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate functions or "
                "methods. To preserve the current behavior of class decoration, you can directly decorate the `__init__` method "
                "and nothing else."
            )
            warnings.warn(told, FutureWarning, stacklevel=2)
        if inspect.isgeneratorfunction(call):

            @functools.wraps(call)
            def stepped(*args: Any, **keywords: Any) -> Any:
                steps = call(*args, **keywords)
                try:
                    with self.clone():
                        value = next(steps)
                    while True:
                        try:
                            sent = yield value
                        except GeneratorExit:
                            with self.clone():
                                steps.close()
                            raise
                        except BaseException as error:
                            with self.clone():
                                value = steps.throw(error)
                        else:
                            with self.clone():
                                value = steps.send(sent)
                except StopIteration as end:
                    return end.value

            return stepped

        @functools.wraps(call)
        def switched(*args: Any, **keywords: Any) -> Any:
            with self.clone():
                return call(*args, **keywords)

        return switched


class no_grad(_Switch):
    """Records no gradients."""

    def __new__(cls, call: Any = None) -> Any:
        made = super().__new__(cls)
        if call is None:
            return made
        made.__init__()
        return made(call)


class enable_grad(_Switch):
    """Records gradients, also inside `no_grad`."""

    def __new__(cls, call: Any = None) -> Any:
        made = super().__new__(cls)
        if call is None:
            return made
        made.__init__()
        return made(call)

    def __init__(self) -> None:
        super().__init__()
        self._on = True


class inference_mode(_Switch):
    """`no_grad`, or, with False, nothing."""

    def __new__(cls, mode: Any = True) -> Any:
        made = super().__new__(cls)
        if isinstance(mode, bool):
            return made
        made.__init__()
        return made(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self._on = not mode
        self._outer: list[bool] = []

    def __enter__(self) -> None:
        super().__enter__()
        self._outer.append(_bridge.is_inferring)
        _bridge.is_inferring = not self._on

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        _bridge.is_inferring = self._outer.pop()

    def clone(self) -> _Switch:
        """Another of the same."""
        return inference_mode(not self._on)


class set_grad_enabled(_Switch):
    """Records gradients or not, from now on; as a context manager, until it is left."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._on = bool(mode)
        self._at_first = js.setGrad(self._on)

    def __enter__(self) -> None:
        js.setGrad(self._on)
        self._before.append(self._at_first)

    def __call__(self, call: Callable[..., Any]) -> Callable[..., Any]:
        js.setGrad(self._at_first)
        return super().__call__(call)

    def clone(self) -> _Switch:
        """Another of the same."""
        return set_grad_enabled(self._on)


def is_grad_enabled() -> bool:
    """Whether gradients are recorded now."""
    return js.isGradEnabled()
