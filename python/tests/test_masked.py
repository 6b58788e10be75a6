"""Reductions of what a mask keeps, tensors with masks, copies of views, and windows of signals."""

import math
import unittest

import torch

NAN, LOW, HIGH = math.nan, -math.inf, math.inf


def same(test, x, wanted, tolerance=1e-4):
    """Whether numbers agree, where nan is itself."""
    wanted = torch.tensor(wanted)
    test.assertEqual(tuple(x.shape), tuple(wanted.shape))
    test.assertTrue(torch.allclose(x.float(), wanted.float(), atol=tolerance, equal_nan=True), f"{x} is not {wanted}")


class Masked(unittest.TestCase):
    def setUp(self):
        self.x = torch.tensor([[-3.0, -2.0, -1.0], [0.0, 1.0, 2.0]])
        self.mask = torch.tensor([[True, False, True], [False, False, False]])

    def test_reductions(self):
        # What PyTorch's processor gives.
        for name, rows, whole in (
            ("sum", [-4.0, 0.0], -4.0),
            ("prod", [3.0, 1.0], 3.0),
            ("amax", [-1.0, LOW], -1.0),
            ("amin", [-3.0, HIGH], -3.0),
            ("mean", [-2.0, NAN], -2.0),
        ):
            reduce = getattr(torch.masked, name)
            same(self, reduce(self.x, 1, mask=self.mask), rows)
            same(self, reduce(self.x, mask=self.mask), whole)
            same(self, reduce(self.x, 1, keepdim=True, mask=self.mask), [[row] for row in rows])
        for name in ("var", "std"):
            same(self, getattr(torch.masked, name)(self.x, 1, unbiased=False, mask=self.mask), [1.0, NAN])
        same(self, torch.masked.logsumexp(self.x, 1, mask=self.mask), [-0.8731, LOW])
        same(self, torch.masked.norm(self.x, 2.0, 1, mask=self.mask), [math.sqrt(10), 0.0])
        same(self, torch.masked.median(self.x, 1, mask=self.mask), [-3.0, NAN])
        same(self, torch.masked.argmax(self.x, 1, mask=self.mask)[0], 2)
        same(self, torch.masked.argmin(self.x, 1, mask=self.mask)[0], 0)
        same(self, torch.masked.sum(torch.arange(4), mask=torch.arange(4) > 1), 5)

    def test_along_a_dimension(self):
        nans = [NAN, NAN, NAN]
        same(self, torch.masked.softmax(self.x, 1, mask=self.mask), [[0.1192, 0.0, 0.8808], nans])
        same(self, torch.masked.log_softmax(self.x, 1, mask=self.mask), [[-2.1269, LOW, -0.1269], nans])
        same(self, torch.masked.softmin(self.x, 1, mask=self.mask), [[0.8808, 0.0, 0.1192], nans])
        same(self, torch.masked.cumsum(self.x, 1, mask=self.mask), [[-3.0, -3.0, -4.0], [0.0] * 3])
        same(self, torch.masked.cumprod(self.x, 1, mask=self.mask), [[-3.0, -3.0, 3.0], [1.0] * 3])
        same(self, torch.masked.normalize(self.x, 2.0, 1, mask=self.mask), [[-0.9487, 0.0, -0.3162], [0.0] * 3])
        both = torch.masked.logaddexp(self.x, self.x + 1, input_mask=self.mask, other_mask=~self.mask)
        same(self, both, [[-3.0, -1.0, -1.0], [1.0, 2.0, 3.0]])

    def test_gradients(self):
        x = self.x.clone().requires_grad_()
        torch.masked.mean(x, mask=self.mask).backward()
        same(self, x.grad, [[0.5, 0.0, 0.5], [0.0] * 3])

    def test_tensors_with_masks(self):
        from torch.masked import as_masked_tensor, is_masked_tensor, masked_tensor

        m = masked_tensor(self.x, self.mask)
        self.assertTrue(is_masked_tensor(m) and not is_masked_tensor(self.x))
        total = m.sum(1)
        same(self, total.get_data()[0], -4.0)
        self.assertEqual(total.get_mask().tolist(), [True, False])
        same(self, (m * 2 + 1).to_tensor(9.0), [[-5.0, 9.0, -1.0], [9.0] * 3])
        same(self, torch.exp(m).to_tensor(0.0), [[math.exp(-3), 0.0, math.exp(-1)], [0.0] * 3])
        same(self, (m + m).to_tensor(0.0), [[-6.0, 0.0, -2.0], [0.0] * 3])
        self.assertEqual(repr(m.amax(1)), "MaskedTensor(\n  [ -1.0000,       --]\n)")
        with self.assertRaises(ValueError):
            m + masked_tensor(self.x, ~self.mask)
        x = self.x.clone().requires_grad_()
        as_masked_tensor(x, self.mask).mean().get_data().backward()
        self.assertEqual(as_masked_tensor(x, self.mask).get_mask().tolist(), self.mask.tolist())


