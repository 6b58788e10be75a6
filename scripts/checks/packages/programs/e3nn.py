"""Spherical harmonics and a tensor product of e3nn."""

import torch
from e3nn import o3


def harmonics():
    return o3.spherical_harmonics([0, 1, 2], torch.randn(5, 3), normalize=True)


def product():
    net = o3.FullyConnectedTensorProduct("2x0e + 1x1o", "1x0e + 1x1o", "2x0e + 1x1o")
    return net(torch.randn(4, 5), torch.randn(4, 4))


def linear():
    return o3.Linear("2x0e + 1x1o", "3x0e + 2x1o")(torch.randn(4, 5))


parts = {"harmonics": harmonics, "product": product, "linear": linear}
