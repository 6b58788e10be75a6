"""Filters, colours, geometry and losses of kornia."""

import kornia as K
import torch

picture = lambda: torch.rand(2, 3, 16, 16)
parts = {
    "filters": lambda: [K.filters.gaussian_blur2d(picture(), (3, 3), (1.0, 1.0)), K.filters.sobel(picture())],
    "colours": lambda: [K.color.rgb_to_hsv(picture()), K.color.rgb_to_lab(picture())],
    "geometry": lambda: K.geometry.transform.rotate(picture(), torch.tensor([30.0, 45.0])),
    "morphology": lambda: K.morphology.dilation(picture(), torch.ones(3, 3)),
    "losses": lambda: [K.losses.ssim_loss(picture(), picture(), 5), K.losses.dice_loss(torch.randn(2, 3, 8, 8), torch.randint(0, 3, (2, 8, 8)))],
    "augmentation": lambda: K.augmentation.RandomHorizontalFlip(p=1.0)(picture()),
}
