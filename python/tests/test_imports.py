"""Imports of modules."""

import sys
import tempfile
import unittest
from pathlib import Path


class Imports(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        sys.path.insert(0, str(self.folder))

    def tearDown(self):
        sys.path.remove(str(self.folder))

    def test_expressions_that_are_deep(self):
        # As deep as SymPy's, which no import of a page had room for.
        (self.folder / "deep_sum.py").write_text(f"total = {' + '.join(['1'] * 900)}\n")
        for i in range(20):
            (self.folder / f"deep_{i}.py").write_text(f"import deep_{i + 1}\n" if i < 19 else "import deep_sum\n")
        import deep_0  # noqa: F401

        self.assertEqual(sys.modules["deep_sum"].total, 900)

    def test_expressions_without_end(self):
        (self.folder / "deeper_sum.py").write_text(f"total = {' + '.join(['1'] * 2500)}\n")
        with self.assertRaises(RecursionError):
            import deeper_sum  # noqa: F401

        def deep(depth):
            return exec("deep(depth + 1)", {"deep": deep, "depth": depth})

        with self.assertRaises((RecursionError, MemoryError)):
            deep(0)


if __name__ == "__main__":
    unittest.main()
