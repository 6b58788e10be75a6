"""Facts of dtypes, and floats that stand for others."""

import unittest
import warnings

import torch
from torch import nn


class Facts(unittest.TestCase):
    def test_floats(self):
        for dtype, eps, most, tiny in (
            (torch.float64, 2.220446049250313e-16, 1.7976931348623157e308, 2.2250738585072014e-308),
            (torch.bfloat16, 0.0078125, 3.3895313892515355e38, 1.1754943508222875e-38),
            (torch.float8_e4m3fn, 0.125, 448.0, 0.015625),
            (torch.float8_e5m2, 0.25, 57344.0, 6.103515625e-05),
        ):
            info = torch.finfo(dtype)
            found = (info.eps, info.max, info.min, info.tiny, info.smallest_normal, info.bits)
            self.assertEqual(found, (eps, most, -most, tiny, tiny, dtype.itemsize * 8))
        self.assertEqual(torch.finfo(torch.complex64).eps, torch.finfo(torch.float32).eps)

    def test_whole_numbers(self):
        for dtype, least, most in (
            (torch.int8, -128, 127),
            (torch.int16, -32768, 32767),
            (torch.uint16, 0, 65535),
            (torch.uint8, 0, 255),
        ):
            self.assertEqual((torch.iinfo(dtype).min, torch.iinfo(dtype).max), (least, most))

    def test_tensors_without_elements(self):
        for dtype in (torch.int8, torch.int16, torch.uint16, torch.uint64, torch.float64, torch.bfloat16, torch.float8_e5m2, torch.float32):
            for made in (torch.empty(0, dtype=dtype), torch.empty((2, 0), dtype=dtype), torch.zeros(0, dtype=dtype)):
                self.assertEqual((made.dtype, made.element_size(), made.numel()), (dtype, dtype.itemsize, 0))
        self.assertEqual(torch.empty(2, 0, dtype=torch.int16).shape, (2, 0))
        self.assertFalse(torch.empty(0, dtype=torch.int8).is_floating_point())

    def test_promotion(self):
        for first, second, expected in (
            (torch.float32, torch.float64, torch.float64),
            (torch.float16, torch.bfloat16, torch.float32),
            (torch.int64, torch.bfloat16, torch.bfloat16),
            (torch.int8, torch.uint8, torch.int16),
            (torch.int16, torch.int8, torch.int16),
            (torch.uint8, torch.int16, torch.int16),
            (torch.bool, torch.int8, torch.int8),
            (torch.float64, torch.complex64, torch.complex128),
            (torch.complex64, torch.float32, torch.complex64),
            (torch.int64, torch.complex64, torch.complex64),
        ):
            self.assertEqual(torch.promote_types(first, second), expected)
            self.assertEqual(torch.promote_types(second, first), expected)


class StandingFor(unittest.TestCase):
    def setUp(self):
        if hasattr(torch, "lamplight"):
            from torch import _types

            _types._told.clear()

    def test_layouts(self):
        x = torch.ones(2)
        others = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc)
        self.assertEqual((x.layout, x.layout in others), (torch.strided, False))
        self.assertEqual([str(each) for each in others[:2]], ["torch.sparse_coo", "torch.sparse_csr"])

    def test_doubles(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            total = torch.ones(2).double()
            made = [torch.tensor([1.5], dtype=torch.float64), torch.zeros(2, dtype=torch.double), torch.ones(2).to(torch.float64)]
            layer = nn.Linear(2, 1).double()
        self.assertEqual(total.sum().item() / 4, 0.5)
        self.assertEqual([each.tolist() for each in made], [[1.5], [0.0, 0.0], [1.0, 1.0]])
        self.assertEqual(layer(total).shape, (1,))
        if hasattr(torch, "lamplight"):
            self.assertEqual(total.dtype, torch.float32)
            [said] = [str(each.message) for each in caught]
            self.assertIn("torch.float64 is computed in float32", said)

    def test_bytes_of_doubles(self):
        import struct

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.frombuffer(bytearray(struct.pack("2d", 1.5, -2.0)), dtype=torch.float64)
            self.assertEqual(torch.ones(2).bfloat16().tolist(), [1.0, 1.0])
        self.assertEqual(found.tolist(), [1.5, -2.0])


if __name__ == "__main__":
    unittest.main()
