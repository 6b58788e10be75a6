"""Functions and methods: arguments by place and by name, results in PyTorch's forms."""

import unittest

import torch


class Arguments(unittest.TestCase):
    def test_by_place_and_by_name(self):
        x = torch.arange(6.0).reshape(2, 3)
        self.assertEqual(x.sum(0).tolist(), [3, 5, 7])
        self.assertEqual(x.sum(dim=1, keepdim=True).shape, (2, 1))
        self.assertEqual(torch.sum(x, dim=(0, 1)).item(), 15)
        self.assertEqual(torch.sum(input=x, dim=0).tolist(), [3, 5, 7])
        self.assertEqual(x.mean(axis=0).tolist(), [1.5, 2.5, 3.5])
        self.assertEqual(x.sum(axis=0, keepdims=True).shape, (1, 3))
        self.assertEqual(x.sum(dim=None).item(), 15)
        self.assertEqual(x.sum(-1, dtype=torch.int64).dtype, torch.int64)
        self.assertEqual(x.permute(1, 0).shape, x.permute((1, 0)).shape)
        self.assertEqual(x.view(3, -1).shape, (3, 2))
        self.assertEqual(x.view((6,)).shape, (6,))
        self.assertEqual(x.reshape(-1).shape, (6,))
        self.assertEqual(x.reshape(shape=(3, 2)).shape, (3, 2))
        self.assertEqual(x.transpose(0, 1).shape, (3, 2))
        self.assertEqual(x.T.shape, (3, 2))
        self.assertEqual(x.t().shape, (3, 2))
        self.assertEqual(x.unsqueeze(0).squeeze(0).shape, (2, 3))
        self.assertEqual(x.expand(4, 2, 3).shape, (4, 2, 3))
        self.assertEqual(x.repeat(2, 1).shape, (4, 3))
        self.assertEqual(torch.flatten(x, start_dim=0).shape, (6,))
        self.assertEqual(x.clamp(min=1, max=3).tolist(), [[1, 1, 2], [3, 3, 3]])
        self.assertEqual(x.clamp(max=3).max().item(), 3)
        self.assertEqual(torch.add(x, x, alpha=2)[0].tolist(), [0, 3, 6])
        self.assertEqual(torch.full_like(x, fill_value=2)[0].tolist(), [2, 2, 2])
        self.assertEqual(x.var(unbiased=False).item(), x.var(correction=0).item())
        self.assertEqual(x.std(0).shape, (3,))
        self.assertEqual(x.norm(p=2).item(), x.norm().item())
        self.assertEqual(x.contiguous(memory_format=torch.contiguous_format).shape, (2, 3))
        self.assertEqual(x.to("cpu", non_blocking=True).shape, (2, 3))

    def test_lists_of_tensors(self):
        a, b = torch.ones(2), torch.zeros(2)
        self.assertEqual(torch.cat([a, b]).tolist(), [1, 1, 0, 0])
        self.assertEqual(torch.cat((a, b), dim=0).shape, (4,))
        self.assertEqual(torch.stack((a, b), 1).tolist(), [[1, 0], [1, 0]])
        self.assertEqual(torch.hstack([a, b]).shape, (4,))
        self.assertEqual(torch.cat([*a.split(1), b], dim=-1).shape, (4,))
        self.assertEqual(torch.atleast_2d(a).shape, (1, 2))
        self.assertEqual(torch.broadcast_to(a, (3, 2)).shape, (3, 2))
        self.assertEqual(torch.meshgrid(a, b, indexing="ij")[0].shape, (2, 2))
        self.assertEqual(torch.cartesian_prod(a, b).shape, (4, 2))
        self.assertEqual(torch.block_diag(torch.eye(1), torch.eye(2)).shape, (3, 3))

    def test_out(self):
        out = torch.empty(2)
        self.assertIs(torch.add(torch.ones(2), 1, out=out), out)
        self.assertEqual(out.tolist(), [2, 2])

    def test_wrong_arguments(self):
        x = torch.ones(2)
        with self.assertRaises(TypeError):
            torch.add(x)
        with self.assertRaises(TypeError):
            x.sum(nothing=1)
        with self.assertRaises(TypeError):
            torch.sin("x")
        with self.assertRaises(IndexError):
            x.sum(dim=3)
        with self.assertRaises(RuntimeError):
            x.view(3)
        with self.assertRaises(RuntimeError):
            x + torch.ones(3)
        with self.assertRaises(AttributeError):
            x.nothing_of_this_name
        with self.assertRaises(AttributeError):
            torch.logSoftmax
        with self.assertRaises(AttributeError):
            x.logSoftmax
        self.assertFalse(hasattr(x, "logSoftmax"))


