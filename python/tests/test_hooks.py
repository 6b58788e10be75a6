"""Hooks of modules: registration, gradients on the way, state dicts; and modules that wait for their shapes."""

import gc
import pickle
import unittest
import warnings
import weakref
from collections import OrderedDict, namedtuple

import torch
from torch import nn
from torch.nn.modules import module as of_all
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter
from torch.utils.hooks import RemovableHandle

Pair = namedtuple("Pair", "a b")


class Two(nn.Module):
    """Two results of two arguments, of which one may be anything."""

    def forward(self, x, other):
        return Pair(x * 2, x * 3)


def keep(state_dict, prefix, metadata, strict, missing, unexpected, errors):
    """A hook that pickles."""


def keep_with_module(module, state_dict, prefix, metadata, strict, missing, unexpected, errors):
    """Another."""


class Backward(unittest.TestCase):
    def test_results_keep_their_class(self):
        net, seen = Two(), []
        net.register_full_backward_hook(lambda m, inputs, outputs: seen.append((len(inputs), len(outputs))))
        x = torch.ones(2, requires_grad=True)
        y = net(x, None)
        self.assertIsInstance(y, Pair)
        (y.a.sum() + y.b.sum()).backward()
        self.assertEqual(seen, [(2, 2)])
        self.assertEqual(x.grad.tolist(), [5, 5])

    def test_values_are_read_in_forward(self):
        class Reads(nn.Module):
            def forward(self, x):
                return x * x.sum().item()

        net = Reads()
        net.register_full_backward_hook(lambda m, inputs, outputs: (inputs[0] * 2,))
        x = torch.ones(2, requires_grad=True)
        net(x).sum().backward()
        self.assertEqual(x.grad.tolist(), [4, 4])

    def test_hooks_before(self):
        layer = nn.Linear(2, 2)
        layer.register_full_backward_pre_hook(lambda m, outputs: (outputs[0] * 0,))
        layer(torch.ones(1, 2)).sum().backward()
        self.assertEqual(layer.weight.grad.tolist(), [[0, 0], [0, 0]])

    def test_no_input_wants_a_gradient(self):
        layer, seen = nn.Linear(2, 2), []
        layer.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, len(outputs))))
        layer(torch.ones(1, 2)).sum().backward()
        self.assertEqual(seen, [((None,), 1)])

    def test_wrong_numbers_of_gradients(self):
        x = torch.ones(1, 2, requires_grad=True)
        layer = nn.Linear(2, 2)
        handle = layer.register_full_backward_hook(lambda m, inputs, outputs: inputs + inputs)
        with self.assertRaisesRegex(RuntimeError, "invalid number of grad_input, got 2, but expected 1"):
            layer(x).sum().backward()
        handle.remove()
        layer.register_full_backward_pre_hook(lambda m, outputs: outputs + outputs)
        with self.assertRaisesRegex(RuntimeError, "invalid number of grad_output, got 2, but expected 1"):
            layer(x).sum().backward()

    def test_one_way_of_registering(self):
        layer = nn.Linear(2, 2)
        layer.register_full_backward_hook(lambda *_: None)
        with self.assertRaisesRegex(RuntimeError, "Cannot use both regular backward hooks and full backward hooks"):
            layer.register_backward_hook(lambda *_: None)


class WithinNetworks(unittest.TestCase):
    """Hooks of modules whose calls are those of a module of the library's own."""

    def net(self):
        torch.manual_seed(0)
        return nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)

    def parts(self, net, x):
        """What comes before the feed-forward part, and that part's result."""
        attended = net.norm1(x + net.self_attn(x, x, x, need_weights=False)[0])
        return attended, net.linear2(torch.relu(net.linear1(attended)))

    def test_a_result_is_replaced(self):
        net, x = self.net(), torch.randn(3, 1, 4)
        attended, fed = self.parts(net, x)
        wanted = net.norm2(attended + fed * 2)
        net.linear2.register_forward_hook(lambda module, args, output: output * 2)
        self.assertTrue(torch.allclose(net(x), wanted, atol=1e-5))

    def test_arguments_are_replaced(self):
        net, x = self.net(), torch.randn(3, 1, 4)
        attended, _ = self.parts(net, x)
        wanted = net.norm2(attended + net.linear2(torch.relu(net.linear1(attended * 3))))
        net.linear1.register_forward_pre_hook(lambda module, args: (args[0] * 3,))
        self.assertTrue(torch.allclose(net(x), wanted, atol=1e-5))

    def test_gradients_are_replaced(self):
        net, x = self.net(), torch.randn(3, 1, 4)
        net(x).square().sum().backward()
        wanted = net.linear2.weight.grad * 2
        net.zero_grad()
        net.linear2.register_full_backward_pre_hook(lambda module, grads: (grads[0] * 2,))
        net.linear2.register_full_backward_hook(lambda module, inputs, grads: (inputs[0] * 0,))
        net(x).square().sum().backward()
        self.assertTrue(torch.allclose(net.linear2.weight.grad, wanted, atol=1e-5))
        self.assertEqual(net.linear1.weight.grad.abs().sum().item(), 0)

    def test_a_hook_keeps_no_network(self):
        net = self.net()
        net.linear1.register_forward_hook(lambda module, args, output: None)
        gone = weakref.ref(net.linear1)
        del net
        gc.collect()
        self.assertIsNone(gone())


