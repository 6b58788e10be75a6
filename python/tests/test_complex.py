"""Complex numbers: made, computed with, read, written and differentiated; programs of rotary embeddings."""

import copy
import io
import math
import unittest

import torch
from torch import nn


def close(test, x, wanted, tolerance=1e-5):
    """Whether numbers, complex ones or pairs, agree."""
    test.assertEqual(tuple(x.shape), tuple(wanted.shape))
    pairs = [torch.view_as_real(each.resolve_conj()) if each.is_complex() else each for each in (x, wanted)]
    test.assertTrue(torch.allclose(pairs[0], pairs[1], rtol=1e-4, atol=tolerance), f"{x} is not {wanted}")


LONG = """tensor([[0.+1.j, 1.+1.j, 2.+1.j,  ..., 2.+1.j, 3.+1.j, 4.+1.j],
        [5.+1.j, 6.+1.j, 0.+1.j,  ..., 0.+1.j, 1.+1.j, 2.+1.j]])"""
Z = [[1 + 2j, -3 + 0.5j, 0j], [2 - 1j, 1j, -1 + 0j]]


class Making(unittest.TestCase):
    def test_of_parts_and_of_numbers(self):
        z = torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([3.0, -4.0]))
        self.assertEqual(z.tolist(), [1 + 3j, 2 - 4j])
        self.assertEqual((z.dtype, z.shape, z.ndim, z.numel()), (torch.complex64, torch.Size([2]), 1, 2))
        self.assertEqual(torch.tensor(Z).tolist(), Z)
        self.assertEqual(torch.tensor([1, 2], dtype=torch.cfloat).tolist(), [1 + 0j, 2 + 0j])
        self.assertEqual(torch.tensor(1j).item(), 1j)
        self.assertTrue(z.is_complex() and torch.is_complex(z) and isinstance(z, torch.Tensor))
        self.assertFalse(z.is_floating_point() or torch.is_complex(z.real))

    def test_with_a_dtype(self):
        self.assertEqual(torch.zeros(2, dtype=torch.cfloat).tolist(), [0j, 0j])
        self.assertEqual(torch.ones(1, 2, dtype=torch.complex64).tolist(), [[1 + 0j, 1 + 0j]])
        self.assertEqual(torch.full((2,), 1 - 1j).tolist(), [1 - 1j, 1 - 1j])
        self.assertEqual(torch.zeros_like(torch.tensor(Z)).dtype, torch.complex64)
        self.assertEqual(torch.arange(3.0).to(torch.complex64).tolist(), [0j, 1 + 0j, 2 + 0j])
        torch.manual_seed(0)
        z = torch.rand(2, 3, dtype=torch.cfloat)
        torch.manual_seed(0)
        close(self, z, torch.view_as_complex(torch.rand(2, 3, 2)))
        torch.manual_seed(0)
        z = torch.randn(20, dtype=torch.cfloat)
        torch.manual_seed(0)
        close(self, z, torch.view_as_complex(torch.randn(20, 2)) * math.sqrt(0.5))

    def test_views_share_memory(self):
        pairs = torch.zeros(2, 2)
        z = torch.view_as_complex(pairs)
        z.real = torch.tensor([1.0, 2.0])
        z.imag.fill_(5.0)
        self.assertEqual(pairs.tolist(), [[1.0, 5.0], [2.0, 5.0]])
        torch.view_as_real(z)[0] = 7.0
        self.assertEqual(z.tolist(), [7 + 7j, 2 + 5j])
        with self.assertRaisesRegex(RuntimeError, "last dimension of size 2"):
            torch.view_as_complex(torch.zeros(3))
        with self.assertRaisesRegex(TypeError, "only supported for complex"):
            torch.view_as_real(torch.zeros(3))

    def test_text(self):
        self.assertEqual(repr(torch.tensor([1 + 2j, -3 - 1j])), "tensor([ 1.+2.j, -3.-1.j])")
        self.assertEqual(repr(torch.tensor([[0.5 + 2j], [0.25 + 1j]])), "tensor([[0.5000+2.j],\n        [0.2500+1.j]])")
        whole = repr(torch.complex(torch.arange(1200.0) % 7, torch.ones(1200)).reshape(2, 600))
        self.assertEqual(whole, LONG)
        self.assertEqual(repr(torch.tensor(1j, requires_grad=True)), "tensor(0.+1.j, requires_grad=True)")
        self.assertEqual(repr(torch.zeros(0, dtype=torch.cfloat)), "tensor([], dtype=torch.complex64)")


