"""torchvision, torchmetrics and torch.distributions over the library's doors."""

import sys
import unittest
from unittest import mock

import torch
import torchmetrics
import torchvision
from torch import nn
from torch.distributions import Categorical, Distribution, Normal, kl_divergence
from torchmetrics.classification import MulticlassAccuracy
from torchvision import models, ops, transforms


class Distributions(unittest.TestCase):
    def test_draws_and_probabilities(self):
        torch.manual_seed(0)
        weather = Categorical(logits=torch.tensor([0.1, 0.5, 0.3]))
        drawn = weather.sample()
        self.assertEqual(drawn.item(), 2)
        self.assertAlmostEqual(weather.log_prob(drawn).item(), -1.1119, 3)
        self.assertAlmostEqual(weather.entropy().item(), 1.0854, 3)
        self.assertEqual(Categorical(torch.ones(2, 3)).sample((4,)).shape, (4, 2))
        self.assertIsInstance(weather, Distribution)
        normal = Normal(torch.zeros(2), 1.0)
        self.assertEqual(kl_divergence(normal, Normal(torch.ones(2), torch.ones(2))).tolist(), [0.5, 0.5])


class Detectors(unittest.TestCase):
    def test_a_backbone_of_python(self):
        from torchvision.models.detection.anchor_utils import AnchorGenerator
        from torchvision.models.detection.faster_rcnn import FasterRCNN

        class Backbone(nn.Sequential):
            out_channels = 8

            def __init__(self):
                super().__init__(nn.Conv2d(3, 8, 3, stride=4, padding=1), nn.ReLU())

        torch.manual_seed(0)
        anchors = AnchorGenerator(((16,),), ((1.0,),))
        pool = ops.MultiScaleRoIAlign(["0"], 2, 2)
        sizes = {"min_size": 32, "max_size": 32, "rpn_pre_nms_top_n_train": 20, "rpn_post_nms_top_n_train": 10}
        net = FasterRCNN(Backbone(), 2, rpn_anchor_generator=anchors, box_roi_pool=pool, **sizes)
        box = {"boxes": torch.tensor([[4.0, 4.0, 20.0, 20.0]]), "labels": torch.tensor([1])}
        losses = net([torch.rand(3, 32, 32)], [box])
        names = ["loss_box_reg", "loss_classifier", "loss_objectness", "loss_rpn_box_reg"]
        self.assertEqual(sorted(losses), names)
        sum(losses.values()).backward()
        self.assertIsNotNone(net.backbone[0].weight.grad)


    def test_a_backbone_reads_a_value_or_fails(self):
        from torchvision.models.detection.anchor_utils import AnchorGenerator
        from torchvision.models.detection.faster_rcnn import FasterRCNN

        class Backbone(nn.Module):
            out_channels = 3

            def forward(self, x):
                return act(x)

        sizes = {"min_size": 32, "max_size": 32, "rpn_post_nms_top_n_test": 5}
        pool = ops.MultiScaleRoIAlign(["0"], 2, 2)
        anchors = AnchorGenerator(((16,),), ((1.0,),))
        net = FasterRCNN(Backbone(), 2, rpn_anchor_generator=anchors, box_roi_pool=pool, **sizes).eval()
        told = []

        def act(x):
            try:
                told.append(x.sum().item())
            except RuntimeError as error:
                told.append(error)
            return x[:, :, ::8, ::8]

        net([torch.rand(3, 32, 32)])
        if not isinstance(told[0], float):
            self.assertRegex(str(told[0]), "expected Python code that may wait")

        def act(x):
            raise LookupError("no such thing")

        with self.assertRaisesRegex(LookupError, "no such thing"):
            net([torch.rand(3, 32, 32)])
        self.assertEqual((1 + 1, torch.ones(2).sum().item()), (2, 2))


