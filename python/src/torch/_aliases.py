"""The modules in which PyTorch defines what its packages export: here each has all of its package."""

from __future__ import annotations

import sys
from types import ModuleType

from . import _tree

MODULES = {
    "torch.nn.modules": """activation adaptive batchnorm channelshuffle conv distance dropout flatten fold instancenorm
        linear loss normalization padding pixelshuffle pooling rnn sparse transformer upsampling""",
    "torch.nn.utils": "clip_grad convert_parameters fusion init spectral_norm weight_norm",
    "torch.optim": "adadelta adafactor adagrad adam adamax adamw asgd lbfgs nadam radam rmsprop rprop sgd",
    "torchvision.models": """alexnet convnext densenet efficientnet googlenet inception mobilenet mobilenetv2 mobilenetv3
        resnet shufflenetv2 squeezenet vgg vision_transformer""",
    "torchvision.models.detection": """anchor_utils backbone_utils faster_rcnn fcos generalized_rcnn image_list
        keypoint_rcnn mask_rcnn retinanet roi_heads rpn ssd transform""",
    "torchvision.ops": """boxes deform_conv drop_block feature_pyramid_network focal_loss misc poolers ps_roi_align
        roi_align roi_pool stochastic_depth""",
    "torchmetrics.functional": "classification detection image regression text",
    "torchvision.datasets": "cifar fakedata folder mnist vision",
    "torchvision.transforms": "autoaugment transforms",
}


def add_modules(package: str) -> None:
    """Has Python import the modules of a package by their names."""
    home = sys.modules[package]
    for name in MODULES[package].split():
        path = f"{package}.{name}"
        made = ModuleType(path, f"Part of `{package}`.")
        made.__getattr__ = lambda wanted: getattr(home, wanted)  # type: ignore[method-assign]
        made.__dir__ = lambda: dir(home)  # type: ignore[method-assign]
        sys.modules[path] = made
        if _tree.is_known(path):
            _tree.extend(made)
        if package.startswith("torch.") and not hasattr(home, name):
            setattr(home, name, made)
