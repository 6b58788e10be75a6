"""Names of PyTorch's that programs have kept for long: reductions by two words, compilers, events, places of functions."""

import unittest
import warnings

import torch
import torch.nn.functional as F
from torch import nn


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


if __name__ == "__main__":
    unittest.main()