class Backends(unittest.TestCase):
    def test_they_are_imported_as_modules(self):
        import torch.backends.cudnn as cudnn

        before = cudnn.benchmark
        cudnn.benchmark = True
        self.assertIs(torch.backends.cudnn, cudnn)
        self.assertTrue(torch.backends.cudnn.benchmark)
        cudnn.benchmark = before


class Results(unittest.TestCase):
    def test_named_tuples(self):
        x = torch.tensor([[3.0, 1.0], [2.0, 4.0]])
        result = x.max(dim=1)
        self.assertEqual(result.values.tolist(), [3, 4])
        self.assertEqual(result.indices.tolist(), [0, 1])
        self.assertEqual(result[0].tolist(), [3, 4])
        self.assertIsInstance(result, tuple)
        self.assertTrue(repr(result).startswith("torch.return_types.max(\nvalues=tensor([3., 4.]),\nindices="))
        values, indices = torch.sort(x, dim=1, descending=True)
        self.assertEqual(values.tolist(), [[3, 1], [4, 2]])
        self.assertEqual(torch.topk(x.flatten(), k=2).indices.tolist(), [3, 0])
        self.assertEqual(x.min(0).values.tolist(), [2, 1])
        u, s, vh = torch.linalg.svd(x)
        self.assertEqual(s.shape, (2,))
        self.assertEqual(torch.linalg.qr(x).Q.shape, (2, 2))
        self.assertEqual(torch.linalg.eigh(x @ x.T).eigenvalues.shape, (2,))
        self.assertEqual(torch.linalg.slogdet(x).sign.item(), 1)
        self.assertEqual(torch.aminmax(x).min.item(), 1)

    def test_tuples_and_numbers(self):
        x = torch.arange(6)
        self.assertEqual([part.tolist() for part in x.chunk(3)], [[0, 1], [2, 3], [4, 5]])
        self.assertIsInstance(x.split(4), tuple)
        self.assertEqual([len(part) for part in torch.split(x, [1, 5])], [1, 5])
        self.assertIsInstance(x.unbind(), tuple)
        self.assertEqual(torch.where(x > 3)[0].tolist(), [4, 5])
        self.assertEqual(torch.nonzero(x > 3).tolist(), [[4], [5]])
        self.assertEqual(torch.nonzero(x > 3, as_tuple=True)[0].tolist(), [4, 5])
        self.assertEqual((x > 3).nonzero().shape, (2, 1))
        self.assertEqual(torch.masked_select(x, x > 3).tolist(), [4, 5])
        values, counts = torch.unique(torch.tensor([2, 1, 2]), return_counts=True)
        self.assertEqual((values.tolist(), counts.tolist()), ([1, 2], [1, 2]))
        self.assertEqual(torch.unique(torch.tensor([2, 1, 2])).tolist(), [1, 2])
        self.assertIs(torch.equal(x, x), True)
        self.assertIs(torch.allclose(x.float(), x.float() + 1e-9), True)
        self.assertEqual(torch.bincount(torch.tensor([0, 2, 2])).tolist(), [1, 0, 2])
        self.assertEqual(torch.argmax(x).item(), 5)
        self.assertIs(x.is_contiguous(), True)
        self.assertEqual(torch.broadcast_shapes((2, 1), (3,)), (2, 3))

    def test_where_and_promotion(self):
        x = torch.tensor([1, 2])
        self.assertEqual(torch.where(x > 1, x, 0).dtype, torch.int64)
        self.assertEqual(torch.where(x > 1, x, 0.0).dtype, torch.float32)
        self.assertEqual(torch.where(x > 1, 1.0, 0.0).tolist(), [0, 1])
        self.assertEqual(torch.where(x > 1, 1.0, 0.0).dtype, torch.float32)
        self.assertEqual(torch.add(x, 2.0).dtype, torch.float32)
        self.assertEqual(x.mul(2.0).dtype, torch.float32)
        self.assertEqual(x.masked_fill(x > 1, 9).tolist(), [1, 9])
        self.assertEqual(torch.pow(2, x).tolist(), [2, 4])
        self.assertEqual(torch.pow(x, 2.0).dtype, torch.float32)
        self.assertEqual(x.clamp(min=1.0).dtype, torch.float32)
        self.assertEqual(torch.maximum(x, torch.tensor([2, 0])).tolist(), [2, 2])

    def test_functions_that_torch_shares_with_nn(self):
        x = torch.tensor([-1.0, 2.0])
        self.assertEqual(torch.relu(x).tolist(), [0, 2])
        self.assertEqual(torch.softmax(x, dim=0).sum().item(), 1.0)
        self.assertEqual(x.softmax(-1).shape, (2,))
        self.assertEqual(torch.sigmoid(x).shape, (2,))
        self.assertEqual(torch.tanh(x).shape, (2,))
        self.assertEqual(torch.selu(x).shape, (2,))
        self.assertEqual(torch.cosine_similarity(x[None], x[None]).shape, (1,))
        self.assertEqual(torch.max_pool2d(torch.ones(1, 1, 4, 4), 2).shape, (1, 1, 2, 2))
        self.assertEqual(torch.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3), padding=1).shape, (1, 1, 4, 4))

    def test_modules_of_functions(self):
        x = torch.tensor([[2.0, 0.0], [0.0, 4.0]])
        self.assertEqual(torch.linalg.det(x).item(), 8)
        self.assertEqual(torch.linalg.inv(x).tolist(), [[0.5, 0], [0, 0.25]])
        self.assertEqual(torch.linalg.norm(x, ord="fro").item(), x.norm().item())
        self.assertEqual(torch.linalg.solve(x, torch.ones(2)).tolist(), [0.5, 0.25])
        self.assertEqual(torch.special.expit(torch.zeros(1)).item(), 0.5)
        with self.assertRaises(torch.linalg.LinAlgError):
            torch.linalg.inv(torch.zeros(2, 2)).tolist()
        with self.assertRaises(AttributeError):
            torch.linalg.nothing


