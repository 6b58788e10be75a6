"""Modules: the registry, hooks, containers, layers, printed forms."""

import copy
import inspect
import unittest
import warnings
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import prune


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.scale = nn.Parameter(torch.ones(4, 1, 1))
        self.register_buffer("seen", torch.zeros(1), persistent=False)
        self.register_buffer("shift", torch.zeros(1))
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x) * self.scale)), 2)
        return self.fc(x.flatten(1)) + self.shift


class Registry(unittest.TestCase):
    def test_names_and_their_order(self):
        net = Net()
        self.assertEqual(
            [name for name, _ in net.named_parameters()],
            ["scale", "conv.weight", "conv.bias", "bn.weight", "bn.bias", "fc.weight", "fc.bias"],
        )
        self.assertEqual([name for name, _ in net.named_buffers()][:3], ["seen", "shift", "bn.running_mean"])
        self.assertNotIn("seen", net.state_dict())
        self.assertEqual([name for name, _ in net.named_children()], ["conv", "bn", "fc"])
        self.assertIs(net.get_parameter("fc.weight"), net.fc.weight)
        self.assertIs(net.get_submodule("conv"), net.conv)

    def test_what_may_be_assigned(self):
        net = Net()
        with self.assertRaisesRegex(TypeError, r"cannot assign 'torch.FloatTensor' as parameter 'scale'"):
            net.scale = torch.ones(2)
        with self.assertRaisesRegex(TypeError, "as child module 'conv'"):
            net.conv = 3
        net.shift = torch.ones(1)
        self.assertEqual(net.state_dict()["shift"].tolist(), [1.0])
        net.scale = None
        self.assertNotIn("scale", dict(net.named_parameters()))
        del net.fc
        with self.assertRaisesRegex(AttributeError, "'Net' object has no attribute 'fc'"):
            net.fc

    def test_a_parameter_needs_the_constructor_of_its_base(self):
        class Wrong(nn.Module):
            def __init__(self):
                self.w = nn.Parameter(torch.ones(1))

        with self.assertRaisesRegex(AttributeError, "before Module.__init__"):
            Wrong()

    def test_modes_and_gradients(self):
        net = Net().eval()
        self.assertEqual([net.training, net.bn.training], [False, False])
        net.train()
        self.assertTrue(net.bn.training)
        net(torch.rand(2, 1, 4, 4)).sum().backward()
        self.assertEqual(net.fc.bias.grad.tolist(), [2.0, 2.0, 2.0])
        net.zero_grad()
        self.assertIsNone(net.fc.bias.grad)
        net.requires_grad_(False)
        self.assertFalse(any(p.requires_grad for p in net.parameters()))

    def test_apply_visits_children_first(self):
        seen = []
        Net().apply(lambda module: seen.append(type(module).__name__))
        self.assertEqual(seen, ["Conv2d", "BatchNorm2d", "Linear", "Net"])

    def test_a_module_without_forward(self):
        with self.assertRaises(NotImplementedError):
            nn.Module()(1)


class States(unittest.TestCase):
    def test_loading(self):
        one, two = Net(), Net()
        self.assertEqual(str(two.load_state_dict(one.state_dict())), "<All keys matched successfully>")
        x = torch.rand(2, 1, 4, 4)
        self.assertTrue(torch.equal(one.eval()(x), two.eval()(x)))

    def test_keys_and_shapes_that_differ(self):
        net = nn.Sequential(nn.Linear(2, 3))
        with self.assertRaises(RuntimeError) as caught:
            net.load_state_dict({"0.weight": torch.ones(3, 1), "1.bias": torch.ones(3)})
        self.assertEqual(
            str(caught.exception),
            "Error(s) in loading state_dict for Sequential:\n"
            '\tMissing key(s) in state_dict: "0.bias". \n'
            '\tUnexpected key(s) in state_dict: "1.bias". \n'
            "\tsize mismatch for 0.weight: copying a param with shape torch.Size([3, 1]) from checkpoint, "
            "the shape in current model is torch.Size([3, 2]).",
        )
        keys = net.load_state_dict({"0.bias": torch.ones(3), "x": 1}, strict=False)
        self.assertEqual((keys.missing_keys, keys.unexpected_keys), (["0.weight"], ["x"]))

    def test_hooks(self):
        net = nn.Linear(1, 1)
        net.register_state_dict_post_hook(lambda module, state, prefix, meta: state.update(extra=torch.ones(1)))
        self.assertIn("extra", net.state_dict())
        net.register_load_state_dict_pre_hook(lambda module, state, *rest: state.pop("extra"))
        self.assertEqual(net.load_state_dict(net.state_dict()).unexpected_keys, [])


