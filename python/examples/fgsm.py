"""Fast gradient signs: pictures that are changed a little, so that a network reads other digits in them."""

import torch
import torch.nn.functional as F
from digits import SIZE, Digits
from torch import nn, optim
from torch.utils.data import DataLoader


def trained():
    model = nn.Sequential(nn.Flatten(), nn.Linear(SIZE * SIZE, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(15):
        for data, target in DataLoader(Digits(256, 1), batch_size=64, shuffle=True):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(data), target)
            loss.backward()
            optimizer.step()
    print(f"trained to a loss of {loss.item():.4f}")
    return model.eval()


def fgsm_attack(image, epsilon, data_grad):
    perturbed = image + epsilon * data_grad.sign()
    return torch.clamp(perturbed, 0, 1)


def test(model, loader, epsilon):
    correct, loss_sum = 0, 0.0
    for data, target in loader:
        data.requires_grad = True
        output = model(data)
        if output.max(1, keepdim=True)[1].item() != target.item():
            continue
        loss = F.cross_entropy(output, target)
        model.zero_grad()
        loss.backward()
        attacked = fgsm_attack(data, epsilon, data.grad.data)
        with torch.no_grad():
            output = model(attacked)
        loss_sum += F.cross_entropy(output, target).item()
        if output.max(1, keepdim=True)[1].item() == target.item():
            correct += 1
    accuracy = correct / float(len(loader))
    print(f"Epsilon: {epsilon}\tTest Accuracy = {correct} / {len(loader)} = {accuracy}\tLoss = {loss_sum:.3f}")


def main():
    torch.manual_seed(42)
    model = trained()
    loader = DataLoader(Digits(24, 2), batch_size=1)
    for epsilon in (0, 0.1, 0.2):
        test(model, loader, epsilon)


if __name__ == "__main__":
    main()