class Registration(unittest.TestCase):
    def test_members_are_seen_and_replaced(self):
        seen = []
        handles = [
            of_all.register_module_parameter_registration_hook(lambda m, name, value: seen.append(("p", name))),
            of_all.register_module_buffer_registration_hook(lambda m, name, value: torch.zeros(2)),
            of_all.register_module_module_registration_hook(lambda m, name, value: seen.append(("m", name))),
        ]
        try:
            net = nn.Module()
            net.weight = nn.Parameter(torch.ones(1))
            net.register_buffer("mean", torch.ones(2))
            net.below = nn.Identity()
        finally:
            for handle in handles:
                handle.remove()
        self.assertEqual(seen, [("p", "weight"), ("m", "below")])
        self.assertEqual(net.mean.tolist(), [0, 0])

    def test_handles_keep_no_hooks(self):
        hooks = OrderedDict()
        handle = RemovableHandle(hooks)
        hooks[handle.id] = len
        other = pickle.loads(pickle.dumps(handle))
        self.assertEqual(other.id, handle.id)
        del hooks
        gc.collect()
        self.assertIsNone(handle.hooks_dict_ref())
        handle.remove()


class StateDicts(unittest.TestCase):
    def test_a_hook_keeps_no_module(self):
        layer = nn.Linear(2, 2)
        layer.register_load_state_dict_pre_hook(keep_with_module)
        gone = weakref.ref(layer)
        del layer
        gc.collect()
        self.assertIsNone(gone())

    def test_marks_of_public_hooks(self):
        def nothing(module, state_dict, prefix, metadata):
            return OrderedDict()

        layer = nn.Linear(2, 2)
        layer.register_state_dict_post_hook(nothing)
        with self.assertRaisesRegex(RuntimeError, "state_dict post-hook must return None"):
            layer.state_dict()
        with self.assertRaisesRegex(RuntimeError, "previously registered via register_state_dict_post_hook"):
            layer._register_state_dict_hook(nothing)

    def test_switches_of_conversion(self):
        self.assertFalse(torch.__future__.get_swap_module_params_on_conversion())
        self.assertFalse(torch.__future__.get_overwrite_module_params_on_conversion())


class Scaled(LazyModuleMixin, nn.Module):
    """Multiplies by a weight of the input's last size."""

    def __init__(self):
        super().__init__()
        self.weight = UninitializedParameter()

    def initialize_parameters(self, x):
        with torch.no_grad():
            self.weight.materialize(x.shape[-1:])
            self.weight.fill_(3.0)

    def forward(self, x):
        return x * self.weight


class Lazy(unittest.TestCase):
    def setUp(self):
        catching = warnings.catch_warnings()
        catching.__enter__()
        self.addCleanup(catching.__exit__, None, None, None)
        warnings.simplefilter("ignore")

    def test_of_python(self):
        net = Scaled()
        self.assertTrue(net.has_uninitialized_params())
        self.assertIsInstance(net.state_dict()["weight"], UninitializedParameter)
        self.assertEqual(net(torch.ones(2)).tolist(), [3, 3])
        self.assertFalse(net.has_uninitialized_params())
        self.assertEqual(len(net._forward_pre_hooks), 0)

    def test_no_shape_yet(self):
        net = Scaled()
        with self.assertRaisesRegex(RuntimeError, "Can't access the shape of an uninitialized parameter"):
            net.weight.shape
        full = Scaled()
        full.weight = nn.Parameter(torch.ones(2))
        with self.assertRaisesRegex(RuntimeError, "shape of an uninitialized"):
            full.load_state_dict(net.state_dict())
        for compute in (torch.empty_like, lambda x: torch.add(x, x), lambda x: x + x):
            with self.assertRaisesRegex(ValueError, "uninitialized parameter"):
                compute(net.weight)
        net.load_state_dict(full.state_dict())
        self.assertEqual(net.weight.tolist(), [1, 1])

    def test_of_the_library(self):
        layer = nn.LazyLinear(3)
        self.assertTrue(layer.has_uninitialized_params())
        other = pickle.loads(pickle.dumps(layer))
        self.assertTrue(other.has_uninitialized_params())
        self.assertEqual(other(torch.ones(1, 2)).shape, (1, 3))
        self.assertIs(type(other), nn.Linear)

    def test_buffers(self):
        net = nn.Module()
        net.mean = UninitializedBuffer()
        self.assertEqual([name for name, _ in net.named_buffers()], ["mean"])
        net.mean.materialize(3)
        self.assertEqual(net.mean.shape, (3,))


if __name__ == "__main__":
    unittest.main()
