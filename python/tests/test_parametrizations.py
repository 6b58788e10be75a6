"""Tensors of modules that are computed of others: of layers, of modules of Python, one after another, and in other places."""

import copy
import pickle
import unittest

import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x):
        return x.triu()


class Twice(nn.Module):
    def forward(self, x):
        return 2 * x


class Outer(nn.Module):
    """A matrix of two vectors."""

    def forward(self, x, y):
        return x.unsqueeze(-1) @ y.unsqueeze(-2)

    def right_inverse(self, value):
        return value[..., 0].clone(), torch.ones(value.shape[-1])


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.matrix = nn.Parameter(torch.arange(9.0).reshape(3, 3))
        self.register_buffer("shift", torch.ones(3))

    def forward(self, x):
        return x @ self.matrix + self.shift


class Parametrized(unittest.TestCase):
    def test_a_layer(self):
        layer = nn.Linear(3, 3, bias=False)
        original = layer.weight
        self.assertIs(parametrize.register_parametrization(layer, "weight", Symmetric()), layer)
        self.assertEqual([name for name, _ in layer.named_parameters()], ["parametrizations.weight.original"])
        self.assertTrue(torch.equal(layer.weight, layer.weight.T))
        x = torch.randn(2, 3)
        self.assertTrue(torch.allclose(layer(x), x @ layer.weight.T, atol=1e-6))
        layer(x).sum().backward()
        self.assertEqual(original.grad.tril(-1).abs().sum().item(), 0)
        self.assertEqual(type(layer).__name__, "ParametrizedLinear")
        self.assertIsInstance(layer, nn.Linear)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
        before = layer(x)
        optimizer.step()
        self.assertFalse(torch.allclose(layer(x), before))
        expected = layer.weight.detach().clone()
        parametrize.remove_parametrizations(layer, "weight")
        self.assertIs(type(layer), nn.Linear)
        self.assertIs(layer.weight, original)
        self.assertTrue(torch.equal(layer.weight, expected))
        self.assertTrue(torch.allclose(layer(x), x @ expected.T, atol=1e-6))

    def test_a_module_of_python(self):
        net = Own()
        parametrize.register_parametrization(net, "matrix", Symmetric())
        parametrize.register_parametrization(net, "matrix", Twice())
        parametrize.register_parametrization(net, "shift", Twice())
        self.assertTrue(parametrize.is_parametrized(net, "shift"))
        self.assertEqual(net.matrix.tolist(), [[0, 2, 4], [2, 8, 10], [4, 10, 16]])
        self.assertEqual(net(torch.zeros(1, 3)).tolist(), [[2, 2, 2]])
        self.assertEqual(len(net.parametrizations.matrix), 2)
        parametrize.remove_parametrizations(net, "matrix", leave_parametrized=False)
        self.assertEqual(net.matrix.tolist(), [[0, 1, 2], [0, 4, 5], [0, 0, 8]])
        self.assertTrue(parametrize.is_parametrized(net))
        self.assertIs(parametrize.type_before_parametrizations(net), Own)

    def test_several_originals_and_assignment(self):
        layer = nn.Linear(2, 3, bias=False)
        parametrize.register_parametrization(layer, "weight", Outer())
        names = [name for name, _ in layer.named_parameters()]
        self.assertEqual(names, ["parametrizations.weight.original0", "parametrizations.weight.original1"])
        layer.weight = torch.full((3, 2), 4.0)
        self.assertEqual(layer.weight.tolist(), [[4, 4]] * 3)
        self.assertEqual(layer(torch.ones(1, 2)).tolist(), [[8, 8, 8]])
        with self.assertRaisesRegex(ValueError, "leave_parametrized=False"):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)

    def test_computed_once(self):
        class Counts(nn.Module):
            count = 0

            def forward(self, x):
                Counts.count += 1
                return x

        layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Counts(), unsafe=True)
        with parametrize.cached():
            layer.weight, layer.weight  # noqa: B018
            self.assertEqual(Counts.count, 1)
        layer.weight  # noqa: B018
        self.assertEqual(Counts.count, 2)

    def test_copies_states_and_pickles(self):
        layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Symmetric())
        other = copy.deepcopy(layer)
        x = torch.randn(1, 2)
        self.assertTrue(torch.allclose(other(x), layer(x)))
        with torch.no_grad():
            other.parametrizations.weight.original.zero_()
        self.assertFalse(torch.allclose(other(x), layer(x)))
        other.load_state_dict(layer.state_dict())
        self.assertTrue(torch.allclose(other(x), layer(x)))
        with self.assertRaisesRegex(RuntimeError, "only supported through state_dict"):
            pickle.dumps(layer)

    def test_moved(self):
        first = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Symmetric())
        second = nn.Linear(2, 2)
        parametrize.transfer_parametrizations_and_params(first, second)
        self.assertTrue(torch.equal(second.weight, first.weight))
        self.assertIs(second.parametrizations.weight.original, first.parametrizations.weight.original)

    def test_bad_input(self):
        layer = nn.Linear(2, 3)
        with self.assertRaisesRegex(ValueError, "does not have a parameter"):
            parametrize.register_parametrization(layer, "foo", Twice())
        with self.assertRaisesRegex(ValueError, "may not change the shape"):
            parametrize.register_parametrization(layer, "weight", nn.Flatten(0))
        with self.assertRaisesRegex(ValueError, "does not have a parametrization"):
            parametrize.remove_parametrizations(layer, "bias")


class OfNorms(unittest.TestCase):
    def test_weight_norm(self):
        layer = nn.Linear(3, 2)
        before = layer.weight.detach().clone()
        parametrizations.weight_norm(layer)
        self.assertTrue(torch.allclose(layer.weight, before, atol=1e-6))
        self.assertEqual(layer.parametrizations.weight.original0.shape, (2, 1))
        whole = parametrizations.weight_norm(nn.Linear(3, 2), dim=None)
        self.assertEqual(whole.parametrizations.weight.original0.shape, ())
        old = {"bias": torch.zeros(2), "weight_g": torch.ones(2, 1), "weight_v": torch.tensor([[3.0, 0, 4], [0, 1, 0]])}
        layer.load_state_dict(old)
        self.assertTrue(torch.allclose(layer.weight, torch.tensor([[0.6, 0, 0.8], [0, 1, 0]])))

    def test_spectral_norm(self):
        torch.manual_seed(0)
        layer = parametrizations.spectral_norm(nn.Linear(4, 3), n_power_iterations=20)
        layer(torch.ones(1, 4))
        self.assertAlmostEqual(torch.linalg.matrix_norm(layer.weight, 2).item(), 1, places=3)
        names = [name for name, _ in layer.named_buffers()]
        self.assertEqual(names, ["parametrizations.weight.0._u", "parametrizations.weight.0._v"])
        layer.eval()
        self.assertTrue(torch.equal(layer.weight, layer.weight))

    def test_orthogonal(self):
        for rows, columns in ((3, 3), (4, 2), (2, 4)):
            for kind in ("matrix_exp", "cayley", "householder"):
                layer = parametrizations.orthogonal(nn.Linear(columns, rows), orthogonal_map=kind)
                weight = layer.weight if rows >= columns else layer.weight.mT
                one = torch.eye(min(rows, columns))
                self.assertTrue(torch.allclose(weight.mT @ weight, one, atol=1e-4), (rows, columns, kind))
                layer(torch.randn(1, columns)).sum().backward()
                self.assertIsNotNone(layer.parametrizations.weight.original.grad)
        with self.assertRaisesRegex(ValueError, "has to be one of"):
            parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="other")


if __name__ == "__main__":
    unittest.main()
