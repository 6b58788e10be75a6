"""A UNet and losses of MONAI: a step of training."""

import torch
from monai.losses import DiceCELoss, DiceLoss
from monai.networks.nets import UNet


def step():
    net = UNet(spatial_dims=2, in_channels=1, out_channels=2, channels=(4, 8), strides=(2,), num_res_units=1)
    x, y = torch.randn(2, 1, 16, 16), torch.randint(0, 2, (2, 1, 16, 16))
    losses = []
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        loss = DiceLoss(to_onehot_y=True, softmax=True)(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return [*losses, DiceCELoss(to_onehot_y=True, softmax=True)(net(x), y)]


parts = {"step": step}
