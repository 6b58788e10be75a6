"""Indices of every kind, read and assigned."""

import unittest

import torch


def numbered(*size):
    n = 1
    for s in size:
        n *= s
    return torch.arange(n).reshape(size)


class Reading(unittest.TestCase):
    def test_numbers_and_slices(self):
        x = numbered(3, 4)
        self.assertEqual(x[0, 1].item(), 1)
        self.assertEqual(x[-1].tolist(), [8, 9, 10, 11])
        self.assertEqual(x[:, -1].tolist(), [3, 7, 11])
        self.assertEqual(x[1:].shape, (2, 4))
        self.assertEqual(x[:-1, 1:3].tolist(), [[1, 2], [5, 6]])
        self.assertEqual(x[::2, ::3].tolist(), [[0, 3], [8, 11]])
        self.assertEqual(x[5:].shape, (0, 4))
        self.assertEqual(x[-2:].tolist(), x[1:3].tolist())
        self.assertEqual(x[slice(None), 2].tolist(), [2, 6, 10])
        self.assertEqual(x[()].shape, (3, 4))
        n = torch.tensor(1)
        self.assertEqual(x[n:, n].tolist(), [5, 9])
        with self.assertRaisesRegex(ValueError, "step must be greater than zero"):
            x[::-1]

    def test_dots_and_new_dimensions(self):
        x = numbered(2, 3, 4)
        self.assertEqual(x[..., 0].tolist(), [[0, 4, 8], [12, 16, 20]])
        self.assertEqual(x[0, ..., 1].tolist(), [1, 5, 9])
        self.assertEqual(x[None].shape, (1, 2, 3, 4))
        self.assertEqual(x[:, None, :, 0].shape, (2, 1, 3))
        self.assertEqual(x[..., None].shape, (2, 3, 4, 1))
        self.assertEqual(x[True].shape, (1, 2, 3, 4))
        self.assertEqual(x[False].shape, (0, 2, 3, 4))
        yes = torch.tensor(True)
        self.assertEqual(x[True, yes].shape, (1, 2, 3, 4))
        self.assertEqual(x[False, yes, ..., 0].shape, (0, 2, 3))
        self.assertEqual(x[yes, [0, 1], True, [1], [[2]]].tolist(), [[6, 18]])

    def test_index_tensors_and_lists(self):
        x = numbered(3, 4)
        self.assertEqual(x[[0, 2]].tolist(), [[0, 1, 2, 3], [8, 9, 10, 11]])
        self.assertEqual(x[torch.tensor([2, 0]), 1].tolist(), [9, 1])
        self.assertEqual(x[[0, 1], [1, 2]].tolist(), [1, 6])
        self.assertEqual(x[:, [0, -1]].tolist(), [[0, 3], [4, 7], [8, 11]])
        self.assertEqual(x[torch.tensor([[0, 1], [2, 2]])].shape, (2, 2, 4))
        self.assertEqual(x[torch.arange(3), torch.tensor([0, 1, 2])].tolist(), [0, 5, 10])
        self.assertEqual(x[torch.tensor(1)].tolist(), [4, 5, 6, 7])
        self.assertEqual(x[torch.tensor(1), torch.tensor(2)].item(), 6)
        self.assertEqual(x[range(2)].shape, (2, 4))
        self.assertEqual(x[[]].shape, (0, 4))
        self.assertEqual(x[(1, 2)].item(), 6)
        picked = x[[0, 1]]
        picked += 100
        self.assertEqual(x[0, 0].item(), 0)

    def test_masks(self):
        x = numbered(3, 4)
        self.assertEqual(x[x % 2 == 1].tolist(), [1, 3, 5, 7, 9, 11])
        self.assertEqual(x[torch.tensor([True, False, True])].tolist(), [[0, 1, 2, 3], [8, 9, 10, 11]])
        self.assertEqual(x[[True, False, True]].shape, (2, 4))
        self.assertEqual(x[:, torch.tensor([True, False, False, True])].tolist(), [[0, 3], [4, 7], [8, 11]])
        self.assertEqual(x[x > 100].shape, (0,))
        self.assertEqual(x[torch.tensor([True, False, True]), 1].tolist(), [1, 9])

    def test_views_write_to_their_base(self):
        x = torch.zeros(2, 3)
        row = x[0]
        row += 1
        x[:, 1].fill_(5)
        self.assertEqual(x.tolist(), [[1, 5, 1], [0, 5, 0]])
        one = torch.tensor(1)
        x[one].fill_(3)
        x[one, 0].add_(1)
        torch.maximum(x[0], torch.full((3,), 4.0), out=x[one - 1])
        x[[0]].zero_()
        self.assertEqual(x.tolist(), [[4, 5, 4], [4, 3, 3]])

    def test_errors(self):
        x = torch.zeros(2, 3)
        for key in (2, -3, (0, 3), (0, 0, 0), 1.5):
            with self.assertRaises(IndexError, msg=key):
                x[key]
        told = (
            (x, (0, 3), "index 3 is out of bounds for dimension 1 with size 3"),
            (x, ([0, 1], [0, 1, 2]), r"shape mismatch: .* with shapes \[2\], \[3\]"),
            (x, [0, 2], "index 2 is out of bounds for dimension 0 with size 2"),
            (torch.zeros(2, 0), (slice(None), [0]), "for dimension with size 0"),
            (torch.tensor(1), 0, "invalid index of a 0-dim tensor"),
        )
        for of, key, words in told:
            with self.assertRaisesRegex(IndexError, words):
                of[key]
        with self.assertRaisesRegex(TypeError, "slice indices must be integers or None"):
            x["0":"1"]