class Hooks(unittest.TestCase):
    def test_forward(self):
        net = nn.Linear(2, 2, bias=False)
        nn.init.ones_(net.weight)
        seen = []
        first = net.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
        second = net.register_forward_hook(lambda module, args, out: seen.append(out.sum().item()))
        third = net.register_forward_hook(lambda module, args, out: out + 1)
        self.assertEqual(net(torch.ones(1, 2)).tolist(), [[5.0, 5.0]])
        self.assertEqual(seen, [8.0])
        for handle in (first, second, third):
            handle.remove()
        self.assertEqual(net(torch.ones(1, 2)).tolist(), [[2.0, 2.0]])

    def test_keyword_arguments(self):
        class Scaled(nn.Module):
            def forward(self, x, scale=1):
                return x * scale

        net = Scaled()
        net.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True)
        self.assertEqual(net(torch.ones(1), scale=2).item(), 3.0)

    def test_backward(self):
        net = nn.Linear(2, 1)
        seen = []
        net.register_full_backward_hook(lambda module, into, out: seen.extend((*into, *out)))
        x = torch.ones(1, 2, requires_grad=True)
        net(x).sum().backward()
        self.assertEqual(([x.shape for x in seen], seen[1].tolist()), ([(1, 2), (1, 1)], [[1.0]]))
        net.register_full_backward_pre_hook(lambda module, out: (out[0] * 3,))
        x.grad = None
        net(x).sum().backward()
        self.assertTrue(torch.allclose(x.grad, 3 * net.weight))

    def test_those_of_all_modules(self):
        names = []
        handle = nn.modules.module.register_module_forward_hook(lambda m, i, o: names.append(type(m).__name__))
        nn.Sequential(nn.Linear(1, 1), nn.ReLU())(torch.ones(1, 1))
        handle.remove()
        self.assertEqual(names, ["Linear", "ReLU", "Sequential"])


class Containers(unittest.TestCase):
    def test_sequential(self):
        net = nn.Sequential(OrderedDict(a=nn.Linear(4, 8), r=nn.ReLU(inplace=True), b=nn.Linear(8, 2)))
        self.assertEqual(
            str(net),
            "Sequential(\n  (a): Linear(in_features=4, out_features=8, bias=True)\n  (r): ReLU(inplace=True)\n"
            "  (b): Linear(in_features=8, out_features=2, bias=True)\n)",
        )
        self.assertEqual(len(net[:2]), 2)
        self.assertIs(net[-1], net.b)
        net = nn.Sequential(nn.ReLU(), nn.Tanh())
        net.append(nn.Sigmoid()).insert(1, nn.GELU())
        del net[0]
        self.assertEqual([type(m).__name__ for m in net], ["GELU", "Tanh", "Sigmoid"])
        self.assertEqual(list(net._modules), ["0", "1", "2"])

    def test_lists_and_dicts(self):
        layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)] + [nn.ReLU()])
        self.assertEqual(
            str(layers),
            "ModuleList(\n  (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)\n  (3): ReLU()\n)",
        )
        named = nn.ModuleDict({"x": nn.ReLU()})
        named["y"] = nn.Tanh()
        self.assertEqual(list(named.keys()), ["x", "y"])
        self.assertIn("y", named)

    def test_parameters(self):
        values = nn.ParameterList([torch.ones(2, 3), nn.Parameter(torch.zeros(1))])
        self.assertEqual(len(list(values.parameters())), 2)
        self.assertEqual(
            str(values),
            "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n"
            "    (1): Parameter containing: [torch.float32 of size 1]\n)",
        )
        named = nn.ParameterDict({"a": torch.ones(2)})
        self.assertEqual([name for name, _ in named.named_parameters()], ["a"])
        self.assertEqual(str(named), "ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2])")


