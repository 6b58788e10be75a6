"""A moving average of parameters."""

import torch
from torch_ema import ExponentialMovingAverage


def average():
    net = torch.nn.Linear(3, 2)
    ema = ExponentialMovingAverage(net.parameters(), decay=0.9)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        net(torch.randn(4, 3)).square().mean().backward()
        optimizer.step()
        ema.update()
    with ema.average_parameters():
        return [net.weight.detach().clone(), *ema.shadow_params]


parts = {"average": average}
