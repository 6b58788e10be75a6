"""Losses and a miner of pytorch_metric_learning."""

import torch
from pytorch_metric_learning import losses, miners


def loss(make):
    def part():
        x = torch.randn(8, 4, requires_grad=True)
        value = make()(x, torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]))
        value.backward()
        return [value, x.grad]

    return part


def mined():
    x, y = torch.randn(8, 4), torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    return losses.TripletMarginLoss()(x, y, miners.MultiSimilarityMiner()(x, y))


parts = {
    "contrastive": loss(losses.ContrastiveLoss),
    "triplet": loss(losses.TripletMarginLoss),
    "NTXent": loss(losses.NTXentLoss),
    "multi-similarity": loss(losses.MultiSimilarityLoss),
    "ArcFace": loss(lambda: losses.ArcFaceLoss(4, 4)),
    "miner": mined,
}
