"""Operations that ptflops counts."""

import torch
from ptflops import get_model_complexity_info


def counts():
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(288, 10))
    return get_model_complexity_info(net, (3, 8, 8), as_strings=False, print_per_layer_stat=False, backend="pytorch")


parts = {"counts": counts}
