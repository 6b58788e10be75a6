"""Tensors of buffers: Python's arrays, bytes, views of memory."""

import unittest
from array import array

import torch


class Buffers(unittest.TestCase):
    def test_arrays_of_python(self):
        self.assertEqual(torch.tensor(array("f", [1, 2.5])).dtype, torch.float32)
        self.assertEqual(torch.tensor(array("f", [1, 2.5])).tolist(), [1.0, 2.5])
        self.assertEqual(torch.tensor(array("d", [1, 2.5])).dtype, torch.float32)
        self.assertEqual(torch.tensor(array("i", [1, -2])).dtype, torch.int64)
        self.assertEqual(torch.tensor(array("q", [1, -2])).tolist(), [1, -2])
        self.assertEqual(torch.as_tensor(array("i", [1, 2])).tolist(), [1, 2])
        self.assertEqual(torch.tensor(bytearray(b"\1\2")).tolist(), [1, 2])
        self.assertEqual(torch.tensor(memoryview(array("f", [1, 2]))).tolist(), [1, 2])
        self.assertEqual(torch.tensor(array("f", [1.9]), dtype=torch.int64).tolist(), [1])

    def test_frombuffer(self):
        self.assertEqual(torch.frombuffer(array("f", [1, 2.5]), dtype=torch.float32).tolist(), [1, 2.5])
        self.assertEqual(torch.frombuffer(bytearray(8), dtype=torch.int64).tolist(), [0])
        self.assertEqual(torch.frombuffer(bytearray(b"\1\2\3"), dtype=torch.uint8, offset=1, count=1).tolist(), [2])
        self.assertEqual(torch.frombuffer(array("i", [7, 8]), dtype=torch.int32).dtype, torch.int32)

    def test_from_numpy_takes_arrays_alone(self):
        with self.assertRaisesRegex(TypeError, "expected np.ndarray"):
            torch.from_numpy([1, 2])


if __name__ == "__main__":
    unittest.main()
