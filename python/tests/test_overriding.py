"""What a class of one's own may change: methods that constructors call, and `__torch_function__`."""

import unittest

import torch
import torch.nn.functional as F
from torch import nn


class Resetting(unittest.TestCase):
    def test_it_is_called_in_the_place_of_the_layers_own(self):
        class Zeros(nn.Linear):
            def reset_parameters(self):
                nn.init.zeros_(self.weight)
                nn.init.ones_(self.bias)

        torch.manual_seed(0)
        expected = torch.rand(2)
        torch.manual_seed(0)
        layer = Zeros(2, 2)
        self.assertEqual((layer.weight.tolist(), layer.bias.tolist()), ([[0.0, 0.0], [0.0, 0.0]], [1.0, 1.0]))
        # Nothing has been drawn.
        self.assertTrue(torch.equal(torch.rand(2), expected))

    def test_it_may_call_the_layers_own(self):
        class Seen(nn.Linear):
            def reset_parameters(self):
                super().reset_parameters()
                self.seen = tuple(self.weight.shape)

        torch.manual_seed(0)
        plain = nn.Linear(2, 3)
        torch.manual_seed(0)
        layer = Seen(2, 3)
        self.assertEqual(layer.seen, (3, 2))
        self.assertTrue(torch.equal(layer.weight, plain.weight) and torch.equal(layer.bias, plain.bias))

    def test_other_layers(self):
        def halves(self):
            for parameter in self.parameters():
                nn.init.constant_(parameter, 0.5)

        for base, args in (
            (nn.Conv2d, (1, 1, 2)),
            (nn.ConvTranspose2d, (1, 1, 2)),
            (nn.LayerNorm, (2,)),
            (nn.GroupNorm, (1, 2)),
            (nn.BatchNorm1d, (2,)),
            (nn.Embedding, (3, 2)),
            (nn.Bilinear, (1, 2, 3)),
            (nn.LSTM, (1, 2)),
            (nn.GRUCell, (1, 2)),
            (nn.PReLU, ()),
        ):
            layer = type("Halves", (base,), {"reset_parameters": halves})(*args)
            for parameter in layer.parameters():
                self.assertTrue(bool((parameter == 0.5).all()), base.__name__)

        class Rows(nn.Embedding):
            def reset_parameters(self):
                nn.init.ones_(self.weight)
                self._fill_padding_idx_with_zero()

        self.assertEqual(Rows(3, 1, padding_idx=1).weight.tolist(), [[1.0], [0.0], [1.0]])

    def test_attention(self):
        class Ones(nn.MultiheadAttention):
            def _reset_parameters(self):
                nn.init.ones_(self.in_proj_weight)

        torch.manual_seed(0)
        projection = nn.Linear(4, 4).weight
        torch.manual_seed(0)
        layer = Ones(4, 2)
        self.assertEqual(layer.in_proj_weight.sum().item(), 48.0)
        self.assertTrue(torch.equal(layer.out_proj.weight, projection))
        self.assertFalse(hasattr(layer, "reset_parameters"))

    def test_running_statistics(self):
        class Counted(nn.BatchNorm1d):
            resets = 0

            def reset_running_stats(self):
                super().reset_running_stats()
                Counted.resets += 1

        Counted(2)
        self.assertEqual(Counted.resets, 1)

    def test_convolution(self):
        class Doubled(nn.Conv2d):
            def _conv_forward(self, input, weight, bias):
                return super()._conv_forward(input, weight * 2, bias)

        for options in ({}, {"padding": 1, "padding_mode": "reflect"}, {"padding": "same", "padding_mode": "circular"}):
            layer, plain = Doubled(1, 2, (3, 2), bias=False, **options), nn.Conv2d(1, 2, (3, 2), bias=False, **options)
            plain.load_state_dict(layer.state_dict())
            x = torch.rand(1, 1, 5, 5)
            self.assertTrue(torch.allclose(layer(x), plain(x) * 2, atol=1e-5))


