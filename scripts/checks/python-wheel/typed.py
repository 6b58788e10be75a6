"""What a type checker knows of the packages, which `npm run check -- python-wheel --check` asks mypy; lines that end in `wrong` are."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 14 * 14, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


total: Tensor = torch.zeros(2, 3).sum()
means: Tensor = torch.randn(4, 5, requires_grad=True).mean(dim=1, keepdim=True)
joined: Tensor = torch.cat([total.unsqueeze(0), means.flatten()], dim=0)
number: float = float(total)
kind: torch.dtype = joined.dtype
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
for x, y in DataLoader(TensorDataset(torch.rand(4, 1, 28, 28), torch.tensor([0, 1, 2, 3])), batch_size=2):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.3f}", (x * 2 + 1)[:, 0].shape)
with torch.no_grad():
    print(models.resnet18())

nn.Linear(1, 2, biass=True)  # wrong
nn.Linear(1)  # wrong
torch.zeros(2, 3).summ()  # wrong
torch.zeross(2, 3)  # wrong
F.relu(total, inplac=True)  # wrong
torch.cat([total], dimension=0)  # wrong
text: str = torch.ones(1)  # wrong
