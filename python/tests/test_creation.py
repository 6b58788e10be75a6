"""Tensors made: from lists, by size, of steps, at random; dtypes, devices and sizes."""

import unittest
from collections import UserList, deque

import torch


class FromData(unittest.TestCase):
    def test_the_dtype_follows_the_numbers(self):
        self.assertEqual(torch.tensor([1, 2]).dtype, torch.int64)
        self.assertEqual(torch.tensor([1.0, 2.0]).dtype, torch.float32)
        self.assertEqual(torch.tensor([1, 2.0]).dtype, torch.float32)
        self.assertEqual(torch.tensor([True, False]).dtype, torch.bool)
        self.assertEqual(torch.tensor([True, 2]).dtype, torch.int64)
        self.assertEqual(torch.tensor([]).dtype, torch.float32)
        self.assertEqual(torch.tensor(3.0).shape, torch.Size([]))
        self.assertEqual(torch.tensor([1, 2], dtype=torch.float32).tolist(), [1.0, 2.0])
        self.assertEqual(torch.tensor([1.7, -1.7], dtype=torch.int64).tolist(), [1, -1])
        self.assertEqual(torch.tensor([0, 3], dtype=torch.bool).tolist(), [False, True])
        self.assertEqual(torch.tensor([[1], [2]]).shape, (2, 1))
        self.assertEqual(torch.tensor([[], []]).shape, (2, 0))
        self.assertEqual(torch.tensor((1, (2))).tolist(), [1, 2])
        self.assertEqual(torch.tensor(range(3)).tolist(), [0, 1, 2])

    def test_sequences_of_other_classes(self):
        self.assertEqual(torch.tensor(deque([1.5, 2.0])).tolist(), [1.5, 2.0])
        self.assertEqual(torch.tensor([deque([1]), (2,)]).tolist(), [[1], [2]])
        self.assertEqual(torch.tensor(UserList([[1, 2], [3, 4]])).shape, (2, 2))

    def test_nested_tensors_and_mixed_numbers(self):
        parts = [torch.tensor(1.0), torch.tensor(2.0)]
        self.assertEqual(torch.tensor(parts).tolist(), [1.0, 2.0])
        self.assertEqual(torch.stack(parts).tolist(), [1.0, 2.0])
        self.assertEqual(torch.tensor(torch.ones(2)).tolist(), [1.0, 1.0])

    def test_ragged_lists_are_refused(self):
        with self.assertRaisesRegex(ValueError, "expected sequence of length 2 at dim 1"):
            torch.tensor([[1, 2], [3]])
        with self.assertRaises((TypeError, ValueError)):
            torch.tensor([[1, 2], 3])
        with self.assertRaises((TypeError, ValueError)):
            torch.tensor(["a"])

    def test_leaves(self):
        x = torch.tensor([1.0], requires_grad=True)
        self.assertTrue(x.requires_grad and x.is_leaf)
        with self.assertRaises(RuntimeError):
            torch.tensor([1], requires_grad=True)

    def test_as_tensor_and_from_others(self):
        x = torch.ones(2)
        self.assertIs(torch.as_tensor(x), x)
        self.assertEqual(torch.as_tensor([1, 2]).dtype, torch.int64)
        self.assertEqual(x.new_zeros(3).shape, (3,))
        self.assertEqual(x.new_ones((2, 2)).sum().item(), 4)
        self.assertEqual(x.new_full((2,), 7).tolist(), [7.0, 7.0])
        self.assertEqual(x.new_tensor([1, 2]).dtype, torch.float32)
        self.assertEqual(x.new_empty(2, 3).shape, (2, 3))
        self.assertEqual(torch.FloatTensor([1, 2]).dtype, torch.float32)
        self.assertEqual(torch.LongTensor([1, 2]).tolist(), [1, 2])
        self.assertEqual(torch.FloatTensor(2, 3).shape, (2, 3))
        self.assertEqual(torch.Tensor([1, 2]).tolist(), [1.0, 2.0])
        self.assertEqual(torch.Tensor(2, 3).shape, (2, 3))


