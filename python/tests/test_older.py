"""Names of PyTorch's that programs have kept for long: reductions by two words, compilers, events, places of functions."""

import importlib
import unittest
import warnings
from unittest import mock

import torch
import torch.nn.functional as F
from torch import nn


class Variables(unittest.TestCase):
    def test_tensors_are_variables(self):
        from torch.autograd import Variable
        from torch.autograd.variable import Variable as same

        x = torch.ones(2)
        made = Variable(x, requires_grad=True)
        self.assertTrue(isinstance(made, Variable) and isinstance(x, same) and isinstance(nn.Parameter(x), Variable))
        self.assertFalse(isinstance([x], Variable))
        self.assertTrue(type(made) is torch.Tensor and made.requires_grad and made.data_ptr() == x.data_ptr())
        self.assertIs(torch.cuda._initialized, False)
        self.assertIs(x.to_dense(), x)
        self.assertEqual(x.to_dense(torch.int64).dtype, torch.int64)


class Reductions(unittest.TestCase):
    def test_functions(self):
        x, y = torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([0, 1])
        logs = F.log_softmax(x, dim=1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertAlmostEqual(F.nll_loss(logs, y, size_average=False).item(), F.nll_loss(logs, y, reduction="sum").item(), 5)
            self.assertEqual(F.mse_loss(x, x + 1, reduce=False).shape, (2, 2))
            self.assertEqual(F.mse_loss(x, x + 2, size_average=True).item(), 4.0)
        self.assertIn("please use reduction='sum' instead", str(caught[0].message))

    def test_layers(self):
        x, y = torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([0, 1])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            summed, apart = nn.CrossEntropyLoss(size_average=False), nn.MSELoss(reduce=False)
        self.assertEqual((summed.reduction, apart.reduction), ("sum", "none"))
        self.assertAlmostEqual(summed(x, y).item(), 2 * nn.CrossEntropyLoss()(x, y).item(), 5)


class Numbers(unittest.TestCase):
    def test_that_stand_before_tensors(self):
        x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertEqual(x.add(2, y).tolist(), [7, 10])
            self.assertEqual(torch.addcmul(x, 2, x, y).tolist(), [7, 18])
            self.assertEqual(x.clone().addcdiv_(-1, y, x).tolist(), [-2, 0])
            self.assertEqual(x.clone().add_(-1, y).tolist(), [-2, -2])
        if caught:
            self.assertIn("This overload of add is deprecated", str(caught[0].message))


class Compilers(unittest.TestCase):
    def test_script_and_trace(self):
        @torch.jit.script
        def doubled(x: torch.Tensor) -> torch.Tensor:
            return x * 2

        net = nn.Linear(2, 1)
        x = torch.ones(3, 2)
        self.assertEqual(doubled(x).sum().item(), 12.0)
        self.assertTrue(torch.equal(torch.jit.trace(net, x)(x), net(x)))
        self.assertFalse(torch.jit.is_scripting())


class Recurrent(unittest.TestCase):
    def test_weights(self):
        net = nn.LSTM(2, 3, num_layers=2, bidirectional=True)
        net.flatten_parameters()
        self.assertEqual([len(weights) for weights in net.all_weights], [4, 4, 4, 4])
        self.assertIs(net.all_weights[1][0], net.weight_ih_l0_reverse)
        self.assertEqual([len(weights) for weights in nn.GRU(2, 3, bias=False).all_weights], [2])


class Flags(unittest.TestCase):
    def test_one_and_zero(self):
        self.assertIsNone(nn.Conv2d(1, 1, 3, bias=0).bias)
        self.assertIsNotNone(nn.Linear(2, 3, bias=1).bias)
        self.assertIsNone(nn.BatchNorm1d(2, affine=0).weight)


class Attention(unittest.TestCase):
    def test_ways_to_compute_it(self):
        from torch.nn.attention import SDPBackend, sdpa_kernel

        x = torch.rand(1, 2, 3, 4)
        with sdpa_kernel([SDPBackend.MATH]):
            first = F.scaled_dot_product_attention(x, x, x)
        torch.backends.cuda.enable_flash_sdp(True)
        self.assertTrue(torch.backends.cuda.math_sdp_enabled())
        self.assertTrue(torch.allclose(first, F.scaled_dot_product_attention(x, x, x)))

    def test_masks_padded_by_a_truth_value(self):
        self.assertEqual(F.pad(torch.tensor([[False]]), (1, 0), value=True).tolist(), [[True, False]])
        self.assertEqual(F.pad(torch.ones(1, 1), (0, 1), value=True).tolist(), [[1.0, 1.0]])


class Places(unittest.TestCase):
    def test_projections_of_attention(self):
        projection = nn.MultiheadAttention(4, 2).out_proj
        self.assertIsInstance(projection, nn.Linear)
        self.assertTrue(issubclass(torch.nn.modules.linear.NonDynamicallyQuantizableLinear, nn.Linear))

    def test_functions_by_another_place(self):
        from torch.functional import F as functions
        from torch.functional import einsum

        self.assertIs(functions, F)
        self.assertEqual(einsum("ij->j", torch.ones(3, 2)).tolist(), [3.0, 3.0])

    def test_hub(self):
        self.assertTrue(callable(torch.hub.load_state_dict_from_url))
        with self.assertRaises(AttributeError):
            torch.hub.nothing_of_this_name

    def test_storages(self):
        x = torch.arange(6.0).view(2, 3)
        self.assertEqual((x.untyped_storage().nbytes(), len(x[0].untyped_storage())), (24, 24))
        self.assertEqual(x.untyped_storage().data_ptr(), x[1].untyped_storage().data_ptr())
        self.assertNotEqual(x.untyped_storage().data_ptr(), x.clone().untyped_storage().data_ptr())


def told(call):
    """What a call gives, and what it warns of: the classes and the words."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return result, [(one.category, str(one.message)) for one in caught]


class Names(unittest.TestCase):
    def test_clip_grad_norm(self):
        x = torch.tensor([3.0, 4.0], requires_grad=True)
        (x * x.detach()).sum().backward()
        total, [(kind, words)] = told(lambda: nn.utils.clip_grad_norm([x], 1.0))
        self.assertEqual((total.item(), kind), (5.0, FutureWarning))
        self.assertIn("`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.", words)
        self.assertTrue(torch.allclose(x.grad, torch.tensor([0.6, 0.8])))
        self.assertTrue(callable(nn.utils.clip_grad.clip_grad_norm))

    def test_upsample(self):
        x = torch.tensor([[[[0.0, 3.0]]]])
        for name, options in (("upsample", {"mode": "nearest"}), ("upsample_nearest", {}), ("upsample_bilinear", {})):
            found, [(kind, words)] = told(lambda name=name, options=options: getattr(F, name)(x, size=(1, 4), **options))
            mode = {"mode": "bilinear", "align_corners": True} if name == "upsample_bilinear" else {"mode": "nearest"}
            self.assertTrue(torch.allclose(found, F.interpolate(x, size=(1, 4), **mode)))
            self.assertIs(kind, UserWarning)
            self.assertIn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", words)

    def test_classes(self):
        layer, [(kind, words)] = told(lambda: nn.NLLLoss2d())
        self.assertIsInstance(layer, nn.NLLLoss)
        self.assertIs(kind, FutureWarning)
        self.assertIn("Please use `NLLLoss` instead", words)
        layer, caught = told(lambda: nn.Hardtanh(min_value=0, max_value=2))
        self.assertEqual((layer.min_val, layer.max_val), (0, 2))
        self.assertEqual({kind for kind, _ in caught}, {FutureWarning})

    def test_functions(self):
        x = torch.tensor([0.0, 1.0])
        self.assertTrue(torch.allclose(F.tanh(x), x.tanh()) and torch.allclose(F.sigmoid(x), x.sigmoid()))
        self.assertEqual(told(lambda: torch.range(0, 2))[0].tolist(), [0.0, 1.0, 2.0])
        for name in ("softmax", "log_softmax", "softmin"):
            found, _ = told(lambda name=name: getattr(F, name)(x))
            self.assertTrue(torch.allclose(found, getattr(F, name)(x, dim=0)))
        for name in ("uniform", "normal", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal"):
            weight, [(kind, words)] = told(lambda name=name: getattr(nn.init, name)(torch.empty(2, 3)))
            self.assertEqual((weight.shape, kind), ((2, 3), FutureWarning))


class ByteMasks(unittest.TestCase):
    words = "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."

    def setUp(self):
        self.mask = torch.tensor([1, 0, 2, 0], dtype=torch.uint8)

    def expect(self, call, expected):
        found, caught = told(call)
        self.assertEqual(found.tolist(), expected)
        self.assertTrue(caught)
        for kind, words in caught:
            self.assertIs(kind, UserWarning)
            self.assertIn(self.words, words)

    def test_reads(self):
        x = torch.arange(16.0).view(4, 4)
        self.expect(lambda: torch.arange(4)[self.mask], [0, 2])
        self.expect(lambda: x[self.mask, 1], [1.0, 9.0])
        self.expect(lambda: x[:2, self.mask], [[0.0, 2.0], [4.0, 6.0]])
        self.expect(lambda: x[self.mask, self.mask], [0.0, 10.0])
        self.expect(lambda: torch.arange(4)[torch.zeros(4, dtype=torch.uint8)], [])
        self.expect(lambda: x[(x > 13).to(torch.uint8)], [14.0, 15.0])

    def test_writes(self):
        x = torch.zeros(4, 2)

        def write():
            x[self.mask] = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
            x[self.mask, 0] += 10
            return x

        self.expect(write, [[11.0, 2.0], [0.0, 0.0], [13.0, 4.0], [0.0, 0.0]])

    def test_one_element_is_a_mask(self):
        x = torch.arange(2.0)
        one, none = torch.tensor(2, dtype=torch.uint8), torch.tensor(0, dtype=torch.uint8)
        self.assertEqual((x[one].tolist(), x[none].shape), ([[0.0, 1.0]], (0, 2)))

    def test_gradients(self):
        x = torch.arange(4.0, requires_grad=True)
        self.expect(lambda: x[self.mask].square().sum().backward() or x.grad, [0.0, 0.0, 4.0, 0.0])

    def test_conditions(self):
        found, _ = told(lambda: torch.where(self.mask, torch.ones(4), torch.zeros(4)))
        self.assertEqual(found.tolist(), [1.0, 0.0, 1.0, 0.0])


class Messages(unittest.TestCase):
    def test_what_is_no_probability(self):
        for numbers in ([1.5, 0.5], [-1.0, 0.5], [0.5, 1.0000001]):
            with self.assertRaisesRegex(RuntimeError, "all elements of input should be between 0 and 1"):
                F.binary_cross_entropy(torch.tensor(numbers), torch.tensor([1.0, 0.0])).item()

    def test_gradients_of_no_leaf(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2
        y.sum().backward()
        found, [(kind, words)] = told(lambda: y.grad)
        self.assertEqual((found, kind), (None, UserWarning))
        self.assertIn("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed.", words)
        z = x * 2
        z.retain_grad()
        z.sum().backward()
        self.assertEqual([told(lambda one=one: one.grad.tolist())[1] for one in (x, z)], [[], []])


class Precision(unittest.TestCase):
    def test_cuda_of_a_device_without_float16(self):
        has_float16 = torch.cuda.is_available() and torch.amp.is_autocast_available("cuda")
        x = torch.ones(2, 2)
        for made in (lambda: torch.autocast("cuda"), lambda: torch.cuda.amp.autocast(), lambda: torch.cuda.amp.autocast(True)):
            context, caught = told(made)
            said = [words for kind, words in caught if kind is UserWarning]
            self.assertEqual(len(said), 0 if has_float16 else 1)
            self.assertTrue(all("Disabling autocast." in words for words in said))
            with context:
                self.assertEqual((x @ x).dtype, torch.float16 if has_float16 else torch.float32)
        self.assertEqual(told(lambda: torch.autocast("cuda", enabled=False))[1], [])
        from torch.cuda.amp import autocast

        self.assertIs(autocast, torch.cuda.amp.autocast)
        scaler, caught = told(lambda: torch.amp.GradScaler("cuda"))
        said = [words for kind, words in caught if kind is UserWarning]
        self.assertEqual((len(said), scaler.is_enabled()), (0, True) if has_float16 else (1, False))
        self.assertTrue(all("GradScaler is enabled, but" in words and words.endswith("Disabling.") for words in said))
        weight = torch.ones(1, requires_grad=True)
        steps = torch.optim.SGD([weight], 0.5)
        scaler.scale((weight * 3).sum()).backward()
        scaler.step(steps)
        scaler.update()
        self.assertEqual(weight.item(), -0.5)
        self.assertEqual(told(lambda: torch.cuda.amp.GradScaler(enabled=False))[0].is_enabled(), False)


    def test_autocast_by_types_of_device(self):
        self.assertFalse(torch.is_autocast_enabled("cuda"))
        self.assertFalse(torch.is_autocast_enabled())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
            self.assertFalse(torch.is_autocast_enabled("cpu"))
        with self.assertRaises(RuntimeError):
            torch.is_autocast_enabled("nothing")
        self.assertTrue(torch.get_autocast_dtype("cuda").is_floating_point)


@unittest.skipUnless(hasattr(torch, "lamplight"), "the library's own")
class WithoutFloat16(unittest.TestCase):
    def test_autocast_is_disabled(self):
        x = torch.ones(2, 2)
        with mock.patch.object(torch.amp, "_available", lambda: False):
            for made in (
                lambda: torch.autocast("cuda"),
                lambda: torch.cuda.amp.autocast(),
                lambda: torch.autocast("cuda", dtype=torch.bfloat16),
                lambda: torch.autocast("webgpu"),
            ):
                context, [(kind, words)] = told(made)
                self.assertIs(kind, UserWarning)
                self.assertRegex(words, "User provided device_type of '(cuda|webgpu)', but .* no float16 .*Disabling autocast.")
                with context:
                    self.assertEqual((x @ x).dtype, torch.float32)
            scaler, [(kind, words)] = told(lambda: torch.amp.GradScaler("cuda"))
            self.assertIs(kind, UserWarning)
            self.assertRegex(words, "GradScaler is enabled, but this device has no float16 .*Disabling.")
            self.assertEqual((scaler.is_enabled(), scaler.get_scale(), scaler.state_dict()), (False, 1.0, {}))


@unittest.skipUnless(hasattr(torch, "lamplight"), "PyTorch has these")
class Reasons(unittest.TestCase):
    def test_names(self):
        for name, why in (("quantize_per_tensor", "quantization"), ("quantization", "quantization")):
            self.assertFalse(hasattr(torch, name))
            with self.assertRaisesRegex(AttributeError, f"module 'torch' has no attribute '{name}': .*{why}"):
                getattr(torch, name)
        with self.assertRaisesRegex(AttributeError, "has no attribute 'nothing_of_this_name'$"):
            torch.nothing_of_this_name

    def test_imports(self):
        with self.assertRaisesRegex(ModuleNotFoundError, "No module named 'torch.package.[a-z]+': .*compiler"):
            importlib.import_module("torch.package.nothing")


if __name__ == "__main__":
    unittest.main()
