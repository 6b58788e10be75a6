"""Parts of networks that packages take from torchvision's files: the layers of VGG, and what describes a stem of a vision transformer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import nn


def make_layers(cfg: list[str | int], batch_norm: bool = False) -> nn.Sequential:
    """VGG's features: for each number a convolution of 3 × 3 to as many channels, with ReLU; for each "M" a maximum of 2 × 2."""
    layers: list[nn.Module] = []
    channels = 3
    for size in cfg:
        if size == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(channels, int(size), kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(int(size)))
        layers.append(nn.ReLU(inplace=True))
        channels = int(size)
    return nn.Sequential(*layers)


class ConvStemConfig(NamedTuple):
    """A convolution of the stem."""

    out_channels: int
    kernel_size: int
    stride: int
    norm_layer: Callable[..., nn.Module] = nn.BatchNorm2d
    activation_layer: Callable[..., nn.Module] = nn.ReLU


__all__ = ["ConvStemConfig", "make_layers"]
