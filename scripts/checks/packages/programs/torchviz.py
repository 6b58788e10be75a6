"""The graph of gradients, drawn by torchviz: how many functions, leaves and ways it has."""

import torch
from torchviz import make_dot


def drawn():
    x, y = (torch.ones(3, requires_grad=True) for _ in "xy")
    text = make_dot((x * y).sin().sum(), params={"x": x, "y": y}).source
    return [text.count("Backward"), text.count("AccumulateGrad"), text.count("->"), text.count("x\n"), text.count("y\n")]


parts = {"drawn": drawn}
