"""Modules called with other parameters, and the modules in which PyTorch defines its classes."""

import importlib
import unittest

import torch
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = nn.ModuleDict({"x": nn.Linear(2, 1)})

    def forward(self, x):
        return self.b["x"](self.a(x))


class OtherFunctions(unittest.TestCase):
    """Layers call functions of `torch.nn.functional`, as what counts operations puts its own in their place."""

    def test_layers_call_them(self):
        F = torch.nn.functional
        layers = {
            "relu": (nn.ReLU(), (2, 3)),
            "conv2d": (nn.Conv2d(2, 3, 3, stride=2, padding=1), (1, 2, 6, 6)),
            "linear": (nn.Linear(3, 2), (4, 3)),
            "max_pool2d": (nn.MaxPool2d(2), (1, 1, 4, 4)),
            "avg_pool1d": (nn.AvgPool1d(2), (1, 1, 4)),
            "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d(2), (1, 1, 4, 4)),
            "layer_norm": (nn.LayerNorm(3), (2, 3)),
            "leaky_relu": (nn.LeakyReLU(0.3), (2, 3)),
            "softmax": (nn.Softmax(-1), (2, 3)),
            "gelu": (nn.GELU(), (2, 3)),
            "interpolate": (nn.Upsample(scale_factor=2), (1, 1, 2, 2)),
        }
        for name, (layer, shape) in layers.items():
            with self.subTest(name):
                x, seen, own = torch.randn(shape), [], getattr(F, name)
                expected = layer(x)

                def counted(*args, **keywords):
                    seen.append(args[0].numel())
                    return own(*args, **keywords)

                setattr(F, name, counted)
                try:
                    self.assertTrue(torch.equal(layer(x), expected))
                    self.assertTrue(torch.equal(nn.Sequential(layer)(x), expected))
                finally:
                    setattr(F, name, own)
                layer(x)
                self.assertEqual(seen, [x.numel()] * 2)

    def test_losses_call_them(self):
        F = torch.nn.functional
        own, F.cross_entropy = F.cross_entropy, lambda *_, **options: options["reduction"]
        try:
            self.assertEqual(nn.CrossEntropyLoss(reduction="sum")(torch.ones(2, 3), torch.tensor([0, 1])), "sum")
        finally:
            F.cross_entropy = own
        self.assertAlmostEqual(nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 1])).item(), 1.0986, 4)


class OtherParameters(unittest.TestCase):
    def test_of_a_module_of_python(self):
        net = Net()
        before = net(torch.ones(1, 2))
        ones = {name: torch.ones_like(p) for name, p in net.named_parameters()}
        self.assertEqual(functional_call(net, ones, (torch.ones(1, 2),)).item(), 7.0)
        self.assertTrue(torch.equal(net(torch.ones(1, 2)), before))
        with self.assertRaisesRegex(RuntimeError, r"Unexpected key\(s\): 'nothing'\."):
            functional_call(net, {**ones, "nothing": torch.ones(1)}, (torch.ones(1, 2),), strict=True)

    def test_gradients(self):
        net = Net()
        ones = {name: torch.ones_like(p) for name, p in net.named_parameters()}
        found = grad(lambda params, x: functional_call(net, params, (x,)).sum())(ones, torch.ones(1, 2))
        self.assertEqual(found["b.x.weight"].tolist(), [[3.0, 3.0]])
        self.assertIsNone(net.a.weight.grad)

    def test_ensembles(self):
        models = [nn.Linear(2, 1) for _ in range(3)]
        params, _ = stack_module_state(models)
        x = torch.ones(4, 2)
        out = vmap(lambda p, x: functional_call(models[0], p, (x,)), in_dims=(0, None))(params, x)
        self.assertEqual(out.shape, (3, 4, 1))
        self.assertTrue(torch.allclose(out[2], models[2](x)))


class Paths(unittest.TestCase):
    def test_prefixes_of_state_dicts(self):
        from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

        state = torch.nn.DataParallel(torch.nn.Linear(2, 1)).state_dict()
        consume_prefix_in_state_dict_if_present(state, "module.")
        self.assertEqual(list(state), ["weight", "bias"])

    def test_modules_of_packages(self):
        for path, name in (
            ("torch.nn.modules.linear", "Linear"),
            ("torch.nn.modules.utils", "_pair"),
            ("torch.nn.utils.clip_grad", "clip_grad_norm_"),
            ("torch.optim.adam", "Adam"),
            ("torch.nn.common_types", "_size_2_t"),
            ("torchvision.models.resnet", "resnet18"),
            ("torchvision.datasets.folder", "default_loader"),
        ):
            self.assertTrue(hasattr(importlib.import_module(path), name), path)
        self.assertIs(importlib.import_module("torch.nn.modules.conv").Conv2d, nn.Conv2d)


if __name__ == "__main__":
    unittest.main()
