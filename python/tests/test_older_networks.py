"""The options of networks of before torchvision 0.13."""

import os
import tempfile
import unittest
import warnings

import torch
from torchvision import models


class OlderWeights(unittest.TestCase):
    """`pretrained` of before torchvision 0.13. Weights and another number of classes do not agree, which is told before a download."""

    def refused(self, call, *words):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with self.assertRaises((ValueError, RuntimeError)) as refusal:
                call()
        said = [str(one.message) for one in caught if one.category is UserWarning]
        for part in words:
            self.assertTrue(any(part in one for one in said), (part, said))
        return str(refusal.exception)

    def test_classifiers(self):
        parameter = "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use 'weights' instead."
        for name, weights in (("resnet18", "ResNet18"), ("vgg16", "VGG16"), ("resnet50", "ResNet50")):
            build = getattr(models, name)
            equal = f"equivalent to passing `weights={weights}_Weights.IMAGENET1K_V1`. You can also use"
            told = self.refused(lambda build=build: build(pretrained=True, num_classes=10), parameter, equal)
            self.assertIn("expected value 1000 but got 10", told)
            self.refused(lambda build=build: build(True, num_classes=10), "Using 'weights' as positional", equal)
            self.refused(lambda build=build: build(weights=True, num_classes=10), equal)
        self.refused(lambda: models.get_model("resnet18", pretrained=True, num_classes=10), parameter)

    def test_detectors_and_segmentation(self):
        detector = models.detection.fasterrcnn_resnet50_fpn
        told = self.refused(
            lambda: detector(pretrained=True, num_classes=5), "`weights=FasterRCNN_ResNet50_FPN_Weights.COCO_V1`"
        )
        self.assertIn("expected value 91 but got 5", told)
        told = self.refused(
            lambda: models.segmentation.fcn_resnet50(pretrained=True, pretrained_backbone=True, num_classes=5),
            "`weights=FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1`",
            "`weights_backbone=ResNet50_Weights.IMAGENET1K_V1`",
        )
        self.assertIn("expected value 21 but got 5", told)

    def test_files_that_are_here(self):
        """A file of weights that was added to a notebook takes the place of the download."""
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(tempfile.mkdtemp())
        name = "squeezenet1_1-b8a52dc0.pth"
        told = f"{name}: the server does not let pages .*; download it, add {name} to the notebook's files, and run the cell again"
        url = models.SqueezeNet1_1_Weights.DEFAULT.url
        for call in (lambda: models.squeezenet1_1(weights="DEFAULT"), lambda: torch.hub.load_state_dict_from_url(url)):
            self.assertRaisesRegex(OSError, told, call)
        state = models.squeezenet1_1().state_dict()
        torch.save(state, name)
        key = "classifier.1.bias"
        for net in (
            models.squeezenet1_1(weights="DEFAULT"),
            torch.hub.load("pytorch/vision:v0.10.0", "squeezenet1_1", weights="SqueezeNet1_1_Weights.DEFAULT", trust_repo=True),
        ):
            self.assertTrue(torch.equal(net.state_dict()[key], state[key]))
        self.assertTrue(torch.equal(torch.hub.load_state_dict_from_url(url)[key], state[key]))
        self.assertRaisesRegex(RuntimeError, "a page fetches no code of ultralytics/yolov5", lambda: torch.hub.load("ultralytics/yolov5", "yolov5s"))

    def test_none(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            net = models.squeezenet1_1(pretrained=False, num_classes=3)
            models.detection.ssdlite320_mobilenet_v3_large(pretrained=False, pretrained_backbone=False)
        self.assertIsInstance(net, torch.nn.Module)
        said = [str(one.message) for one in caught if one.category is UserWarning]
        self.assertEqual(len(said), 6)
        self.assertIn("equivalent to passing `weights=None`.", said[1])
        self.assertIn("The parameter 'pretrained_backbone' is deprecated", said[4])


if __name__ == "__main__":
    unittest.main()
