"""Operations and parameters that thop counts."""

import torch
from thop import profile

parts = {"counts": lambda: profile(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(288, 10)), (torch.randn(1, 3, 8, 8),), verbose=False)}
