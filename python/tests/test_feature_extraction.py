"""Nodes of networks by torchvision's names. The lists are what torchvision 0.29 gives for the same networks."""

import unittest
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names


class Reckoning(nn.Module):
    """Sizes, operators and a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.fc = nn.Linear(8, 2)
        self.scale = nn.Parameter(torch.ones(2))
        self.seq = nn.Sequential(nn.Linear(2, 2), nn.ReLU())

    def forward(self, x):
        y = torch.relu(self.conv(x)) * 2 + 1
        y += 1
        y = torch.flatten(y, 1)
        y = self.fc(y) * self.scale
        return self.seq(y)[:, 0].size(0) * F.relu(y.view(x.shape[0], -1))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(16, 48)
        self.proj = nn.Linear(16, 16)
        self.heads = 4

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        k = k.view(b, t, self.heads, c // self.heads).transpose(1, 2)
        v = v.reshape(b, t, self.heads, c // self.heads).permute(0, 2, 1, 3)
        a = (q @ k.transpose(-2, -1)) / (c / self.heads) ** 0.5
        y = (a.softmax(dim=-1) @ v).transpose(1, 2).contiguous().view(b, t, c)
        return self.proj(y) + x


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(inplace=True))

    def forward(self, x):
        parts = [self.body(x), -x, 1 - x, x / 2, x**2, abs(x), 2 * x - 1, torch.sigmoid(x), x.mean(dim=1, keepdim=True)]
        return torch.cat(parts, 1)


class Blocks(nn.Module):
    """Modules of Python in others, and operators that the library computes by several steps."""

    def __init__(self):
        super().__init__()
        self.b1 = Block()
        self.b2 = Block()

    def forward(self, x):
        x = self.b1(x)[:, :3]
        x = F.max_pool2d(self.b2(x), 2)
        x = F.dropout(x, 0.5, training=self.training)
        x = torch.where(x > 0, x, x * 0.1)
        z = x.sum(-1)
        return torch.stack([z, z.exp(), 1 / z]).max() // 2


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def one(self, x):
        return self.fc(self.c(x).mean((2, 3)))

    def forward(self, first, second):
        return torch.abs(self.one(first) - self.one(second))


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        x = self.fc(x)
        if self.training:
            x = F.dropout(x, 0.5)
        return x + 1


def names(model, **options):
    return [" ".join(nodes) for nodes in get_graph_node_names(model, **options)]


class Names(unittest.TestCase):
    def expect(self, model, nodes):
        self.assertEqual(names(model), [nodes, nodes])

    def test_of_modules_in_python(self):
        self.expect(
            Reckoning(),
            "x conv relu mul add add_1 flatten fc scale mul_1 seq.0 seq.1 getitem size getattr getitem_1 view relu_1 mul_2",
        )
        self.expect(
            Attention(),
            "x getattr getitem getitem_1 getitem_2 qkv chunk getitem_3 getitem_4 getitem_5 floordiv view transpose floordiv_1 view_1 "
            "transpose_1 floordiv_2 reshape permute transpose_2 matmul truediv pow truediv_1 softmax matmul_1 transpose_3 contiguous view_2 "
            "proj add",
        )
        self.expect(
            Blocks(),
            "x b1.body.0 b1.body.1 b1.body.2 b1.neg b1.sub b1.truediv b1.pow b1.abs b1.mul b1.sub_1 b1.sigmoid b1.mean b1.cat getitem "
            "b2.body.0 b2.body.1 b2.body.2 b2.neg b2.sub b2.truediv b2.pow b2.abs b2.mul b2.sub_1 b2.sigmoid b2.mean b2.cat max_pool2d "
            "dropout gt mul where sum exp truediv stack max floordiv",
        )
        self.expect(Two(), "first second c mean fc c_1 mean_1 fc_1 sub abs")

    def test_of_torchvisions_networks(self):
        model = models.resnet18()
        train, evaluation = get_graph_node_names(model)
        self.assertEqual(train, evaluation)
        self.assertEqual(len(train), 70)
        self.assertEqual(train[:7], ["x", "conv1", "bn1", "relu", "maxpool", "layer1.0.conv1", "layer1.0.bn1"])
        self.assertEqual(train[-4:], ["layer4.1.relu_1", "avgpool", "flatten", "fc"])
        self.assertTrue(model.training)

    def test_modes_that_differ(self):
        model = Dropping().eval()
        with self.assertWarnsRegex(UserWarning, "NOTE: The nodes obtained by tracing the model in eval mode are a subsequence"):
            self.assertEqual(names(model), ["x fc dropout add", "x fc add"])
        self.assertFalse(model.training)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            get_graph_node_names(model, suppress_diff_warning=True)

    def test_leaves(self):
        nodes = names(Reckoning(), tracer_kwargs={"leaf_modules": [nn.Sequential]})
        self.assertIn(" mul_1 seq getitem ", nodes[0])


class Extractors(unittest.TestCase):
    def test_nodes_and_keys(self):
        model = models.resnet18().eval()
        x = torch.rand(1, 3, 32, 32)
        with torch.no_grad():
            found = create_feature_extractor(model, {"layer1": "low", "layer2.0.relu_1": "middle", "flatten": "flat"})(x)
            self.assertEqual({key: tuple(value.shape) for key, value in found.items()}, {"low": (1, 64, 8, 8), "middle": (1, 128, 4, 4), "flat": (1, 512)})
            self.assertTrue(torch.allclose(model.fc(found["flat"]), model(x), atol=1e-5))
            self.assertEqual([*create_feature_extractor(model, ["maxpool", "conv1"])(x)], ["conv1", "maxpool"])

    def test_of_a_module_in_python(self):
        model = Blocks().eval()
        x = torch.rand(1, 3, 4, 4)
        found = create_feature_extractor(model, return_nodes=["b1.abs", "b2", "max_pool2d"])(x)
        self.assertTrue(torch.equal(found["b1.abs"], x.abs()))
        self.assertTrue(torch.equal(found["b2"], model.b2(model.b1(x)[:, :3])))
        self.assertEqual(found["max_pool2d"].shape, (1, 25, 2, 2))
        # What stands behind the last node does not matter.
        first = create_feature_extractor(Reckoning(), {"conv": "maps"})(torch.rand(2, 1, 9, 9))
        self.assertEqual(first["maps"].shape, (2, 2, 7, 7))

    def test_as_a_part(self):
        class Head(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = create_feature_extractor(Blocks(), {"b1.body": "maps"})
                self.head = nn.Conv2d(3, 2, 1)

            def forward(self, x):
                return self.head(self.body(x)["maps"])

        net, x = Head(), torch.rand(1, 3, 4, 4, requires_grad=True)
        net(x).sum().backward()
        self.assertEqual(x.grad.shape, x.shape)
        self.assertIn("body.b1.body.0.weight", net.state_dict())

    def test_modes(self):
        nodes = {"train_return_nodes": {"dropout": "y"}, "eval_return_nodes": {"fc": "y"}}
        extractor = create_feature_extractor(Dropping(), **nodes)
        x = torch.rand(8, 4)
        self.assertTrue((extractor(x)["y"] == 0).any())
        self.assertTrue(torch.equal(extractor.eval()(x)["y"], extractor.fc(x)))

    def test_refusals(self):
        model = Dropping()
        with self.assertRaisesRegex(ValueError, "'fcc'.? is not present in model"):
            create_feature_extractor(model, ["fcc"])
        with self.assertRaisesRegex(ValueError, "Either `return_nodes` or"):
            create_feature_extractor(model)
        with self.assertRaisesRegex(ValueError, "then both should be specified"):
            create_feature_extractor(model, train_return_nodes=["fc"])
        with self.assertRaisesRegex(ValueError, "then both should be specified"):
            create_feature_extractor(model, ["fc"], train_return_nodes=["fc"], eval_return_nodes=["fc"])


if __name__ == "__main__":
    unittest.main()