class Networks(unittest.TestCase):
    def test_transfer_learning(self):
        net = models.resnet18()
        self.assertEqual(sum(p.numel() for p in net.parameters()), 11689512)
        self.assertIsInstance(net.layer1, nn.Sequential)
        for p in net.parameters():
            p.requires_grad = False
        net.fc = nn.Linear(net.fc.in_features, 3)
        self.assertEqual([name for name, p in net.named_parameters() if p.requires_grad], ["fc.weight", "fc.bias"])
        seen = []
        net.layer4.register_forward_hook(lambda module, args, out: seen.append(out.shape))
        net.eval()
        out = net(torch.ones(1, 3, 32, 32))
        out.sum().backward()
        self.assertEqual((out.shape, seen), ((1, 3), [(1, 512, 1, 1)]))
        self.assertEqual(net.fc.bias.grad.tolist(), [1.0, 1.0, 1.0])

    def test_a_part_is_replaced(self):
        net = models.squeezenet1_1(num_classes=4)
        net.classifier[1] = nn.Conv2d(512, 2, 1)
        net.eval()
        self.assertEqual(net(torch.ones(1, 3, 64, 64)).shape, (1, 2))
        self.assertEqual(net.state_dict()["classifier.1.weight"].shape, (2, 512, 1, 1))

    def test_names_with_digits(self):
        for name in ("shufflenet_v2_x0_5", "wide_resnet50_2", "resnext50_32x4d", "efficientnet_b0", "vgg11_bn"):
            self.assertTrue(callable(getattr(models, name)), name)


class Pictures(unittest.TestCase):
    def test_transforms(self):
        steps = transforms.Compose(
            [transforms.Resize(8), transforms.CenterCrop(4), transforms.Normalize((0.5,), (0.5,)), lambda x: x + 1]
        )
        out = steps(torch.ones(1, 16, 16))
        self.assertEqual((out.shape, out[0, 0, 0].item()), ((1, 4, 4), 2.0))
        flipped = transforms.RandomHorizontalFlip(p=1.0)(torch.arange(3.0).view(1, 1, 3))
        self.assertEqual(flipped.tolist(), [[[2.0, 1.0, 0.0]]])

    def test_functions_of_python_may_read_values(self):
        double = transforms.Lambda(lambda x: x * x.sum().item())
        self.assertEqual(transforms.Compose([double])(torch.ones(2)).tolist(), [2.0, 2.0])

    def test_boxes(self):
        boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
        self.assertEqual(ops.nms(boxes, torch.tensor([0.5, 0.6]), 0.5).tolist(), [1])
        self.assertEqual(ops.box_iou(boxes[:1] * 2, boxes[1:]).item(), 0.25)
        self.assertEqual(torchvision.utils.make_grid(torch.ones(4, 1, 2, 2), nrow=2).shape, (3, 10, 10))


class Attributions(unittest.TestCase):
    """Captum's pictures of attributions, drawn by whatever is Matplotlib; the numbers are shares of a threshold, as Captum defines it."""

    def test_pictures(self):
        from captum.attr import visualization

        drawn = []
        axes = mock.MagicMock()
        axes.imshow = lambda numbers, **look: drawn.append((numbers, look))
        plt = mock.MagicMock()
        plt.subplots = lambda *_, **__: (mock.MagicMock(), axes)
        parts = {"matplotlib": mock.MagicMock(pyplot=plt), "matplotlib.pyplot": plt, "matplotlib.colors": mock.MagicMock()}
        attr = torch.tensor([[[2.0, 1.0], [0.5, 0.5]], [[-1.0, -1.0], [0.0, 0.0]]])
        image = torch.full((2, 2, 3), 204, dtype=torch.uint8)
        expected = {
            ("all", 0): [[1, 1 / 3], [-2 / 3, 0]],
            ("positive", 50): [[1, 1 / 3], [0, 0]],
            ("positive", 80): [[1, 1], [0, 0]],
            ("negative", 0): [[0, 0], [1, 0]],
            ("absolute_value", 60): [[1, 0.5], [1, 0]],
        }
        with mock.patch.dict(sys.modules, parts):
            for (sign, outliers), numbers in expected.items():
                visualization.visualize_image_attr(attr, sign=sign, outlier_perc=outliers, show_colorbar=True)
                self.assertTrue(torch.allclose(drawn[-1][0], torch.tensor(numbers, dtype=torch.float32)), (sign, outliers))
            visualization.visualize_image_attr(attr, image, "blended_heat_map", "positive", title="both", cmap="hot")
            (grey, _), (_, look) = drawn[-2:]
            self.assertAlmostEqual(grey[0, 0].item(), 0.8, 6)
            self.assertEqual(look, {"cmap": "hot", "vmin": 0, "vmax": 1, "alpha": 0.5})
            with self.assertRaisesRegex(AssertionError, "Cannot display masked_image with both"):
                visualization.visualize_image_attr(attr, image, "masked_image", "all")
            with self.assertRaisesRegex(ValueError, "Original Image must be provided"):
                visualization.visualize_image_attr(attr, method="original_image")


