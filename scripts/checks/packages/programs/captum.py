"""Attributions of captum for a small network."""

import torch
from captum.attr import DeepLift, FeatureAblation, GuidedBackprop, InputXGradient, IntegratedGradients, LayerGradCam, Occlusion, Saliency


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(36, 3)).eval()


def attributed(kind, *args, **keywords):
    def part():
        net = network()
        x = torch.randn(2, 1, 8, 8, requires_grad=True)
        return kind(net, *(each(net) for each in args)).attribute(x, target=1, **keywords)

    return part


parts = {
    "IntegratedGradients": attributed(IntegratedGradients, n_steps=8),
    "Saliency": attributed(Saliency),
    "InputXGradient": attributed(InputXGradient),
    "GuidedBackprop": attributed(GuidedBackprop),
    "DeepLift": attributed(DeepLift),
    "Occlusion": attributed(Occlusion, sliding_window_shapes=(1, 3, 3), strides=(1, 2, 2)),
    "FeatureAblation": attributed(FeatureAblation, feature_mask=torch.arange(64).reshape(1, 1, 8, 8) // 16),
    "LayerGradCam": attributed(LayerGradCam, lambda net: net[0]),
}
