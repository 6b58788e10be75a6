"""Networks of torchvision's own sources: results from a seed."""

import torch
import torchvision
from torchvision.transforms import v2


def network(name, side, **options):
    def part():
        net = getattr(torchvision.models, name)(num_classes=5, **options).eval()
        with torch.no_grad():
            return net(torch.randn(1, 3, side, side))

    return part


parts = {
    "resnet18": network("resnet18", 64),
    "mobilenet_v2": network("mobilenet_v2", 64),
    "squeezenet1_1": network("squeezenet1_1", 64),
    "transforms": lambda: v2.Compose([v2.Resize(12, antialias=True), v2.CenterCrop(8), v2.Normalize([0.5] * 3, [0.2] * 3)])(torch.rand(3, 16, 20)),
}
