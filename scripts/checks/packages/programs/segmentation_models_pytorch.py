"""Networks, losses and metrics of segmentation_models_pytorch."""

import segmentation_models_pytorch as smp
import torch


def unet():
    net = smp.Unet("resnet18", encoder_weights=None, classes=2, decoder_channels=(16, 8, 8, 4, 4)).eval()
    x, y = torch.randn(1, 3, 64, 64), torch.randint(0, 2, (1, 64, 64))
    out = net(x)
    loss = smp.losses.DiceLoss("multiclass")(out, y)
    loss.backward()
    return [out.mean((2, 3)), out.std(), loss, net.segmentation_head[0].weight.grad]


def losses():
    x, y = torch.randn(2, 1, 8, 8), torch.randint(0, 2, (2, 1, 8, 8)).float()
    return [kind(x, y) for kind in (smp.losses.JaccardLoss("binary"), smp.losses.FocalLoss("binary"), smp.losses.TverskyLoss("binary"), smp.losses.SoftBCEWithLogitsLoss())]


def metrics():
    counts = smp.metrics.get_stats(torch.randint(0, 2, (2, 1, 8, 8)), torch.randint(0, 2, (2, 1, 8, 8)), mode="binary")
    return [smp.metrics.iou_score(*counts, reduction="micro"), smp.metrics.f1_score(*counts, reduction="micro")]


parts = {"Unet": unet, "losses": losses, "metrics": metrics}
