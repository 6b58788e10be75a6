"""Networks by timm from a seed: their results, and the loss of a step and after it."""

import timm
import torch
import torch.nn.functional as F

# Networks, the side of their pictures, and what makes some smaller.
NETWORKS = {
    "resnet10t": (64, {}),
    "resnet18": (64, {}),
    "mobilenetv3_small_050": (64, {}),
    "efficientnet_lite0": (64, {}),
    "vit_tiny_patch16_224": (64, {"depth": 2}),
    "deit_tiny_patch16_224": (64, {"depth": 2}),
    "convnext_atto": (64, {}),
    "regnetx_002": (64, {}),
    "swin_tiny_patch4_window7_224": (64, {"depths": (1, 1, 1, 1), "embed_dim": 24, "num_heads": (1, 2, 4, 8), "window_size": 2}),
    "ghostnet_050": (64, {}),
    "levit_128s": (224, {}),
    "edgenext_xx_small": (64, {}),
    "repvgg_a0": (64, {}),
    "densenet121": (64, {"block_config": (2, 2, 2, 2)}),
}


def network(name):
    side, options = NETWORKS[name]
    if name.startswith(("vit", "deit", "swin")):
        options = {**options, "img_size": side}
    net = timm.create_model(name, num_classes=5, **options)
    x = torch.randn(2, 3, side, side)
    net.eval()
    with torch.no_grad():
        scores = net(x)
    y = torch.tensor([1, 3])
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    # Without the random parts of training, and with steady statistics: gradients through statistics of two pictures scatter.
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        return [scores, loss, F.cross_entropy(net(x), y)]


def features():
    net = timm.create_model("resnet10t", features_only=True, out_indices=(1, 2)).eval()
    with torch.no_grad():
        return [part.mean((2, 3)) for part in net(torch.randn(1, 3, 64, 64))]


parts = {name: lambda name=name: network(name) for name in NETWORKS} | {"features": features}
