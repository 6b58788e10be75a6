"""Tensors: operators, indices, printing, gradients."""

import unittest

import torch


class Operators(unittest.TestCase):
    def test_numbers_and_tensors_meet_in_pytorchs_dtypes(self):
        whole = torch.tensor([1, 2])
        self.assertEqual((whole * 2).dtype, torch.int64)
        self.assertEqual((whole * 2.0).dtype, torch.float32)
        self.assertEqual((whole / 2).dtype, torch.float32)
        self.assertEqual((whole > 1).tolist(), [False, True])
        self.assertEqual((3 - whole).tolist(), [2, 1])
        self.assertEqual((2**whole).tolist(), [2, 4])
        self.assertEqual((whole @ whole).item(), 5)
        self.assertEqual((1 / torch.tensor([2.0, 4.0])).tolist(), [0.5, 0.25])

    def test_values_read_back_have_the_types_of_the_dtype(self):
        self.assertIs(type(torch.tensor(2.0).item()), float)
        self.assertIs(type(torch.tensor(2).item()), int)
        self.assertIs(torch.tensor(True).item(), True)
        self.assertEqual(repr(torch.ones(2, 2).tolist()), "[[1.0, 1.0], [1.0, 1.0]]")
        self.assertEqual(f"{torch.tensor(2.0):.3f}", "2.000")


class Indexing(unittest.TestCase):
    def test_views_and_copies(self):
        x = torch.arange(12).reshape(3, 4)
        self.assertEqual(x[1].tolist(), [4, 5, 6, 7])
        self.assertEqual(x[-1, ::2].tolist(), [8, 10])
        self.assertEqual(x[..., None].shape, torch.Size([3, 4, 1]))
        self.assertEqual(x[x > 9].tolist(), [10, 11])
        self.assertEqual(x[[0, 2], [1, 1]].tolist(), [1, 9])

    def test_assignment(self):
        x = torch.zeros(3, 4)
        x[0] = 1
        x[1:, 0] += 2
        x[x == 0] = -1
        x[[0, 1], [1, 1]] = torch.tensor([5.0, 6.0])
        self.assertEqual(x.tolist(), [[1, 5, 1, 1], [2, 6, -1, -1], [2, -1, -1, -1]])


class Gradients(unittest.TestCase):
    def test_backward(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        self.assertEqual(x.grad.tolist(), [2.0, 4.0])

    def test_no_grad_switches_recording_off(self):
        x = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            self.assertFalse((x * 2).requires_grad)

        @torch.no_grad()
        def doubled(y):
            return y * 2

        self.assertFalse(doubled(x).requires_grad)
        self.assertTrue((x * 2).requires_grad)


class Facts(unittest.TestCase):
    def test_transposes_of_matrices(self):
        x = torch.arange(12).reshape(2, 2, 3)
        self.assertEqual(x.mT.shape, (2, 3, 2))
        self.assertTrue(torch.equal(x.mT, x.transpose(1, 2)))
        self.assertTrue(torch.equal(x.mH, x.mT))
        self.assertTrue(torch.equal(x[0].T, x[0].H))

    def test_products_by_older_names(self):
        x, y = torch.arange(4.0).view(2, 2), torch.eye(2)
        self.assertTrue(torch.equal(torch.spmm(x, y), x))

    def test_where_no_tensor_is(self):
        x = torch.ones(2)
        for name in "cuda ipu maia meta mkldnn mps mtia nested quantized sparse sparse_csr vulkan xla xpu".split():
            self.assertFalse(getattr(x, f"is_{name}"), name)


class Errors(unittest.TestCase):
    def test_classes(self):
        with self.assertRaises(RuntimeError):
            torch.ones(2, 3) @ torch.ones(2, 3)
        with self.assertRaises(AttributeError):
            torch.nothing_of_this_name
        with self.assertRaises(IndexError):
            torch.ones(2)[5]


class Results(unittest.TestCase):
    def test_named(self):
        values, indices = torch.tensor([[1.0, 3.0], [4.0, 2.0]]).max(dim=1)
        self.assertEqual(values.tolist(), [3.0, 4.0])
        self.assertEqual(indices.tolist(), [1, 0])
        self.assertEqual(torch.ones(2).max(0).values.item(), 1.0)


if __name__ == "__main__":
    unittest.main()
