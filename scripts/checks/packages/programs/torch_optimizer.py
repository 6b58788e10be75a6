"""Steps of optimizers."""

import torch
import torch_optimizer


def steps(name):
    def part():
        net = torch.nn.Linear(3, 2)
        optimizer = getattr(torch_optimizer, name)(net.parameters(), lr=0.05)
        for _ in range(3):
            optimizer.zero_grad()
            net(torch.randn(4, 3)).square().mean().backward()
            optimizer.step()
        return list(net.parameters())

    return part


parts = {name: steps(name) for name in ("RAdam", "Lamb", "Yogi", "AdaBound", "DiffGrad", "QHAdam")}
