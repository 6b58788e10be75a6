"""Pooling, normalising and losses of sentence_transformers over vectors of tokens."""

import torch
from sentence_transformers import util
from sentence_transformers.models import Dense, Normalize, Pooling


def pooled():
    features = {"token_embeddings": torch.randn(2, 5, 8), "attention_mask": torch.tensor([[1, 1, 1, 0, 0], [1] * 5])}
    out = Pooling(8, pooling_mode="mean")(features)
    out = Normalize()(Dense(8, 4)(out))
    return out["sentence_embedding"]


def similar():
    a, b = torch.randn(3, 8), torch.randn(4, 8)
    return [util.cos_sim(a, b), util.dot_score(a, b), util.pairwise_cos_sim(a, b[:3])]


parts = {"pooled": pooled, "similar": similar}
