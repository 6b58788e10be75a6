"""Tensors and modules in pickles."""

import copy
import io
import pickle
import unittest

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU())
        self.head = nn.Linear(2, 1, bias=False)
        self.note = {"seen": [1, 2]}

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


def remade(value):
    return pickle.loads(pickle.dumps(value))


class Tensors(unittest.TestCase):
    def test_numbers_and_kind(self):
        for tensor in (torch.arange(6).reshape(2, 3), torch.tensor(1.5), torch.ones(0, 2), torch.tensor([True, False])):
            other = remade(tensor)
            self.assertTrue(torch.equal(other, tensor))
            self.assertEqual((other.dtype, other.shape), (tensor.dtype, tensor.shape))

    def test_views_and_parameters(self):
        x = torch.arange(6.0).reshape(2, 3)
        self.assertEqual(remade(x.T).tolist(), x.T.tolist())
        parameter = remade(nn.Parameter(torch.ones(2), requires_grad=False))
        self.assertIsInstance(parameter, nn.Parameter)
        self.assertFalse(parameter.requires_grad)
        self.assertTrue(remade(torch.ones(2, requires_grad=True)).requires_grad)
        self.assertEqual(remade({"a": [x]})["a"][0].tolist(), x.tolist())


class Modules(unittest.TestCase):
    def test_layers_and_members(self):
        net, x = Net(), torch.randn(2, 1, 6, 6)
        net(x)
        net.eval()
        other = remade(net)
        self.assertFalse(other.training)
        self.assertFalse(other.body[1].training)
        self.assertEqual(repr(other), repr(net))
        self.assertEqual(other.note, {"seen": [1, 2]})
        self.assertEqual(list(other.state_dict()), list(net.state_dict()))
        self.assertTrue(torch.allclose(other(x), net(x), atol=1e-6))
        with torch.no_grad():
            other.head.weight.zero_()
        self.assertEqual(other(x).tolist(), [[0], [0]])
        self.assertNotEqual(net(x).tolist(), [[0], [0]])

    def test_modules_inside_of_others(self):
        layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True).eval()
        x = torch.randn(1, 3, 4)
        self.assertTrue(torch.allclose(remade(layer)(x), layer(x), atol=1e-5))

    def test_through_save_and_load(self):
        net, x = Net().eval(), torch.randn(2, 1, 6, 6)
        file = io.BytesIO()
        torch.save(net, file)
        file.seek(0)
        self.assertTrue(torch.allclose(torch.load(file, weights_only=False)(x), net(x), atol=1e-6))

    def test_shared_parameters_stay_shared(self):
        net = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        net[1].weight = net[0].weight
        for other in (remade(net), copy.deepcopy(net)):
            self.assertIs(other[0].weight, other[1].weight)

    def test_hooks_and_states_of_ones_own(self):
        class Own(nn.Linear):
            def __getstate__(self):
                return {**self.__dict__, "said": "saved"}

        Own.__qualname__ = "Own"
        globals()["Own"] = Own
        self.assertEqual(remade(Own(2, 1)).said, "saved")


if __name__ == "__main__":
    unittest.main()
