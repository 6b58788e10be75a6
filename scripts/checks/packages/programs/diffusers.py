"""A small UNet and schedulers of diffusers: a step of training and a picture out of noise."""

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, DDPMScheduler, UNet2DModel


def network():
    return UNet2DModel(
        sample_size=16,
        in_channels=1,
        out_channels=1,
        layers_per_block=1,
        block_out_channels=(8, 16),
        norm_num_groups=4,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    )


def step():
    net, scheduler = network(), DDPMScheduler(num_train_timesteps=100)
    x, noise, times = torch.randn(2, 1, 16, 16), torch.randn(2, 1, 16, 16), torch.tensor([10, 60])
    noisy = scheduler.add_noise(x, noise, times)
    loss = F.mse_loss(net(noisy, times).sample, noise)
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=0.01).step()
    return [loss, F.mse_loss(net(noisy, times).sample, noise)]


def ddim():
    net, scheduler = network().eval(), DDIMScheduler(num_train_timesteps=100)
    scheduler.set_timesteps(4)
    x = torch.randn(1, 1, 16, 16)
    with torch.no_grad():
        for time in scheduler.timesteps:
            x = scheduler.step(net(x, time).sample, time, x).prev_sample
    return x


parts = {"step": step, "DDIM": ddim}
