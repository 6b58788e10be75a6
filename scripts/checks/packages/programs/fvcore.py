"""Losses and counts of fvcore."""

import torch
from fvcore.nn import parameter_count, sigmoid_focal_loss, smooth_l1_loss


def losses():
    x, y = torch.randn(4, 3, requires_grad=True), torch.randint(0, 2, (4, 3)).float()
    loss = sigmoid_focal_loss(x, y, alpha=0.25, reduction="mean") + smooth_l1_loss(x, y, beta=0.1, reduction="mean")
    loss.backward()
    return [loss, x.grad]


parts = {"losses": losses, "counts": lambda: parameter_count(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)))}