class Computing(unittest.TestCase):
    def setUp(self):
        self.z, self.w = torch.tensor(Z), torch.tensor([[2 + 1j, 1 - 1j, 3j], [1 + 1j, -2j, 0.5 + 0.5j]])

    def each(self, call, *sides):
        """What a function of numbers gives for each of some tensors' numbers."""
        rows = [side.reshape(-1).tolist() if isinstance(side, torch.Tensor) else [side] * 6 for side in sides]
        return torch.tensor([call(*numbers) for numbers in zip(*rows)]).reshape(2, 3)

    def test_arithmetic(self):
        z, w, x = self.z, self.w, torch.arange(6.0).reshape(2, 3) + 1
        for call in (
            lambda a, b: a + b,
            lambda a, b: a - b,
            lambda a, b: a * b,
            lambda a, b: a / b,
        ):
            for sides in ((z, w), (z, x), (x, w), (z, 2.5), (2, w), (z, 1 - 2j), (2j, w), (x, 1j), (1j, x)):
                close(self, call(*sides), self.each(call, *sides))
        close(self, torch.mul(z, w) - torch.add(z, w, alpha=2), z * w - (z + 2 * w))
        close(self, -z + z**2 - z * z, -z)
        close(self, w.reciprocal() * w, torch.ones(2, 3, dtype=torch.cfloat))

    def test_functions(self):
        import cmath

        z = self.w
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"):
            close(self, getattr(torch, name)(z), self.each(getattr(cmath, name), z))
            close(self, getattr(z, name)(), self.each(getattr(cmath, name), z))
        close(self, z.abs(), self.each(abs, z))
        close(self, torch.angle(z), self.each(cmath.phase, z))
        close(self, z.conj(), self.each(lambda value: value.conjugate(), z))
        close(self, z**0.5, z.sqrt())
        close(self, torch.polar(z.abs(), z.angle()), z)
        close(self, torch.sgn(z) * abs(z), z)
        close(self, torch.exp(1j * torch.arange(4.0)), torch.polar(torch.ones(4), torch.arange(4.0)))
        self.assertEqual((torch.real(z).tolist(), torch.imag(z).tolist()), (z.real.tolist(), z.imag.tolist()))

    def test_products(self):
        z, w = self.z, self.w
        product = torch.tensor([[sum(a * b for a, b in zip(row, other)) for other in w.tolist()] for row in z.tolist()])
        close(self, z @ w.mT, product)
        close(self, torch.matmul(z, w.transpose(0, 1)), product)
        close(self, torch.einsum("ik,jk->ij", z, w), product)
        close(self, (z * z.conj()).real, z.abs() ** 2)
        close(self, z.H, z.conj().mT)
        close(self, torch.vdot(z[0], w[0]), (z[0].conj() * w[0]).sum())

    def test_shapes_and_indices(self):
        z, flat = self.z, [number for row in Z for number in row]
        self.assertEqual(z.reshape(3, -1).tolist(), [flat[0:2], flat[2:4], flat[4:6]])
        self.assertEqual(z.view(6).unsqueeze(-1).squeeze(1).tolist(), flat)
        self.assertEqual(z.T.shape, torch.Size([3, 2]))
        self.assertEqual(z.permute(1, 0)[0].tolist(), [Z[0][0], Z[1][0]])
        self.assertEqual(z[..., 1].tolist(), [Z[0][1], Z[1][1]])
        self.assertEqual(z[:, None, ::2].shape, torch.Size([2, 1, 2]))
        self.assertEqual(z[torch.tensor([1])].tolist(), [Z[1]])
        self.assertEqual(z[z.real > 0].tolist(), [1 + 2j, 2 - 1j])
        self.assertEqual(torch.cat([z, z.real], dim=-1).shape, torch.Size([2, 6]))
        self.assertEqual(torch.stack([z, z]).sum(0).tolist(), [[2 * number for number in row] for row in Z])
        self.assertEqual([part.shape[1] for part in z.split(2, dim=1)], [2, 1])
        self.assertEqual(torch.roll(z, 1, 1)[0].tolist(), [Z[0][2], Z[0][0], Z[0][1]])
        self.assertEqual(sum(row.sum() for row in z).item(), sum(flat))
        close(self, z.mean(), z.sum() / 6)
        made = torch.zeros(2, 4, dtype=torch.cfloat)
        made[:, :3] = z
        made[0, 3] = 2j
        made[..., 0] += 1
        self.assertEqual(made.tolist(), [[2 + 2j, Z[0][1], Z[0][2], 2j], [3 - 1j, *Z[1][1:], 0j]])

    def test_comparisons(self):
        z = self.z
        self.assertEqual((z == z.clone()).all().item(), True)
        self.assertEqual((z != torch.tensor(Z[0])).tolist(), [[False] * 3, [True] * 3])
        self.assertTrue(torch.equal(z, z.clone()) and torch.allclose(z, z + 1e-9) and not torch.allclose(z, z + 1))
        with self.assertRaises(RuntimeError):
            z < z

    def test_in_place(self):
        z = self.z.clone()
        z *= 2
        z += 1j
        z.mul_(1j)
        close(self, z, (self.z * 2 + 1j) * 1j)
        z.zero_()
        self.assertEqual(z.abs().sum().item(), 0.0)

    def test_what_is_not_there(self):
        with self.assertRaisesRegex((RuntimeError, NotImplementedError), "not implemented for 'ComplexFloat'|complex"):
            torch.relu(self.z)