class BySize(unittest.TestCase):
    def test_sizes_in_every_form(self):
        for made in (torch.zeros, torch.ones, torch.empty, torch.rand, torch.randn):
            self.assertEqual(made(2, 3).shape, (2, 3))
            self.assertEqual(made((2, 3)).shape, (2, 3))
            self.assertEqual(made([2, 3]).shape, (2, 3))
            self.assertEqual(made(size=(2, 3)).shape, (2, 3))
            self.assertEqual(made(torch.Size([2, 3])).shape, (2, 3))
            self.assertEqual(made(2, dtype=torch.float32, device="cpu", requires_grad=True).requires_grad, True)
            self.assertEqual(made(()).shape, ())
            self.assertEqual(made(torch.ones(2, 3).shape[0]).shape, (2,))

    def test_filled(self):
        self.assertEqual(torch.full((2,), 3).dtype, torch.int64)
        self.assertEqual(torch.full((2,), 3.0).dtype, torch.float32)
        self.assertEqual(torch.full((2,), True).dtype, torch.bool)
        self.assertEqual(torch.full(size=(2,), fill_value=0.5).tolist(), [0.5, 0.5])
        self.assertEqual(torch.full((), 0.1).item(), 0.10000000149011612)
        self.assertEqual(torch.tensor(0.1).item(), 0.10000000149011612)
        self.assertEqual(torch.full((2,), 3.0, dtype=torch.int64).tolist(), [3, 3])
        self.assertEqual(torch.zeros(2, dtype=torch.long).dtype, torch.int64)
        self.assertEqual(torch.zeros(2, dtype=int).dtype, torch.int64)
        self.assertEqual(torch.zeros(2, dtype=float if False else torch.float).dtype, torch.float32)
        x = torch.ones(2, 2, dtype=torch.int64)
        self.assertEqual(torch.zeros_like(x).dtype, torch.int64)
        self.assertEqual(torch.ones_like(x, dtype=torch.float32).dtype, torch.float32)
        self.assertEqual(torch.full_like(x, 2).tolist(), [[2, 2], [2, 2]])
        self.assertEqual(torch.rand_like(x.float()).shape, (2, 2))
        self.assertEqual(torch.eye(2).tolist(), [[1, 0], [0, 1]])
        self.assertEqual(torch.eye(2, 3, dtype=torch.int64).shape, (2, 3))

    def test_steps(self):
        self.assertEqual(torch.arange(3).dtype, torch.int64)
        self.assertEqual(torch.arange(3.0).dtype, torch.float32)
        self.assertEqual(torch.arange(1, 4).tolist(), [1, 2, 3])
        self.assertEqual(torch.arange(0, 1, 0.25).tolist(), [0, 0.25, 0.5, 0.75])
        self.assertEqual(torch.arange(0, 6.0, 2).dtype, torch.float32)
        self.assertEqual(torch.arange(start=1, end=3).tolist(), [1, 2])
        self.assertEqual(torch.arange(end=2).tolist(), [0, 1])
        self.assertEqual(torch.arange(5, 0, -2).tolist(), [5, 3, 1])
        self.assertEqual(torch.arange(3, dtype=torch.float32).dtype, torch.float32)
        self.assertEqual(torch.linspace(0, 1, 3).tolist(), [0, 0.5, 1])
        self.assertEqual(torch.linspace(0, 1, steps=5).shape, (5,))
        self.assertEqual(torch.logspace(0, 2, 3).tolist(), [1, 10, 100])


class Random(unittest.TestCase):
    def test_seeds_give_pytorchs_numbers(self):
        torch.manual_seed(0)
        self.assertEqual([round(v, 4) for v in torch.rand(3).tolist()], [0.4963, 0.7682, 0.0885])
        self.assertEqual([round(v, 4) for v in torch.randn(2).tolist()], [0.3643, 0.1344])
        self.assertEqual(torch.randint(10, (4,)).tolist(), [3, 7, 3, 1])
        self.assertEqual(torch.randint(5, 8, (3,)).tolist(), [7, 5, 5])
        self.assertEqual(torch.randperm(5).tolist(), [3, 1, 2, 0, 4])

    def test_generators_stand_apart(self):
        g = torch.Generator().manual_seed(1)
        first = torch.rand(2, generator=g)
        self.assertEqual([round(v, 4) for v in first.tolist()], [0.7576, 0.2793])
        state = g.get_state()
        second = torch.rand(2, generator=g).tolist()
        g.set_state(state)
        self.assertEqual(torch.rand(2, generator=g).tolist(), second)
        self.assertEqual(g.initial_seed(), 1)
        torch.manual_seed(3)
        before = torch.get_rng_state()
        a = torch.rand(1).item()
        torch.set_rng_state(before)
        self.assertEqual(torch.rand(1).item(), a)
        self.assertEqual(torch.initial_seed(), 3)
        torch.default_generator.manual_seed(3)
        self.assertEqual(torch.rand(1).item(), a)
        self.assertEqual(torch.rand(1, generator=torch.manual_seed(3)).item(), a)

    def test_tensors_filled_in_place(self):
        torch.manual_seed(0)
        x = torch.empty(2)
        self.assertEqual([round(v, 4) for v in x.uniform_(-1, 1).tolist()], [-0.0075, 0.5364])
        self.assertIs(x.normal_(mean=0, std=2), x)
        self.assertEqual(x.bernoulli_(0.5).shape, (2,))
        self.assertEqual(x.random_(0, 3).shape, (2,))
        self.assertEqual(torch.normal(0.0, 1.0, (2,)).shape, (2,))
        self.assertEqual(torch.bernoulli(torch.ones(2)).tolist(), [1, 1])
        self.assertEqual(torch.multinomial(torch.tensor([0.0, 1.0]), 3, replacement=True).tolist(), [1, 1, 1])


