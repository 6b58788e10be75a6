"""What is Lamplight's own: dtypes that WGSL has not, arrays of float64, reading back with `await`. PyTorch does not pass these."""

import asyncio
import unittest
import warnings
from array import array

import torch


class Arrays:
    """As NumPy's: what tensors look at of an array."""

    def __init__(self, code, name, values, shape):
        self._view = memoryview(array(code, values)).cast("B").cast(code, shape)
        self.dtype = type("dtype", (), {"name": name})
        self.ndim = len(shape)

    __array_interface__ = {}

    def __array__(self, dtype=None, copy=None):
        return self

    def __buffer__(self, flags):
        return self._view


class Numbers(unittest.TestCase):
    def test_float64_arrays_become_float32_with_one_warning(self):
        doubles = Arrays("d", "float64", [1.0, 2.5, 3.0, 4.0], (2, 2))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            x = torch.from_numpy(doubles)
            y = torch.tensor(doubles)
        self.assertEqual((x.dtype, x.tolist()), (torch.float32, [[1.0, 2.5], [3.0, 4.0]]))
        self.assertEqual(y.shape, (2, 2))
        self.assertEqual([str(warning.message)[:31] for warning in caught], ["numbers of float64 become float"])

    def test_arrays_keep_other_dtypes(self):
        self.assertEqual(torch.from_numpy(Arrays("q", "int64", [1, -2], (2,))).dtype, torch.int64)
        self.assertEqual(torch.tensor(Arrays("B", "uint8", [1, 200], (1, 2))).tolist(), [[1, 200]])
        self.assertEqual(torch.from_numpy(Arrays("f", "float32", [1.5], (1,))).dtype, torch.float32)
        self.assertEqual((torch.ones(2) + Arrays("f", "float32", [1.0, 2.0], (2,))).tolist(), [2, 3])

    def test_dtypes_that_are_not_there_say_so(self):
        for dtype in (torch.float64, torch.complex64, torch.bfloat16, torch.int8):
            with self.assertRaisesRegex((TypeError, RuntimeError), "expected a dtype of float32") as caught:
                torch.ones(2, dtype=dtype)
            self.assertEqual(caught.exception.lamplight, "DTypeError")
        with self.assertRaisesRegex(RuntimeError, "WGSL has no float64"):
            torch.ones(2).double()
        with self.assertRaisesRegex(TypeError, "complex"):
            torch.tensor([1j])

    def test_numpy_is_asked_for_where_it_is_missing(self):
        with self.assertRaisesRegex(RuntimeError, "packages"):
            torch.ones(2).numpy()
        with self.assertRaisesRegex(RuntimeError, "requires grad"):
            torch.ones(2, requires_grad=True).numpy()


class Awaited(unittest.TestCase):
    def test_reading_with_await(self):
        async def read():
            self.assertEqual(await torch.lamplight.item(torch.tensor(2.0)), 2.0)
            self.assertIs(await torch.lamplight.item(torch.tensor(True)), True)
            self.assertEqual(await torch.lamplight.tolist(torch.eye(2)), [[1.0, 0.0], [0.0, 1.0]])
            with self.assertRaises(RuntimeError):
                await torch.lamplight.item(torch.ones(2))

        asyncio.get_event_loop().run_until_complete(read())


class Memory(unittest.TestCase):
    def test_python_counts_its_tensors(self):
        before = torch.lamplight.live()
        x = torch.ones(2)
        y = [x * 2 for _ in range(3)]
        self.assertEqual(torch.lamplight.live(), before + 4)
        del x, y
        self.assertEqual(torch.lamplight.live(), before)

    def test_views_keep_their_base(self):
        row = (torch.ones(2, 2) * 3)[0]
        self.assertEqual(row.tolist(), [3, 3])
        row += 1
        self.assertEqual((row * 2).tolist(), [8, 8])


if __name__ == "__main__":
    unittest.main()
