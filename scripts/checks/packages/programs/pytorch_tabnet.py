"""TabNet's network from a seed."""

import torch
from pytorch_tabnet.tab_network import TabNet


def network():
    net = TabNet(6, 2, n_d=4, n_a=4, n_steps=2, group_attention_matrix=torch.eye(6))
    x = torch.randn(8, 6)
    out, mask_loss = net(x)
    (out.square().mean() + mask_loss).backward()
    return [out, mask_loss]


parts = {"network": network}