class Kinds(unittest.TestCase):
    def test_dtypes(self):
        self.assertEqual(repr(torch.float32), "torch.float32")
        self.assertIs(torch.float, torch.float32)
        self.assertIs(torch.long, torch.int64)
        self.assertTrue(torch.float16.is_floating_point)
        self.assertFalse(torch.int64.is_floating_point)
        self.assertEqual(torch.float32.itemsize, 4)
        self.assertEqual(torch.finfo(torch.float32).eps, 2**-23)
        self.assertEqual(torch.finfo(torch.float32).max, 3.4028234663852886e38)
        self.assertEqual(torch.iinfo(torch.int32).max, 2147483647)
        self.assertEqual(torch.get_default_dtype(), torch.float32)
        self.assertEqual(torch.promote_types(torch.int64, torch.float32), torch.float32)
        self.assertEqual(torch.result_type(torch.tensor([1]), 1.0), torch.float32)
        self.assertTrue(torch.can_cast(torch.int64, torch.float32))
        x = torch.ones(2)
        self.assertEqual(x.to(torch.int64).dtype, torch.int64)
        self.assertEqual(x.long().dtype, torch.int64)
        self.assertEqual(x.type(torch.int32).dtype, torch.int32)
        self.assertEqual(x.type(), "torch.FloatTensor")
        self.assertIs(x.to(torch.float32), x)
        self.assertIs(x.float(), x)
        self.assertTrue(x.is_floating_point())
        self.assertTrue(torch.is_floating_point(x))
        self.assertTrue(torch.is_tensor(x))
        self.assertFalse(torch.is_tensor(1))
        self.assertEqual({torch.float32: 1}[x.dtype], 1)

    def test_devices(self):
        self.assertEqual(repr(torch.device("cuda:1")), "device(type='cuda', index=1)")
        self.assertEqual(repr(torch.device("cpu")), "device(type='cpu')")
        self.assertEqual(str(torch.device("cuda", 0)), "cuda:0")
        self.assertEqual(torch.device("cpu"), torch.device("cpu"))
        with self.assertRaisesRegex(RuntimeError, "Expected one of"):
            torch.device("nowhere")
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        x = torch.ones(2, device=device).to(device)
        self.assertEqual(x.to("cpu").tolist(), [1, 1])
        self.assertEqual(x.cpu().tolist(), [1, 1])
        self.assertEqual(torch.zeros(2, device=x.device).shape, (2,))

    def test_sizes(self):
        s = torch.ones(2, 3).shape
        self.assertEqual(repr(s), "torch.Size([2, 3])")
        self.assertIsInstance(s, tuple)
        self.assertEqual(s.numel(), 6)
        self.assertEqual(s[0], 2)
        self.assertIsInstance(s[:1], torch.Size)
        self.assertEqual(s + (4,), (2, 3, 4))
        self.assertEqual(torch.ones(2, 3).size(), s)
        self.assertEqual(torch.ones(2, 3).size(1), 3)
        self.assertEqual(torch.ones(2, 3).size(dim=-1), 3)
        self.assertEqual(torch.ones(2, 3).stride(), (3, 1))
        self.assertEqual(torch.ones(2, 3).numel(), 6)
        a, b = s
        self.assertEqual((a, b), (2, 3))
        self.assertEqual(torch.ones(2, 3).ndim, 2)


class Sobol(unittest.TestCase):
    """Points of Sobol's sequences, PyTorch's own."""

    def test_plain(self):
        engine = torch.quasirandom.SobolEngine(3)
        self.assertEqual(engine.draw(4).tolist(), [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75]])
        skipped = torch.quasirandom.SobolEngine(3).fast_forward(3)
        self.assertEqual((skipped.draw().tolist(), skipped.num_generated), ([[0.25, 0.75, 0.75]], 4))
        self.assertEqual(engine.reset().draw_base2(1).shape, (2, 3))
        with self.assertRaisesRegex(ValueError, "power of 2"):
            engine.draw_base2(2)
        # The last one of the largest polynomials.
        self.assertEqual(torch.quasirandom.SobolEngine(1111).sobolstate[-1, :4].tolist(), [536870912, 268435456, 671088640, 1006632960])

    def test_scrambled(self):
        engine = torch.quasirandom.SobolEngine(2, scramble=True, seed=123456)
        expected = [[0.50860737, 0.29320504], [0.07116939, 0.89594537], [0.49354145, 0.11524881], [0.93097717, 0.70244044]]
        self.assertTrue(torch.allclose(engine.draw(4), torch.tensor(expected), atol=1e-7))
        self.assertEqual(repr(engine), "SobolEngine(dimension=2, scramble=True, seed=123456)")


if __name__ == "__main__":
    unittest.main()
