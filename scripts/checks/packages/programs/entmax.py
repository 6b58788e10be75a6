"""Sparse softmax and its gradient."""

import torch
from entmax import entmax15, entmax_bisect, sparsemax


def sparse(f):
    def part():
        x = torch.randn(3, 5, requires_grad=True)
        y = f(x)
        (y * torch.arange(5)).sum().backward()
        return [y, x.grad]

    return part


parts = {"sparsemax": sparse(lambda x: sparsemax(x, dim=-1)), "entmax15": sparse(lambda x: entmax15(x, dim=-1)), "bisect": sparse(lambda x: entmax_bisect(x, 1.3))}
