"""Gradients of each example, and steps that clip them, by opacus without its noise."""

import torch
from opacus import GradSampleModule
from opacus.optimizers import DPOptimizer


def network():
    return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))


def of_examples():
    net = GradSampleModule(network())
    loss = torch.nn.functional.cross_entropy(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 1, 0]), reduction="sum")
    loss.backward()
    return [p.grad_sample.flatten(1)[:, :3] for p in net.parameters()]


def clipped():
    net = GradSampleModule(network())
    optimizer = DPOptimizer(torch.optim.SGD(net.parameters(), lr=0.1), noise_multiplier=0.0, max_grad_norm=0.5, expected_batch_size=5)
    x, y = torch.randn(5, 4), torch.tensor([0, 1, 2, 1, 0])
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses


parts = {"examples": of_examples, "clipped": clipped}
