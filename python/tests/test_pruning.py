"""Pruned parameters: masks, what is left, and how they go for good."""

import unittest

import torch
from torch import nn
from torch.nn.utils import prune


class Pruning(unittest.TestCase):
    def test_smallest_elements_go(self):
        layer = nn.Linear(4, 1, bias=False)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor([[3.0, -1.0, 2.0, -4.0]]))
        self.assertIs(prune.l1_unstructured(layer, "weight", amount=2), layer)
        self.assertEqual([name for name, _ in layer.named_parameters()], ["weight_orig"])
        self.assertEqual([name for name, _ in layer.named_buffers()], ["weight_mask"])
        self.assertEqual(layer.weight.tolist(), [[3, 0, 0, -4]])
        self.assertEqual(layer(torch.ones(1, 4)).tolist(), [[-1]])
        layer(torch.ones(1, 4)).sum().backward()
        self.assertEqual(layer.weight_orig.grad.tolist(), [[1, 0, 0, 1]])

    def test_changes_of_the_original_reach_the_product(self):
        layer = nn.Linear(2, 1, bias=False)
        prune.custom_from_mask(layer, "weight", torch.tensor([[0.0, 1.0]]))
        with torch.no_grad():
            layer.weight_orig.fill_(2.0)
        self.assertEqual(layer(torch.ones(1, 2)).tolist(), [[2]])

    def test_methods_follow_one_another(self):
        layer = nn.Conv2d(2, 3, 2)
        prune.l1_unstructured(layer, "weight", amount=5)
        prune.ln_structured(layer, "weight", amount=1, n=2, dim=0)
        hook = next(iter(layer._forward_pre_hooks.values()))
        self.assertIsInstance(hook, prune.PruningContainer)
        self.assertEqual(len(hook), 2)
        rows = layer.weight_mask.sum((1, 2, 3)).tolist()
        self.assertEqual(rows.count(0), 1)

    def test_removed(self):
        layer = nn.Linear(3, 2)
        prune.random_unstructured(layer, "weight", amount=0.5)
        pruned = layer.weight.detach().clone()
        self.assertTrue(prune.is_pruned(layer))
        prune.remove(layer, "weight")
        self.assertFalse(prune.is_pruned(layer))
        self.assertEqual(sorted(layer.state_dict()), ["bias", "weight"])
        self.assertTrue(torch.equal(layer.weight, pruned))
        x = torch.randn(4, 3)
        self.assertTrue(torch.allclose(layer(x), x @ pruned.T + layer.bias, atol=1e-5))
        with self.assertRaisesRegex(ValueError, "has to be pruned"):
            prune.remove(layer, "weight")

    def test_among_several_parameters(self):
        net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
        with torch.no_grad():
            net[0].weight.copy_(torch.tensor([[5.0, 1.0], [6.0, 2.0]]))
            net[1].weight.copy_(torch.tensor([[0.5, 7.0]]))
        pairs = [(net[0], "weight"), (net[1], "weight")]
        prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=3)
        self.assertEqual(net[0].weight.tolist(), [[5, 0], [6, 0]])
        self.assertEqual(net[1].weight.tolist(), [[0, 7]])

    def test_bad_amounts(self):
        with self.assertRaisesRegex(ValueError, "should either be a float in the range"):
            prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=1.5)
        with self.assertRaisesRegex(TypeError, "Invalid type for amount"):
            prune.L1Unstructured("half")


if __name__ == "__main__":
    unittest.main()
