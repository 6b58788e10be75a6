"""A decoder with rotary positions: a step of training."""

import torch
from x_transformers import AutoregressiveWrapper, Decoder, TransformerWrapper


def step():
    net = AutoregressiveWrapper(TransformerWrapper(num_tokens=50, max_seq_len=16, attn_layers=Decoder(dim=16, depth=2, heads=2, rotary_pos_emb=True)))
    ids = torch.randint(0, 50, (2, 8))
    loss = net(ids)
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    return [loss, net(ids)]


parts = {"step": step}
