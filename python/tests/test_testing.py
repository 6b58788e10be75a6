"""What torch.testing compares, makes, and says; and gradients beside finite differences."""

import unittest

import torch
from torch.autograd import gradcheck, gradgradcheck
from torch.testing import assert_close, make_tensor


class Close(unittest.TestCase):
    def refused(self, text, *args, **options):
        with self.assertRaisesRegex(AssertionError, text):
            assert_close(*args, **options)

    def test_what_is_close(self):
        assert_close(torch.ones(2), torch.ones(2) + 1e-6)
        assert_close(torch.tensor(float("nan")), torch.tensor(float("nan")), equal_nan=True)
        assert_close([1, {"a": torch.ones(1)}], [1, {"a": torch.ones(1)}])
        assert_close(1.0, 1.0 + 1e-9)
        assert_close(torch.tensor([1, 2]), torch.tensor([1.0, 2.0]), check_dtype=False)
        assert_close(torch.ones(2), torch.ones(2) + 0.1, rtol=0, atol=0.2)
        assert_close(torch.empty(0), torch.empty(0))

    def test_what_is_not(self):
        self.refused("Tensor-likes are not close!", torch.ones(2), torch.zeros(2))
        self.refused(r"Mismatched elements: 1 / 2 \(50.0%\)", torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        text = r"Greatest absolute difference: 2.0 at index \(1,\) \(up to 1e-05 allowed\)"
        self.refused(text, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        self.refused("Tensor-likes are not equal!", torch.tensor([1, 2]), torch.tensor([1, 3]))
        self.refused("'shape' do not match", torch.ones(2), torch.ones(3))
        self.refused("'dtype' do not match", torch.ones(2), torch.ones(2, dtype=torch.int64))
        self.refused("length of the sequences mismatch: 1 != 2", [1], [1, 2])
        self.refused("keys of the mappings do not match", {"a": 1}, {"b": 1})
        self.refused(r"The failure occurred for item \[1\]", [torch.ones(1), torch.ones(1)], [torch.ones(1), torch.zeros(1)])
        self.refused("Expected 2.0 but got 1.0", 1.0, 2.0)
        self.refused("mine", torch.ones(1), torch.zeros(1), msg="mine")
        self.refused("mine: Scalars", 1.0, 2.0, msg=lambda text: f"mine: {text}")

    def test_bad_arguments(self):
        with self.assertRaisesRegex(ValueError, "Both 'rtol' and 'atol' must be either specified or omitted"):
            assert_close(1.0, 1.0, rtol=0.1)


class Made(unittest.TestCase):
    def test_bounds_and_kind(self):
        x = make_tensor((20, 3), dtype=torch.float32, device="cpu", low=-2, high=3)
        self.assertEqual(x.shape, (20, 3))
        self.assertTrue(bool(((x >= -2) & (x <= 3)).all()))
        whole = make_tensor(50, dtype=torch.int64, device="cpu", low=1, high=4)
        self.assertEqual(sorted(set(whole.tolist())), [1, 2, 3])
        self.assertEqual(make_tensor(4, dtype=torch.bool, device="cpu").dtype, torch.bool)
        self.assertTrue(make_tensor(2, dtype=torch.float32, device="cpu", requires_grad=True).requires_grad)
        self.assertFalse(make_tensor(3, 4, dtype=torch.float32, device="cpu", noncontiguous=True).is_contiguous())


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]


class Gradients(unittest.TestCase):
    # Tolerances that float32 allows: PyTorch's own are for float64.
    options = {"eps": 1e-2, "atol": 1e-2, "rtol": 1e-2}

    def test_right(self):
        x = torch.rand(2, 3, requires_grad=True)
        w = torch.rand(3, 1, requires_grad=True)
        for fast in (False, True):
            self.assertTrue(gradcheck(lambda x, w: (x @ w).sin(), (x, w), fast_mode=fast, **self.options))
            self.assertTrue(gradgradcheck(lambda x, w: (x @ w).sin(), (x, w), fast_mode=fast, **self.options))

    def test_of_what_a_function_holds(self):
        layer = torch.nn.Linear(3, 2)
        before = layer.weight.detach().clone()
        x = torch.rand(2, 3, requires_grad=True)
        self.assertTrue(gradcheck(lambda x, *_: layer(x).tanh(), (x, *layer.parameters()), **self.options))
        self.assertTrue(torch.equal(layer.weight, before))

    def test_wrong(self):
        x = torch.rand(2, requires_grad=True)
        with self.assertRaisesRegex(RuntimeError, "Jacobian mismatch"):
            gradcheck(Wrong.apply, (x,), **self.options)
        self.assertFalse(gradcheck(Wrong.apply, (x,), raise_exception=False, **self.options))
        with self.assertRaisesRegex(ValueError, "at least one input tensor to require gradient"):
            gradcheck(torch.sin, (x.detach(),))


if __name__ == "__main__":
    unittest.main()