class Assigning(unittest.TestCase):
    def test_numbers_slices_and_dots(self):
        x = torch.zeros(3, 4)
        x[0, 1] = 7
        x[1] = torch.arange(4.0)
        x[..., 3] = -1
        x[2:, :2] = torch.tensor([[8.0, 9.0]])
        self.assertEqual(x.tolist(), [[0, 7, 0, -1], [0, 1, 2, -1], [8, 9, 0, -1]])
        x[:] = 3
        self.assertEqual(x.sum().item(), 36)
        x[0] = [1, 2, 3, 4] if False else torch.tensor([1, 2, 3, 4])
        self.assertEqual(x[0].tolist(), [1, 2, 3, 4])

    def test_masks_and_index_tensors(self):
        x = torch.arange(6.0)
        x[x > 3] = 0
        x[[0, 1]] = torch.tensor([10.0, 20.0])
        self.assertEqual(x.tolist(), [10, 20, 2, 3, 0, 0])
        x[torch.tensor([True, False, True, False, False, False])] = torch.tensor([-1.0, -2.0])
        self.assertEqual(x.tolist(), [-1, 20, -2, 3, 0, 0])
        y = torch.zeros(3, 3)
        y[torch.arange(3), torch.arange(3)] = 1
        y[[0, 1], 2] = torch.tensor([5.0, 6.0])
        self.assertEqual(y.tolist(), [[1, 0, 5], [0, 1, 6], [0, 0, 1]])
        y[y == 0] += 9
        self.assertEqual(y.tolist(), [[1, 9, 5], [9, 1, 6], [9, 9, 1]])

    def test_masks_that_hold_nowhere_and_several_of_them(self):
        x = torch.arange(4.0)
        x[x > 9] += 1
        x[x > 9] = torch.tensor([])
        self.assertEqual(x.tolist(), [0, 1, 2, 3])
        y = torch.zeros(2, 3)
        y[torch.tensor([True, True]), torch.tensor([False, True, True])] = torch.tensor([5.0, 6.0])
        self.assertEqual(y.tolist(), [[0, 5, 0], [0, 0, 6]])
        self.assertEqual(y[True, [0, 1]].tolist(), [[0, 5, 0], [0, 0, 6]])
        for few in ([], [1.0, 2.0, 3.0]):
            with self.assertRaisesRegex(RuntimeError, r"shape mismatch: .* indexing result of shape \[4\]"):
                x[x > -1] = torch.tensor(few)
        nowhere = torch.zeros(4, dtype=torch.bool)
        x.index_put_((nowhere,), x[nowhere], accumulate=True)
        with self.assertWarnsRegex(UserWarning, "torch.uint8 is now deprecated"):
            x.index_put_((torch.tensor([0, 1, 0, 0], dtype=torch.uint8),), torch.tensor(5.0))
        self.assertEqual(x.tolist(), [0, 5, 2, 3])

    def test_values_with_outer_dimensions_of_one(self):
        x = torch.zeros(2, 3)
        x[0, 0] = torch.tensor([5.0])
        x[1] = torch.tensor([[1.0, 2.0, 3.0]])
        x[0, 1:] = torch.tensor([[[7.0]]])
        self.assertEqual(x.tolist(), [[5, 7, 7], [1, 2, 3]])
        x[True] = torch.ones(1, 1, 2, 3)
        x[range(2), range(2)] = torch.tensor([[8.0, 9.0]])
        self.assertEqual(x.tolist(), [[8, 1, 1], [1, 9, 1]])
        for target in (torch.zeros(()), torch.zeros(1)):
            for source in (torch.tensor(2.0), torch.tensor([3.0])):
                self.assertEqual(target.index_copy_(0, torch.tensor(0), source).item(), source.item())
        with self.assertRaises(RuntimeError):
            x[0] = torch.ones(2, 3)

    def test_in_place_on_parts(self):
        x = torch.ones(2, 3)
        x[0] += 1
        x[:, 1] *= 5
        x[1, 2] -= 3
        x[[0, 1], [0, 0]] /= 2
        self.assertEqual(x.tolist(), [[1, 10, 2], [0.5, 5, -2]])

    def test_gradients_pass_through_indices(self):
        x = torch.arange(6.0).reshape(2, 3).requires_grad_()
        (x[0, 1:] * 2).sum().backward()
        self.assertEqual(x.grad.tolist(), [[0, 2, 2], [0, 0, 0]])
        x.grad = None
        x[x > 3].sum().backward()
        self.assertEqual(x.grad.tolist(), [[0, 0, 0], [0, 1, 1]])
        y = torch.zeros(3)
        w = torch.tensor([2.0], requires_grad=True)
        y[1] = w[0] * 3
        y.sum().backward()
        self.assertEqual(w.grad.item(), 3.0)

    def test_empty_indices_of_any_rank(self):
        index = torch.empty(0, dtype=torch.long)
        x, source = torch.ones(2, 2, requires_grad=True), torch.ones(2, 2)
        for found in (
            x.scatter(0, index, source),
            x.scatter(0, index, 2.0),
            x.scatter_add(1, index, source),
            x.scatter_reduce(0, index, source, "amax"),
            x.detach().clone().scatter_(0, index, source),
        ):
            self.assertEqual(found.tolist(), [[1.0, 1.0], [1.0, 1.0]])
        self.assertEqual(torch.tensor(2.0).gather(0, index).shape, (0,))
        picked = x.gather(0, torch.empty(0, 3, 1, dtype=torch.long))
        self.assertEqual(picked.shape, (0, 3, 1))
        (picked.sum() + x.scatter(0, index, source).sum()).backward()
        self.assertEqual(x.grad.tolist(), [[1.0, 1.0], [1.0, 1.0]])

    def test_what_is_written_twice(self):
        expanded = torch.ones(3).expand(2, 3)
        with self.assertRaisesRegex(RuntimeError, "more than one element of the written-to tensor"):
            expanded += 1

    def test_a_leaf_that_requires_grad_is_not_written(self):
        x = torch.zeros(2, requires_grad=True)
        with self.assertRaises(RuntimeError):
            x[0] = 1
        with torch.no_grad():
            x[0] = 1
        self.assertEqual(x.tolist(), [1, 0])


if __name__ == "__main__":
    unittest.main()
