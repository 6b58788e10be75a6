"""Shapes and sums by einops, with a gradient."""

import torch
from einops import einsum, rearrange, reduce, repeat
from einops.layers.torch import Rearrange


def shapes():
    x = torch.randn(2, 3, 4, 4, requires_grad=True)
    y = rearrange(x, "b c (h s) (w t) -> b (h w) (c s t)", s=2, t=2)
    z = reduce(y, "b n c -> b c", "mean") + repeat(torch.arange(12.0), "c -> b c", b=2)
    z.square().sum().backward()
    return [z, x.grad, einsum(y, y, "b i c, b j c -> b i j")]


def layers():
    net = torch.nn.Sequential(Rearrange("b c h w -> b (c h w)"), torch.nn.Linear(48, 3))
    return net(torch.randn(2, 3, 4, 4))


parts = {"shapes": shapes, "layers": layers}