class Differentiating(unittest.TestCase):
    def test_a_real_loss(self):
        z = torch.tensor([1 + 2j, -1j], requires_grad=True)
        ((z * (2 - 1j)).abs() ** 2).sum().backward()
        # 5 |z|², by the real and by the imaginary part.
        close(self, z.grad, 10 * z.detach())
        self.assertTrue(z.requires_grad and z.is_leaf and z.grad.is_complex())

    def test_through_real_and_imaginary_parts(self):
        x = torch.tensor([0.5, 1.5], requires_grad=True)
        torch.polar(torch.ones(2), x).imag.sum().backward()
        close(self, x.grad, torch.cos(x.detach()))
        self.assertEqual(torch.zeros(2, dtype=torch.cfloat, requires_grad=True).abs().sum().requires_grad, True)

    def test_parameters_and_buffers(self):
        class Scale(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.tensor([1 + 1j, 2 - 1j]))
                self.register_buffer("turn", torch.polar(torch.ones(2), torch.tensor([0.5, 1.0])))

            def forward(self, x):
                return x * self.weight * self.turn

        model = Scale()
        self.assertEqual([name for name, _ in model.named_parameters()], ["weight"])
        self.assertIsInstance(model.weight, nn.Parameter)
        self.assertEqual((model.weight.dtype, sum(p.numel() for p in model.parameters())), (torch.complex64, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        before = model.weight.detach().clone()
        loss = model(torch.ones(2)).abs().square().sum()
        loss.backward()
        optimizer.step()
        close(self, model.weight.detach(), before - 0.1 * 2 * before)
        other = Scale()
        other.load_state_dict(model.state_dict())
        close(self, other.weight.detach(), model.weight.detach())
        copied = copy.deepcopy(model)
        close(self, copied.turn, model.turn)
        self.assertTrue(isinstance(copied.weight, nn.Parameter) and copied.weight.is_complex())
        (gradient,) = torch.autograd.grad(copied(torch.ones(2)).abs().square().sum(), [copied.weight])
        close(self, gradient, 2 * copied.weight.detach())
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        self.assertAlmostEqual(model.weight.grad.abs().square().sum().item(), 1.0, delta=1e-4)
        file = io.BytesIO()
        torch.save(model.state_dict(), file)
        file.seek(0)
        other.load_state_dict(torch.load(file))
        close(self, other.turn, model.turn)
        self.assertTrue(other.weight.is_complex())


class Rotary(unittest.TestCase):
    """As LLaMA's first code writes it."""

    @staticmethod
    def precompute_freqs_cis(dim, end, theta=10000.0):
        freqs = 1.0 / (theta ** (torch.arange(0, dim, 2)[: (dim // 2)].float() / dim))
        t = torch.arange(end, device=freqs.device)
        freqs = torch.outer(t, freqs).float()
        return torch.polar(torch.ones_like(freqs), freqs)

    @staticmethod
    def reshape_for_broadcast(freqs_cis, x):
        ndim = x.ndim
        assert 0 <= 1 < ndim
        assert freqs_cis.shape == (x.shape[1], x.shape[-1])
        shape = [d if i == 1 or i == ndim - 1 else 1 for i, d in enumerate(x.shape)]
        return freqs_cis.view(*shape)

    def apply_rotary_emb(self, xq, freqs_cis):
        xq_ = torch.view_as_complex(xq.float().reshape(*xq.shape[:-1], -1, 2))
        freqs_cis = self.reshape_for_broadcast(freqs_cis, xq_)
        return torch.view_as_real(xq_ * freqs_cis).flatten(3).type_as(xq)

    def test_it_turns_pairs(self):
        torch.manual_seed(0)
        x = torch.randn(2, 5, 3, 8, requires_grad=True)
        cis = self.precompute_freqs_cis(8, 16).to(x.device)[2:7]
        turned = self.apply_rotary_emb(x, cis)
        angles = torch.arange(2.0, 7.0).reshape(5, 1, 1) / 10000.0 ** (torch.arange(4) / 4)
        a, b = x[..., ::2], x[..., 1::2]
        wanted = torch.stack([a * angles.cos() - b * angles.sin(), a * angles.sin() + b * angles.cos()], -1).flatten(3)
        close(self, turned.detach(), wanted.detach())
        turned.square().sum().backward()
        # A turn keeps sizes.
        close(self, x.grad, 2 * x.detach(), 1e-4)


if __name__ == "__main__":
    unittest.main()
