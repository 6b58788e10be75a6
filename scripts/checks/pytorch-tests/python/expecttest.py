"""The part of expecttest that PyTorch's tests need: texts that are written in the test."""

import unittest
from typing import Any

ACCEPT = False


class TestCase(unittest.TestCase):
    """A test case that compares texts."""

    longMessage = True

    def assertExpectedInline(self, actual: str, expect: str, skip: int = 0) -> None:
        """The texts are the same."""
        self.assertMultiLineEqual(expect, actual)

    def assertExpectedRaisesInline(self, kind: Any, call: Any, expect: str, *args: Any, **keywords: Any) -> None:
        """The call raises an exception with this message."""
        with self.assertRaises(kind) as raised:
            call(*args, **keywords)
        self.assertMultiLineEqual(expect, str(raised.exception))
