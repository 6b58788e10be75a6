"""Words of errors, numbers that are tensors, and what tensors take besides."""

import pickle
import unittest
import warnings

import torch
from torch import nn


class Words(unittest.TestCase):
    def test_gradients_that_are_gone(self):
        x = torch.ones(2, requires_grad=True)
        y = (x * x).sum()
        y.backward()
        with self.assertRaisesRegex(RuntimeError, "Trying to backward through the graph a second time"):
            y.backward()

    def test_changes_in_place(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        z = y * y
        with torch.no_grad():
            y.add_(1)
        with self.assertRaisesRegex(RuntimeError, "has been modified by an inplace operation"):
            z.sum().backward()

    def test_nothing_to_differentiate(self):
        with self.assertRaisesRegex(RuntimeError, "does not require grad and does not have a grad_fn"):
            torch.ones(1).sum().backward()

    def test_masks(self):
        with self.assertRaisesRegex(RuntimeError, "only supports boolean masks"):
            torch.ones(2).masked_fill(torch.ones(2, dtype=torch.int64), 0.0)
        with self.assertRaisesRegex(RuntimeError, "masked_select: expected BoolTensor for mask"):
            torch.ones(2).masked_select(torch.ones(2, dtype=torch.int64))

    def test_shapes_and_dtypes(self):
        whole = torch.ones(2, dtype=torch.int64)
        size = r"The size of tensor a \(3\) must match the size of tensor b \(2\) at non-singleton dimension 1"
        for error, words, call in (
            (RuntimeError, size, lambda: torch.ones(2, 3) + torch.ones(2, 2)),
            (IndexError, r"Dimension out of range \(expected to be in range of \[-1, 0\], but got 2\)", lambda: whole.sum(2)),
            (RuntimeError, "result type Float can't be cast to the desired output type Long", lambda: whole.add_(0.5)),
            (RuntimeError, "result type Float can't be cast to the desired output type Long", lambda: torch.sin(torch.ones(2), out=whole)),
            (RuntimeError, "don't support automatic differentiation", lambda: torch.sin(torch.ones(2, requires_grad=True), out=torch.ones(2))),
            (RuntimeError, "At least one of 'min' or 'max' must not be None", lambda: whole.clamp()),
            (RuntimeError, "Input must be >= 2-d.", lambda: torch.fliplr(whole)),
            (TypeError, "missing 1 required positional argument", lambda: whole.flip()),
            (RuntimeError, "movedim: Invalid source or destination dims", lambda: torch.ones(2, 2).movedim((1, 0), (0,))),
            (RuntimeError, "movedim: repeated dim in `source`", lambda: torch.ones(2, 2).moveaxis((0, 0), (0, 1))),
            (RuntimeError, "movedim: repeated dim in `destination`", lambda: torch.ones(2, 2).movedim((0, 1), (1, 1))),
            (RuntimeError, "two different rotation dims", lambda: torch.ones(2, 2).rot90(1, [1, 1])),
            (RuntimeError, "Rotation dim", lambda: torch.ones(2, 2).rot90(1, [0, 2])),
            (RuntimeError, "alpha must not be", lambda: torch.add(whole, whole, alpha=0.5)),
            (ValueError, "Invalid padding string 'some'", lambda: nn.Conv1d(2, 2, 1, padding="some")),
            (ValueError, "padding='same' is not supported for strided", lambda: nn.Conv2d(2, 2, 1, padding="same", stride=2)),
            (ValueError, "groups must be a positive integer", lambda: nn.Conv1d(2, 2, 1, groups=0)),
            (ValueError, r"Using a target size \(torch.Size\(\[1\]\)\)", lambda: nn.BCELoss()(torch.ones(2), torch.ones(1))),
            (ValueError, r"Expected input batch_size \(2\) to match target batch_size \(3\)", lambda: nn.NLLLoss()(torch.ones(2, 4), torch.zeros(3, dtype=torch.long))),
        ):
            with self.assertRaisesRegex(error, words):
                call()

    def test_initial_values(self):
        for call in (nn.init.xavier_normal_, nn.init.kaiming_uniform_, nn.init.eye_, nn.init.dirac_):
            with self.assertRaises(ValueError):
                call(torch.empty(1))
        with self.assertRaises(ValueError):
            nn.init.calculate_gain("nothing")
        with self.assertRaises(ValueError):
            nn.init.calculate_gain("leaky_relu", True)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            nn.init.kaiming_normal_(torch.empty(0, 1))
        self.assertIn("zero-element tensors is a no-op", str(seen[0].message))

    def test_checks(self):
        torch._check(True)
        with self.assertRaisesRegex(ValueError, "not so"):
            torch._check_value(False, lambda: "not so")
        with self.assertRaisesRegex(TypeError, "cond must be a bool"):
            torch._check(1)


class Numbers(unittest.TestCase):
    def test_tensors_in_the_place_of_numbers(self):
        two = torch.tensor(2)
        self.assertEqual(torch.ones(two, 3).shape, (2, 3))
        self.assertEqual(torch.arange(6).reshape(two, 3).tolist(), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual(torch.arange(4).narrow(0, torch.tensor(1), two).tolist(), [1, 2])
        self.assertEqual(torch.ones(2, 2).cumsum(torch.tensor(1)).tolist(), [[1, 2], [1, 2]])
        with self.assertRaises(TypeError):
            torch.ones(2, 2).cumsum(torch.tensor(0.0))

    def test_sizes(self):
        size = torch.Size([1, torch.tensor(2), 3])
        self.assertEqual(size, (1, 2, 3))
        self.assertTrue(all(type(n) is int for n in size))
        with self.assertRaises(TypeError):
            torch.Size(torch.ones(2))
        with self.assertRaises(TypeError):
            torch.arange(3)[0.0:2.0]


class Members(unittest.TestCase):
    def test_transposed_matrices(self):
        self.assertEqual(torch.arange(6).reshape(1, 2, 3).mT.tolist(), [[[0, 3], [1, 4], [2, 5]]])

    def test_other_sizes(self):
        x = torch.arange(4.0)
        self.assertIs(x.resize_(2, 2), x)
        self.assertEqual(x.tolist(), [[0, 1], [2, 3]])
        self.assertEqual(x.resize_as_(torch.ones(3)).tolist(), [0, 1, 2])
        with self.assertRaisesRegex(RuntimeError, "cannot resize variables that require grad"):
            torch.ones(1, requires_grad=True).resize_(2)
        out = torch.empty(0)
        torch.add(torch.ones(2), 1, out=out)
        self.assertEqual(out.tolist(), [2, 2])

    def test_memory_of_others(self):
        x, y = torch.tensor([]), torch.arange(12.0)
        self.assertIs(x.set_(y.view(3, 4)), x)
        self.assertTrue(x.is_set_to(y.view(3, 4)))
        x[0, 1] = 20
        self.assertEqual(y[1].item(), 20)
        x.set_(y.storage(), 2, (2, 3), (1, 4))
        self.assertEqual(x.tolist(), [[2, 6, 10], [3, 7, 11]])
        self.assertEqual(torch.tensor([]).set_(y[1:].storage()).shape, (12,))
        self.assertEqual(x.set_().shape, (0,))
        self.assertFalse(x.is_set_to(y))
        with self.assertRaisesRegex(RuntimeError, "Could not set tensor of type"):
            x.set_(torch.tensor([1]))

    def test_new_of_sizes(self):
        x = torch.ones(2, 3)
        self.assertEqual(x.new(x.size()).shape, (2, 3))
        self.assertEqual(torch.FloatTensor(torch.Size([2])).shape, (2,))
        self.assertEqual(x.new([2.0, 3.0]).tolist(), [2, 3])

    def test_norms_of_gradients(self):
        norm = nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])], foreach=False)
        self.assertEqual(norm.item(), 5)

    def test_functions_of_python(self):
        x = torch.tensor([1.0, 2.0])
        self.assertEqual(x.apply_(lambda n: n * 10).tolist(), [10, 20])
        self.assertEqual(x.map_(torch.tensor([1.0, 2.0]), lambda a, b: a + b).tolist(), [11, 22])

    def test_gradients_that_a_program_gives(self):
        x = torch.ones(2)
        x.grad = torch.full((2,), 3.0)
        self.assertEqual(x.grad.tolist(), [3, 3])
        x.grad = None
        self.assertIsNone(x.grad)
        with self.assertRaisesRegex(RuntimeError, "attempting to assign a gradient of size"):
            x.grad = torch.ones(3)
        with self.assertRaisesRegex(TypeError, "expected to be a Tensor or None"):
            x.grad = 1

    def test_steps_between_neighbours(self):
        x = torch.empty_strided((2, 3), (1, 2))
        self.assertEqual((x.shape, x.stride()), ((2, 3), (1, 2)))

    def test_generators(self):
        generator = torch.Generator().manual_seed(3)
        torch.rand(2, generator=generator)
        other = pickle.loads(pickle.dumps(generator))
        self.assertTrue(torch.equal(torch.rand(3, generator=other), torch.rand(3, generator=generator)))

    def test_deterministic_modes(self):
        try:
            torch.set_deterministic_debug_mode("warn")
            self.assertEqual(torch.get_deterministic_debug_mode(), 1)
            self.assertTrue(torch.is_deterministic_algorithms_warn_only_enabled())
            with self.assertRaisesRegex(RuntimeError, "invalid value of debug_mode"):
                torch.set_deterministic_debug_mode("never")
        finally:
            torch.use_deterministic_algorithms(False)

    def test_families_of_layers(self):
        self.assertIsInstance(nn.BatchNorm2d(2), nn.modules.batchnorm._BatchNorm)
        self.assertIsInstance(nn.Conv2d(1, 1, 1), nn.modules.conv._ConvNd)
        self.assertNotIsInstance(nn.Linear(1, 1), nn.modules.conv._ConvNd)
        self.assertIsInstance(nn.MultiheadAttention(2, 1).out_proj, nn.Linear)


if __name__ == "__main__":
    unittest.main()