class Layers(unittest.TestCase):
    def test_attributes(self):
        conv = nn.Conv2d(3, 6, (3, 5), stride=2, padding=(1, 2), bias=False)
        self.assertEqual((conv.kernel_size, conv.stride, conv.padding, conv.groups), ((3, 5), (2, 2), (1, 2), 1))
        self.assertIsNone(conv.bias)
        self.assertEqual(str(conv), "Conv2d(3, 6, kernel_size=(3, 5), stride=(2, 2), padding=(1, 2), bias=False)")
        drop = nn.Dropout(0.5)
        drop.p = 0.0
        self.assertEqual(drop(torch.ones(3)).tolist(), [1.0, 1.0, 1.0])
        self.assertIsInstance(conv, nn.Module)
        self.assertIs(conv.weight, conv.weight)
        self.assertIsInstance(conv.weight, nn.Parameter)

    def test_the_same_numbers_as_pytorchs(self):
        torch.manual_seed(0)
        linear = nn.Linear(3, 2)
        expected = torch.tensor([[-0.0043, 0.3097, -0.4752], [-0.4249, -0.2224, 0.1548]])
        self.assertTrue(torch.allclose(linear.weight, expected, atol=1e-4))

    def test_parameters_are_shared_with_the_layer(self):
        linear = nn.Linear(2, 2)
        linear.weight = nn.Parameter(torch.zeros(2, 2))
        linear.bias = None
        self.assertEqual(linear(torch.ones(1, 2)).tolist(), [[0.0, 0.0]])
        with torch.no_grad():
            linear.weight.add_(1)
        self.assertEqual(linear(torch.ones(1, 2)).tolist(), [[2.0, 2.0]])

    def test_a_device_and_a_dtype_by_place(self):
        self.assertEqual(str(nn.Linear(2, 3, True, None, None)), "Linear(in_features=2, out_features=3, bias=True)")
        linear = nn.Linear(2, 3, False, "cpu", torch.float32)
        self.assertIsNone(linear.bias)
        self.assertEqual(linear.weight.dtype, torch.float32)
        with self.assertRaises(TypeError):
            nn.Linear(2, 3, True, None, None, 1)

    def test_dropout2d_of_elements(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dropped = nn.Dropout2d(0.5)(torch.ones(64, 8))
        self.assertEqual(set(dropped.flatten().tolist()), {0.0, 2.0})

    def test_warnings_stand_at_the_line_of_the_call(self):
        x, y = torch.ones(3, 1), torch.zeros(3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            losses = [nn.functional.mse_loss(x, y).item() for _ in range(2)]
        self.assertEqual(losses, [1.0, 1.0])
        self.assertEqual([warning.filename for warning in caught], [__file__] * 2)
        self.assertIn("that is different to the input size", str(caught[0].message))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(UserWarning):
                nn.functional.mse_loss(x, y)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            for _ in range(3):
                nn.functional.mse_loss(x, y)
        self.assertEqual(len(caught), 1)

    def test_tied_weights(self):
        embedding, head = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        head.weight = embedding.weight
        net = nn.Sequential(embedding, head)
        self.assertEqual(len(list(net.parameters())), 1)
        self.assertEqual(list(net.state_dict()), ["0.weight", "1.weight"])
        copied = copy.deepcopy(net)
        self.assertIs(copied[0].weight, copied[1].weight)
        self.assertIsNot(copied[0].weight, net[0].weight)

    def test_recurrent(self):
        lstm = nn.LSTM(4, 5, num_layers=2, batch_first=True, bidirectional=True)
        self.assertEqual(str(lstm), "LSTM(4, 5, num_layers=2, batch_first=True, bidirectional=True)")
        out, (h, c) = lstm(torch.ones(2, 3, 4))
        self.assertEqual([t.shape for t in (out, h, c)], [(2, 3, 10), (4, 2, 5), (4, 2, 5)])
        packed = nn.utils.rnn.pack_padded_sequence(torch.ones(2, 3, 4), [3, 2], batch_first=True)
        out, lengths = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)
        self.assertEqual((out.shape, lengths.tolist()), (torch.Size([2, 3, 10]), [3, 2]))
        # Lengths that the GPU has computed.
        rnn = nn.utils.rnn
        x, (lengths, _) = torch.arange(12.0).view(3, 4)[:, :3], torch.tensor([2, 3, 1]).sort(descending=True)
        packed = rnn.pack_padded_sequence(x, lengths, batch_first=True)
        self.assertEqual((packed.data.tolist(), packed.batch_sizes.tolist()), ([0, 4, 8, 1, 5, 2], [3, 2, 1]))
        self.assertEqual([row.tolist() for row in rnn.unpad_sequence(x, lengths, True)], [[0, 1, 2], [4, 5], [8]])
        self.assertIs(packed.to("cpu"), packed)
        self.assertEqual((packed.long().data.dtype, packed.float().data.dtype, packed.is_cuda), (torch.int64, torch.float32, False))
        with self.assertRaisesRegex(RuntimeError, "must be sorted in decreasing order when `enforce_sorted` is True"):
            rnn.pack_padded_sequence(x, [1, 2, 3], batch_first=True)
        for length in (-1, 2):
            with self.assertRaisesRegex(ValueError, "to be at least the length of the longest sequence in input, but got total_length"):
                rnn.pad_packed_sequence(packed, total_length=length)
        with self.assertRaisesRegex(RuntimeError, "Expected iterable for input sequences"):
            rnn.pad_sequence(5)

    def test_weights_of_recurrent_layers(self):
        lstm = nn.LSTM(4, 5, num_layers=2, bidirectional=True)
        self.assertEqual([w.shape for w in lstm._flat_weights[:4]], [(20, 4), (20, 5), (20,), (20,)])
        self.assertEqual(([len(row) for row in lstm.all_weights], len(lstm._flat_weights)), ([4] * 4, 16))
        prune.l1_unstructured(lstm, "weight_ih_l0", 0.5)
        self.assertEqual([isinstance(w, nn.Parameter) for w in lstm._flat_weights[:2]], [False, True])
        self.assertEqual(len(nn.GRU(2, 3, bias=False).all_weights[0]), 2)

    def test_attention_and_its_children(self):
        attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.assertEqual(
            [name for name, _ in attention.named_parameters()],
            ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"],
        )
        x = torch.ones(2, 3, 8)
        out, weights = attention(x, x, x)
        self.assertEqual((out.shape, weights.shape), ((2, 3, 8), (2, 3, 3)))
        encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), 2)
        self.assertIsInstance(encoder.layers[0].linear1, nn.Linear)
        self.assertEqual(encoder(x).shape, (2, 3, 8))

    def test_lazy(self):
        lazy = nn.LazyLinear(3)
        self.assertIsInstance(lazy.weight, nn.UninitializedParameter)
        lazy(torch.ones(2, 5))
        self.assertEqual(str(lazy), "Linear(in_features=5, out_features=3, bias=True)")
        self.assertIs(type(lazy), nn.Linear)
        self.assertIs(type(lazy.weight), nn.Parameter)

    def test_signatures(self):
        taken = inspect.signature(nn.InstanceNorm2d).parameters
        self.assertEqual(list(taken)[:3], ["num_features", "eps", "momentum"])
        self.assertEqual((taken["affine"].default, taken["num_features"].default), (False, inspect.Parameter.empty))
        self.assertEqual(list(inspect.signature(nn.ReLU).parameters), ["inplace"])

        class Scaled(nn.Linear):
            def __init__(self, size, scale=2.0):
                super().__init__(size, size)
                self.scale = scale

        self.assertEqual(list(inspect.signature(Scaled).parameters), ["size", "scale"])
        self.assertEqual(Scaled(3).weight.shape, (3, 3))

    def test_subclasses(self):
        class Doubled(nn.Linear):
            def __init__(self, *sizes):
                super().__init__(*sizes)
                self.factor = 2

            def forward(self, x):
                return super().forward(x) * self.factor

        net = Doubled(2, 2)
        nn.init.ones_(net.weight)
        nn.init.zeros_(net.bias)
        self.assertEqual(net(torch.ones(1, 2)).tolist(), [[4.0, 4.0]])
        self.assertEqual(str(net), "Doubled(in_features=2, out_features=2, bias=True)")

    def test_copies(self):
        net = Net()
        copied = copy.deepcopy(net)
        with torch.no_grad():
            copied.fc.weight.zero_()
            copied.fc.bias.fill_(1)
        self.assertEqual(copied(torch.rand(2, 1, 4, 4))[0].tolist(), [1.0, 1.0, 1.0])
        self.assertNotEqual(net.fc.weight.abs().sum().item(), 0)

    def test_floats_are_printed_as_they_were_given(self):
        self.assertEqual(str(nn.Dropout(0.0)), "Dropout(p=0.0, inplace=False)")
        self.assertEqual(str(nn.Dropout(0)), "Dropout(p=0, inplace=False)")
        self.assertEqual(str(nn.LeakyReLU(1.0)), "LeakyReLU(negative_slope=1.0)")
        encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.assertEqual(str(encoder.dropout), "Dropout(p=0.0, inplace=False)")

    def test_functions_of_classes(self):
        embedding = nn.Embedding.from_pretrained(torch.ones(2, 2))
        self.assertEqual(embedding(torch.tensor([1])).tolist(), [[1.0, 1.0]])
        self.assertFalse(embedding.weight.requires_grad)
        mask = nn.Transformer.generate_square_subsequent_mask(2)
        self.assertEqual(mask.tolist(), [[0.0, float("-inf")], [0.0, 0.0]])

    def test_hooks_within_a_layer_of_the_library(self):
        encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), 2)
        seen = []
        handle = encoder.layers[1].linear1.register_forward_hook(lambda m, args, out: seen.append((type(m), out.shape)))
        encoder(torch.ones(1, 3, 8))
        handle.remove()
        encoder(torch.ones(1, 3, 8))
        self.assertEqual(seen, [(nn.Linear, (1, 3, 16))])

    def test_functions_of_python_in_layers(self):
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, activation=F.gelu)
        named = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, activation="gelu")
        named.load_state_dict(layer.state_dict())
        x = torch.ones(1, 3, 8)
        self.assertTrue(torch.allclose(copy.deepcopy(layer)(x), named(x), atol=1e-6))
        self.assertTrue(torch.allclose(layer(x), named(x), atol=1e-6))
        loss = nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1))
        zeros, ones = torch.zeros(1, 2), torch.ones(1, 2)
        self.assertEqual([loss(zeros, ones, zeros).item(), loss(zeros, ones, zeros).item()], [3.0, 3.0])

    def test_losses(self):
        scores, target = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([2])
        self.assertAlmostEqual(nn.CrossEntropyLoss()(scores, target).item(), 0.40760594606, 5)
        self.assertAlmostEqual(nn.CrossEntropyLoss(weight=torch.ones(3))(scores, target).item(), 0.40760594606, 5)
        self.assertEqual(nn.MSELoss(reduction="sum")(scores, torch.zeros(1, 3)).item(), 14.0)
        # By place, among which are two of early versions.
        self.assertTrue(nn.NLLLoss(None, None, 2)(scores, target).isnan())
        self.assertEqual(F.nll_loss(scores.expand(2, 3), torch.tensor([2, 0]), None, None, 2).item(), -1.0)

    def test_memory_without_contents(self):
        layer = nn.Linear(2, 3).to_empty(device="cpu")
        self.assertEqual((layer.weight.shape, layer.weight.requires_grad), ((3, 2), True))

    def test_clipping(self):
        p = nn.Parameter(torch.ones(4))
        (p * 2).sum().backward()
        self.assertEqual(nn.utils.clip_grad_norm_((q for q in [p]), 1.0).item(), 4.0)
        self.assertAlmostEqual(p.grad.norm().item(), 1.0, 5)

    def test_weight_norm(self):
        net = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
        names = [name for name, _ in net.named_parameters()]
        self.assertEqual(names, ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"])
        net(torch.ones(1, 2)).sum().backward()
        self.assertEqual(net.parametrizations.weight.original0.grad.shape, (3, 1))

    def test_parallel_and_checkpoints(self):
        from torch.utils.checkpoint import checkpoint

        net = nn.DataParallel(nn.Linear(2, 2))
        self.assertEqual(list(net.state_dict()), ["module.weight", "module.bias"])
        x = torch.ones(1, 2, requires_grad=True)
        checkpoint(net, x, use_reentrant=False).sum().backward()
        self.assertEqual(x.grad.shape, (1, 2))

    def test_statistics_that_are_no_longer_tracked(self):
        x = torch.rand(4, 3) + 5
        norm = nn.BatchNorm1d(3)
        norm.track_running_stats = False
        found = norm(x)
        self.assertEqual((norm.running_mean.tolist(), norm.num_batches_tracked.item()), ([0.0] * 3, 0))
        self.assertTrue(torch.allclose(found.mean(0), torch.zeros(3), atol=1e-4))
        norm.eval()
        self.assertTrue(torch.allclose(norm(x), x, atol=1e-3))
        norm = nn.InstanceNorm1d(3, track_running_stats=True)
        norm.track_running_stats = False
        norm.eval()(torch.ones(2, 3, 4))
        self.assertTrue(torch.allclose(norm.running_mean, torch.full((3,), 0.1)))

    def test_gradients_that_are_not_clipped_stay(self):
        weight = nn.Parameter(torch.ones(2))
        weight.grad = torch.tensor([1.0, float("nan")])
        with self.assertRaisesRegex(RuntimeError, "non-finite"):
            nn.utils.clip_grad_norm_([weight], 0.5, error_if_nonfinite=True)
        self.assertEqual(weight.grad[0].item(), 1.0)
        weight.grad = torch.tensor([3.0, 4.0])
        self.assertEqual(nn.utils.clip_grad_norm_(iter([weight]), 2.5, error_if_nonfinite=True).item(), 5.0)
        self.assertTrue(torch.allclose(weight.grad, torch.tensor([1.5, 2.0])))

    def test_wrong_arguments(self):
        with self.assertRaises(TypeError):
            nn.Linear(2)
        with self.assertRaisesRegex(TypeError, "missing 3 .*in_channels.*out_channels.*kernel_size"):
            nn.Conv2d()
        with self.assertRaises(TypeError):
            nn.Linear(2, 2, biass=True)
        with self.assertRaises(RuntimeError):
            nn.Linear(2, 2)(torch.ones(1, 3))


if __name__ == "__main__":
    unittest.main()