class Copies(unittest.TestCase):
    def test_they_have_memory_of_their_own(self):
        x = torch.arange(6.0).reshape(2, 3)
        for made, wanted in (
            (torch.permute_copy(x, (1, 0)), x.T),
            (torch.transpose_copy(x, 0, 1), x.T),
            (torch.t_copy(x), x.T),
            (torch.view_copy(x, (3, 2)), x.view(3, 2)),
            (torch.unsqueeze_copy(x, 0), x[None]),
            (torch.squeeze_copy(x[None]), x),
            (torch.select_copy(x, 0, 1), x[1]),
            (torch.slice_copy(x, 1, 0, 2), x[:, :2]),
            (torch.expand_copy(x[:1], (2, 3)), x[:1].expand(2, 3)),
            (torch.diagonal_copy(x), x.diagonal()),
            (torch.narrow_copy(x, 1, 1, 2), x[:, 1:]),
            (torch.unbind_copy(x)[1], x[1]),
            (torch.split_copy(x, 2, 1)[0], x[:, :2]),
            (torch.unfold_copy(x, 1, 2, 1), x.unfold(1, 2, 1)),
            (torch.alias_copy(x), x),
            (torch.detach_copy(x), x),
            (torch.as_strided_copy(x, (2, 2), (3, 1)), x[:, :2]),
        ):
            self.assertTrue(torch.equal(made, wanted))
            made.fill_(9.0)
        self.assertEqual(x.tolist(), [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])


class Windows(unittest.TestCase):
    def test_shapes(self):
        from torch.signal import windows

        same(self, torch.hann_window(4), [0.0, 0.5, 1.0, 0.5])
        same(self, torch.hann_window(5, periodic=False), [0.0, 0.5, 1.0, 0.5, 0.0])
        same(self, torch.hamming_window(4), [0.08, 0.54, 1.0, 0.54])
        same(self, torch.bartlett_window(4), [0.0, 0.5, 1.0, 0.5])
        same(self, torch.blackman_window(4), [0.0, 0.34, 1.0, 0.34])
        same(self, torch.kaiser_window(3, False, 0.0), [1.0, 1.0, 1.0])
        same(self, windows.hann(5), [0.0, 0.5, 1.0, 0.5, 0.0])
        same(self, windows.hamming(4, sym=False), [0.08, 0.54, 1.0, 0.54])
        same(self, windows.gaussian(3, std=0.5), [math.exp(-2), 1.0, math.exp(-2)])
        same(self, windows.exponential(3, tau=2.0), [math.exp(-0.5), 1.0, math.exp(-0.5)])
        same(self, windows.cosine(2), [math.sqrt(0.5)] * 2)
        same(self, windows.general_cosine(3, a=[0.5, 0.5]), [0.0, 1.0, 0.0])
        same(self, windows.general_hamming(3, alpha=0.7), [0.4, 1.0, 0.4])
        self.assertEqual([windows.kaiser(7, beta=2.0).argmax().item(), windows.nuttall(7).argmax().item()], [3, 3])
        self.assertEqual(windows.blackman(1, dtype=torch.float32).tolist(), [1.0])


if __name__ == "__main__":
    unittest.main()
