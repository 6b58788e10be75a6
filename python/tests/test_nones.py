"""None as an argument where it is another thing than the default."""

import unittest

import torch
import torch.nn.functional as F
from torch import nn


class Layers(unittest.TestCase):
    def test_momentum(self):
        x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [7.0]])
        for layer in (nn.BatchNorm1d(1, momentum=None), nn.BatchNorm1d(1, 1e-5, None)):
            self.assertIsNone(layer.momentum)
            layer(x)
            layer(y)
            self.assertEqual(layer.running_mean.tolist(), [4.0])
        self.assertIsNone(nn.InstanceNorm1d(3, momentum=None).momentum)

    def test_what_is_true_or_false(self):
        for layer in (
            nn.Linear(2, 2, bias=None),
            nn.Linear(2, 2, None),
            nn.Conv2d(1, 1, 3, bias=None),
            nn.LayerNorm(3, bias=None),
            nn.Bilinear(1, 2, 3, bias=None),
            nn.BatchNorm2d(2, affine=None),
            nn.BatchNorm2d(2, 1e-5, None, None),
        ):
            self.assertIsNone(layer.bias)
        self.assertIsNone(nn.GroupNorm(1, 2, affine=None).weight)
        self.assertIsNone(nn.BatchNorm1d(2, 1e-5, None, None, None).running_mean)
        self.assertIsNone(nn.MultiheadAttention(4, 2, bias=None).in_proj_bias)

    def test_defaults(self):
        self.assertEqual(nn.MaxPool2d(2, None)(torch.ones(1, 1, 4, 4)).shape, (1, 1, 2, 2))
        self.assertIsNotNone(nn.Linear(2, 2, device=None, dtype=None).bias)
        self.assertEqual(nn.Upsample(None, 2)(torch.ones(1, 1, 2)).shape, (1, 1, 4))


class Functions(unittest.TestCase):
    def test_norms_without_running_statistics(self):
        x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
        expected = [[-1.0, -1.0], [1.0, 1.0]]
        for found in (
            F.batch_norm(x, None, None, training=True, eps=0.1),
            F.batch_norm(x, running_mean=None, running_var=None, training=True, eps=0.1),
            F.batch_norm(x, None, None, None, None, True, 0.1, 0.1),
        ):
            self.assertTrue(torch.allclose(found, torch.tensor(expected), atol=0.06))
        self.assertEqual(F.instance_norm(torch.ones(2, 3, 4), None, None).shape, (2, 3, 4))
        with self.assertRaises((RuntimeError, ValueError, TypeError)):
            F.batch_norm(x, None, None)

    def test_attention_without_biases(self):
        x = torch.ones(2, 1, 4)
        found, _ = F.multi_head_attention_forward(
            x, x, x, 4, 2, torch.ones(12, 4), None, None, None, False, 0.0, torch.ones(4, 4), None
        )
        self.assertEqual(found.tolist(), [[[16.0] * 4]] * 2)

    def test_norms_of_whole_weights(self):
        for layer in (
            nn.utils.parametrizations.weight_norm(nn.Linear(2, 3), dim=None),
            nn.utils.weight_norm(nn.Linear(2, 3), dim=None),
            nn.utils.weight_norm(nn.Linear(2, 3), "weight", None),
        ):
            self.assertIn((), [parameter.shape for parameter in layer.parameters()])


class Metrics(unittest.TestCase):
    def test_no_average(self):
        import torchmetrics
        import torchmetrics.functional as M
        from torchmetrics.classification import MulticlassAccuracy

        predictions, target = torch.tensor([0, 1, 2, 2, 1]), torch.tensor([0, 1, 1, 2, 1])
        options = {"task": "multiclass", "num_classes": 3, "average": None}
        expected = torch.tensor([1.0, 2 / 3, 1.0])
        self.assertTrue(torch.allclose(torchmetrics.Accuracy(**options)(predictions, target), expected))
        self.assertTrue(torch.allclose(M.accuracy(predictions, target, **options), expected))
        one = MulticlassAccuracy(3, average=None)
        self.assertTrue(torch.allclose(one(predictions, target), expected))


if __name__ == "__main__":
    unittest.main()
