"""Hooks and modules of Python within networks of the library: they read values, see what PyTorch's see, and change no result."""

import contextlib
import gc
import io
import unittest
import warnings
from collections import Counter

import torch
import torchvision
from torch import nn

SIDES = {"alexnet": 64, "inception_v3": 96, "squeezenet1_1": 48, "densenet121": 48, "vit_b_16": 32}
NETWORKS = {
    "alexnet": {},
    "vgg11_bn": {},
    "squeezenet1_1": {},
    "resnet18": {},
    "resnet50": {},
    "mobilenet_v2": {},
    "mobilenet_v3_small": {},
    "efficientnet_b0": {},
    "shufflenet_v2_x0_5": {},
    "densenet121": {},
    "googlenet": {"aux_logits": True, "init_weights": False},
    "inception_v3": {"aux_logits": True, "init_weights": False},
    "convnext_tiny": {},
    "vit_b_16": {"image_size": 32},
}


def network(name):
    torch.manual_seed(0)
    options = NETWORKS.get(name, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torchvision.models.get_model(name, weights=None, num_classes=5, **options)


def first_of(result):
    if isinstance(result, torch.Tensor):
        return result
    return result["out"] if isinstance(result, dict) else result[0]


def differences(net, x):
    """How often each class was called, and how far the result is from that of the network without hooks."""
    net.eval()
    with torch.no_grad():
        plain = first_of(net(x))
        calls, seen = Counter(), []

        def hook(module, args, output):
            calls[type(module).__name__] += 1
            seen.append(first_of(output).sum().item())

        handles = [module.register_forward_hook(hook) for module in net.modules()]
        hooked = first_of(net(x))
        for handle in handles:
            handle.remove()
        again = first_of(net(x))
    return calls, seen, [(each - plain).abs().max().item() for each in (hooked, again)]


class WithinNetworks(unittest.TestCase):
    def check(self, name):
        net, side = network(name), SIDES.get(name, 32)
        calls, seen, far = differences(net, torch.rand(1, 3, side, side))
        self.assertEqual(len(seen), sum(calls.values()))
        layers = Counter(type(module).__name__ for module in net.modules())
        for kind in ("Conv2d", "BatchNorm2d", "Linear", "LayerNorm"):
            # Auxiliary classifiers are called in training alone, and an attention's last layer by no call.
            self.assertTrue(name in ("googlenet", "inception_v3", "vit_b_16") or calls[kind] == layers[kind], kind)
        self.assertLess(max(far), 1e-5)

    def test_hooks_read_within_older_networks(self):
        for name in ("alexnet", "vgg11_bn", "squeezenet1_1"):
            with self.subTest(name):
                self.check(name)

    def test_hooks_read_within_residual_networks(self):
        for name in ("resnet18", "resnet50"):
            with self.subTest(name):
                self.check(name)

    def test_hooks_read_within_small_networks(self):
        for name in ("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "shufflenet_v2_x0_5"):
            with self.subTest(name):
                self.check(name)

    def test_hooks_read_within_networks_of_branches(self):
        for name in ("densenet121", "googlenet", "inception_v3"):
            with self.subTest(name):
                self.check(name)

    def test_hooks_read_within_networks_of_norms(self):
        for name in ("convnext_tiny", "vit_b_16"):
            with self.subTest(name):
                self.check(name)

    def test_a_layer_that_is_called_twice_calls_its_hook_twice(self):
        net = network("resnet18")
        calls = Counter()
        net.layer1[0].relu.register_forward_hook(lambda *_: calls.update(["relu"]))
        net.eval()(torch.rand(1, 3, 32, 32))
        self.assertEqual(calls["relu"], 2)

    def test_gradients_are_those_without_hooks(self):
        def gradients(hooked):
            net = network("resnet18").train()
            seen = []
            if hooked:
                net.layer2[0].conv1.register_forward_pre_hook(lambda m, args: seen.append(args[0].mean().item()))
                net.layer3.register_forward_hook(lambda m, args, out: seen.append(out.mean().item()))
                net.layer4[1].conv2.register_full_backward_hook(lambda m, gi, go: seen.append(go[0].mean().item()))
            x = torch.linspace(-1, 1, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32)
            net(x).pow(2).sum().backward()
            return net, seen

        (plain, _), (hooked, seen) = gradients(False), gradients(True)
        self.assertEqual(len(seen), 3)
        for (name, one), other in zip(plain.named_parameters(), hooked.parameters()):
            far = (one.grad - other.grad).abs().max().item()
            self.assertLess(far, 1e-4 * max(1.0, one.grad.abs().max().item()), name)
        for (name, one), other in zip(plain.named_buffers(), hooked.buffers()):
            self.assertLess((one - other).abs().max().item(), 1e-5, name)

    def test_what_a_hook_returns_takes_the_place_of_the_output(self):
        net = network("resnet18").eval()
        with torch.no_grad():
            net.layer4.register_forward_hook(lambda m, args, out: out * (0 if out.numel() and out.sum().item() >= -1e9 else 1))
            self.assertLess((net(torch.rand(2, 3, 32, 32)) - net.fc.bias).abs().max().item(), 1e-6)

    def test_a_module_of_python_within_a_network_reads(self):
        class Head(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(512, 2)

            def forward(self, x):
                return self.fc(x) / max(1e-6, x.norm().item())

        net = network("resnet18").eval()
        net.fc = Head()
        self.assertEqual(net(torch.rand(1, 3, 32, 32)).shape, (1, 2))

    def test_a_layer_put_into_a_network_has_hooks(self):
        net, seen = network("resnet18").eval(), []
        net.fc = nn.Linear(512, 2)
        net.fc.register_forward_hook(lambda m, args, out: seen.append(out.sum().item()))
        net(torch.rand(1, 3, 32, 32))
        self.assertEqual(len(seen), 1)

    def test_hooks_of_all_modules_are_called_for_each(self):
        from torch.nn.modules.module import register_module_forward_hook

        net, calls = network("resnet18").eval(), Counter()
        x = torch.rand(1, 3, 32, 32)
        handle = register_module_forward_hook(lambda m, args, out: calls.update([type(m).__name__]))
        try:
            net(x)
        finally:
            handle.remove()
        self.assertEqual((calls["Conv2d"], calls["ReLU"], calls["ResNet"], calls["BasicBlock"]), (20, 17, 1, 8))
        net(x)
        self.assertEqual(calls["ResNet"], 1)

    def test_segmentation(self):
        torch.manual_seed(0)
        net = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, num_classes=3, aux_loss=True)
        calls, seen, far = differences(net, torch.rand(1, 3, 33, 33))
        self.assertTrue(calls["Conv2d"] > 50 and calls["IntermediateLayerGetter"] == 1)
        self.assertLess(max(far), 1e-5)

    def test_transformers(self):
        torch.manual_seed(0)
        src, tgt = torch.rand(5, 2, 8), torch.rand(4, 2, 8)
        for first in (False, True):
            net = nn.Transformer(8, 2, 2, 2, 16, dropout=0.0, norm_first=first).eval()
            mask = net.generate_square_subsequent_mask(4)
            with torch.no_grad():
                plain = net(src, tgt, tgt_mask=mask)
                seen = []
                for module in net.modules():
                    if isinstance(module, (nn.Linear, nn.LayerNorm, nn.MultiheadAttention)):
                        module.register_forward_hook(lambda m, args, out: seen.append(first_of(out).sum().item()))
                self.assertLess((net(src, tgt, tgt_mask=mask) - plain).abs().max().item(), 1e-5)
            self.assertEqual(len(seen), 2 * 5 + 2 * 7 + 2)

    def test_a_network_with_hooks_is_let_go(self):
        import weakref

        net = network("squeezenet1_1").eval()
        net.features[0].register_forward_hook(lambda m, args, out: None)
        net(torch.rand(1, 3, 48, 48))
        alive = weakref.ref(net)
        del net
        gc.collect()
        self.assertIsNone(alive())

    def test_printing_within_a_network(self):
        net, out = network("squeezenet1_1").eval(), io.StringIO()
        net.classifier[1].register_forward_hook(lambda m, args, result: print(result[0, 0, 0], file=out))
        with contextlib.redirect_stdout(out):
            net(torch.rand(1, 3, 48, 48))
        self.assertIn("tensor(", out.getvalue())


if __name__ == "__main__":
    unittest.main()