class Losses(unittest.TestCase):
    def test_bases(self):
        from torch.nn.modules.loss import _Loss, _WeightedLoss

        class Distance(_Loss):
            def forward(self, input, target):
                away = (input - target).abs()
                return away.mean() if self.reduction == "mean" else away.sum()

        class Weighted(_WeightedLoss):
            def forward(self, input, target):
                return F.nll_loss(input, target, weight=self.weight, reduction=self.reduction)

        x, y = torch.tensor([1.0, 3.0]), torch.zeros(2)
        self.assertEqual((Distance()(x, y).item(), Distance(reduction="sum")(x, y).item()), (2.0, 4.0))
        self.assertEqual(Distance().eval().training, False)
        loss = Weighted(torch.tensor([1.0, 3.0]))
        self.assertEqual(list(loss.state_dict()), ["weight"])
        self.assertEqual(loss(torch.tensor([[-1.0, -2.0], [-3.0, -4.0]]), torch.tensor([0, 1])).item(), 3.25)
        self.assertIsInstance(nn.MSELoss(), _Loss)
        self.assertIsInstance(nn.CrossEntropyLoss(torch.ones(2)), _WeightedLoss)
        self.assertNotIsInstance(nn.MSELoss(), _WeightedLoss)
        self.assertEqual(nn.CrossEntropyLoss(reduction="sum").reduction, "sum")
        self.assertEqual(list(nn.CrossEntropyLoss(torch.ones(2)).state_dict()), ["weight"])


class Families(unittest.TestCase):
    def test_recurrent_layers(self):
        self.assertTrue(issubclass(nn.RNNBase, nn.Module) and issubclass(nn.GRU, nn.RNNBase))
        self.assertIsInstance(nn.LSTM(2, 3), nn.RNNBase)
        self.assertIsInstance(nn.GRUCell(2, 3), nn.RNNCellBase)

        class Mixin(nn.Module):
            """As Pyro mixes its module into layers."""

        mixed = type("Mixed", (nn.LSTM, Mixin), {})
        self.assertEqual(mixed(2, 3)(torch.zeros(4, 1, 2))[0].shape, (4, 1, 3))


class Scripted(unittest.TestCase):
    def test_no_layer_is(self):
        self.assertFalse(isinstance(nn.Linear(1, 1), torch.jit.ScriptModule))
        self.assertTrue(issubclass(torch.jit.ScriptModule, nn.Module))


class Logged(torch.Tensor):
    log = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.log.append(func.__name__)
        return super().__torch_function__(func, types, args, kwargs or {})


class Functions(unittest.TestCase):
    def expect(self, call, name):
        Logged.log.clear()
        found = call()
        self.assertEqual(Logged.log, [name])
        self.assertIsInstance(found, Logged)

    def test_calls_are_seen(self):
        x, plain = torch.ones(3).as_subclass(Logged), torch.ones(3)
        for call, name in (
            (lambda: x + 1, "add"),
            (lambda: 1 + x, "add"),
            (lambda: plain - x, "sub"),
            (lambda: x.sum(), "sum"),
            (lambda: torch.add(x, 2), "add"),
            (lambda: torch.cat([x, plain]), "cat"),
            (lambda: F.relu(x), "relu"),
            (lambda: F.pad(x, (1, 1)), "pad"),
            (lambda: x[0], "__getitem__"),
        ):
            self.expect(call, name)
        self.assertEqual((plain * 3 - x).tolist(), [2.0, 2.0, 2.0])
        self.assertIsInstance(x.reshape(3, 1).max(0)[0], Logged)

    def test_subclasses_stay(self):
        class Plain(torch.Tensor):
            def doubled(self):
                return self * 2

        x = Plain([1.0, 2.0])
        for found in (x * 2, x.sum(), torch.stack([x, x]), x.doubled(), nn.Linear(2, 1)(x)):
            self.assertIs(type(found), Plain)
        self.assertEqual(x.doubled().tolist(), [2.0, 4.0])
        y = torch.ones(2).as_subclass(Plain).requires_grad_()
        (y * 3).sum().backward()
        self.assertEqual(y.grad.tolist(), [3.0, 3.0])
        self.assertIs(type(nn.Parameter(torch.ones(2)) * 2), torch.Tensor)

    def test_objects_that_are_no_tensors(self):
        class Stand:
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return (func.__name__, [each.__name__ for each in types])

        for found in (torch.add(Stand(), 1), torch.add(torch.ones(1), Stand())):
            self.assertEqual(found, ("add", ["Stand"]))
        self.assertEqual(torch.cat([Stand(), Stand()]), ("cat", ["Stand"]))
        self.assertTrue(torch.overrides.has_torch_function((Stand(), 1)))
        self.assertFalse(torch.overrides.has_torch_function((torch.ones(1), 1)))

    def test_a_subclass_goes_before_its_base(self):
        class Nearer(Logged):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return "nearer"

        x, y = torch.ones(1).as_subclass(Logged), torch.ones(1).as_subclass(Nearer)
        self.assertEqual([torch.add(x, y), y + 1, 1 - y], ["nearer"] * 3)

    def test_nobody_answers(self):
        class Silent:
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return NotImplemented

        with self.assertRaisesRegex(TypeError, "Multiple dispatch failed for 'torch.add'"):
            torch.add(Silent(), 1)


if __name__ == "__main__":
    unittest.main()