class Compiling(unittest.TestCase):
    def test_compiled_functions_compute_the_same(self):
        def doubled(x):
            return x * 2

        compiled = torch.compile(doubled, backend="eager")
        self.assertEqual(compiled(torch.ones(2)).tolist(), [2, 2])

        @torch.compile(backend="eager")
        def tripled(x):
            return x * 3

        self.assertEqual(tripled(torch.ones(1)).item(), 3)


class Printing(unittest.TestCase):
    def test_as_pytorch_prints(self):
        self.assertEqual(repr(torch.tensor([1.0, 2.5])), "tensor([1.0000, 2.5000])")
        self.assertEqual(repr(torch.tensor([[1, 2], [3, 4]])), "tensor([[1, 2],\n        [3, 4]])")
        self.assertEqual(repr(torch.tensor(True)), "tensor(True)")
        self.assertEqual(repr(torch.zeros(0)), "tensor([])")
        self.assertEqual(repr(torch.ones(1, dtype=torch.int32)), "tensor([1], dtype=torch.int32)")
        x = torch.ones(1, requires_grad=True)
        self.assertEqual(repr(x), "tensor([1.], requires_grad=True)")
        self.assertEqual(repr(x * 2), "tensor([2.], grad_fn=<MulBackward0>)")
        self.assertEqual(repr([torch.tensor(1)]), "[tensor(1)]")
        torch.set_printoptions(precision=2)
        self.assertEqual(repr(torch.tensor(0.12345)), "tensor(0.12)")
        torch.set_printoptions(profile="default")
        self.assertIn("AddBackward0", repr((x + 1).grad_fn))
        self.assertEqual((x + 1).grad_fn.name(), "AddBackward0")


if __name__ == "__main__":
    unittest.main()
