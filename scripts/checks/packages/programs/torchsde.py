"""A stochastic differential equation without noise, by torchsde."""

import torch
from torchsde import sdeint


class Equation(torch.nn.Module):
    noise_type, sde_type = "diagonal", "ito"

    def __init__(self, scale):
        super().__init__()
        self.net = torch.nn.Linear(2, 2)
        self.scale = scale

    def f(self, t, y):
        return torch.tanh(self.net(y))

    def g(self, t, y):
        return y * self.scale


def solved(method):
    def part():
        equation = Equation(0.0)
        ys = sdeint(equation, torch.ones(1, 2), torch.linspace(0.0, 1.0, 3), dt=0.25, method=method)
        ys.sum().backward()
        return [ys, equation.net.weight.grad]

    return part


parts = {"euler": solved("euler"), "milstein": solved("milstein")}
