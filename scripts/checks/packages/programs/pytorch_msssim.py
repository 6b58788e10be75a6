"""Structural similarity and its gradient."""

import torch
from pytorch_msssim import ms_ssim, ssim


def similarity():
    x, y = torch.rand(1, 3, 24, 24, requires_grad=True), torch.rand(1, 3, 24, 24)
    value = ssim(x, y, data_range=1.0)
    value.backward()
    return [value, x.grad]


parts = {"ssim": similarity, "ms_ssim": lambda: ms_ssim(torch.rand(1, 1, 176, 176), torch.rand(1, 1, 176, 176), data_range=1.0)}