class Metrics(unittest.TestCase):
    def test_accuracy(self):
        accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=3)
        accuracy.update(torch.tensor([0, 1, 2]), torch.tensor([0, 2, 2]))
        self.assertAlmostEqual(accuracy.compute().item(), 2 / 3, 5)
        accuracy.reset()
        self.assertEqual(accuracy(torch.tensor([1]), torch.tensor([1])).item(), 1.0)
        self.assertIsInstance(accuracy, MulticlassAccuracy)

    def test_plots_are_figures_and_axes(self):
        from torchmetrics.classification import BinaryAUROC, BinaryROC, ConfusionMatrix

        axes, figure = mock.MagicMock(), mock.MagicMock()
        plt = mock.MagicMock(subplots=lambda *_, **__: (figure, axes))
        axes.flat = [axes]
        preds, target = torch.tensor([0.1, 0.4, 0.8, 0.9]), torch.tensor([0, 1, 0, 1])
        with mock.patch.dict(sys.modules, {"matplotlib": mock.MagicMock(pyplot=plt), "matplotlib.pyplot": plt}):
            matrix = ConfusionMatrix(task="binary")
            matrix.update(preds, target)
            self.assertEqual(matrix.plot(labels=["cat", "dog"]), (figure, axes))
            self.assertEqual(axes.imshow.call_args.args[0], [[1, 1], [1, 1]])
            axes.set_xticklabels.assert_called_with(["cat", "dog"])
            self.assertEqual(axes.text.call_count, 4)
            with self.assertRaisesRegex(ValueError, "got 1 and 2"):
                matrix.plot(labels=["cat"])
            curve = BinaryROC()
            curve.update(preds, target)
            self.assertEqual(curve.plot(score=True, ax=axes), (None, axes))
            (along, upright), look = axes.plot.call_args
            self.assertEqual((along, upright), ([0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1]))
            self.assertEqual(look["label"], "AUC=0.750")
            value = BinaryAUROC()
            value.update(preds, target)
            value.plot([value.compute(), torch.tensor(0.5)])
            self.assertEqual(axes.plot.call_args.args, ([0, 1], [0.75, 0.5]))
            both = torchmetrics.MetricCollection([MulticlassAccuracy(num_classes=2, average=None)])
            both.update(target, target)
            self.assertEqual(both.plot(), [(figure, axes)])
            self.assertEqual([call.kwargs["label"] for call in axes.plot.call_args_list[-2:]], ["Class 0", "Class 1"])

    def test_state_lives_on(self):
        mean = torchmetrics.MeanMetric()
        for value in (1.0, 3.0):
            mean.update(value)
        self.assertEqual(mean.compute().item(), 2.0)
        mean.update(5.0)
        self.assertEqual(mean.compute().item(), 3.0)

    def test_collections(self):
        metrics = torchmetrics.MetricCollection([MulticlassAccuracy(num_classes=3)])
        found = metrics(torch.tensor([0, 1]), torch.tensor([0, 1]))
        self.assertEqual(found["MulticlassAccuracy"].item(), 1.0)


if __name__ == "__main__":
    unittest.main()
