"""
What cells of the courses ask a page for, where PyTorch runs them for python.json. Panels show nothing; photographs, textures and the trained
network are those of `demos/data`.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import sys
from typing import NamedTuple

import torch
import torchvision
from PIL import Image
from torch import nn

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
DATA = os.path.join(ROOT, "demos", "data")
sys.path.append(os.path.join(ROOT, "scripts", "site-data"))


def panel(name, **options):
    pass


def layer_shapes(model, input_size):
    return []


def volumes(layers, title="", input=None):
    pass


def pad(predict, labels=None):
    pass


class film:
    def __init__(self, title=""):
        pass

    def add(self, step, pictures):
        pass


def _bytes(*path):
    """The pixels of a file, uint8 [3, H, W]."""
    return torchvision.transforms.functional.pil_to_tensor(Image.open(os.path.join(DATA, *path)).convert("RGB"))


def photograph(name):
    return _bytes("photographs", f"{name}.webp").float() / 255


class Textures(NamedTuple):
    images: torch.Tensor
    labels: torch.Tensor
    names: list[str]


def textures(train=True):
    """Patches in the order of packages/notebook/photographs/textures.ts: one of each texture, then the next of each."""
    from make import TEXTURES, TILES

    side = TILES["train" if train else "test"][0]
    sheet = _bytes("textures", f"{'train' if train else 'test'}.webp")
    steps = range(0, side - 31, 16)
    corners = [(top, left + tile) for top in steps for left in steps for tile in range(0, sheet.shape[2], side)]
    rows = range(len(TEXTURES))
    images = [
        sheet[:, row * side + top : row * side + top + 32, left : left + 32] for top, left in corners for row in rows
    ]
    return Textures(torch.stack(images), torch.arange(len(images)) % len(rows), list(TEXTURES))


TYPES = {"F32": torch.float32, "F16": torch.float16, "I8": torch.int8}


def _tensors(*path):
    """The tensors of a compressed safetensors file."""
    with gzip.open(os.path.join(DATA, *path)) as file:
        (length,) = struct.unpack("<Q", file.read(8))
        head, body = json.loads(file.read(length)), bytearray(file.read())
    return {
        name: torch.frombuffer(body, dtype=TYPES[entry["dtype"]], count=size, offset=entry["data_offsets"][0]).view(entry["shape"])
        for name, entry in head.items()
        for size in [torch.Size(entry["shape"]).numel()]
    }


class _Lite(nn.Module):
    """EfficientNet-Lite0 with torchvision's names of its parts."""

    def __init__(self, own):
        super().__init__()
        stem = nn.Sequential(own._conv_stem, own._bn0, nn.ReLU6())
        head = nn.Sequential(own._conv_head, own._bn1, nn.ReLU6())
        self.features = nn.Sequential(stem, *own._blocks, head)
        self.classifier = own._fc

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Pretrained(NamedTuple):
    model: nn.Module
    names: list[str]
    prepare: torchvision.transforms.Compose


def pretrained(name="efficientnet_lite0"):
    from efficientnet_lite0 import EfficientNetLite0, unpacked

    own = EfficientNetLite0().eval()
    # Counters of batches are left out of the file.
    own.load_state_dict(unpacked(_tensors("networks", "efficientnet-lite0.safetensors.gz")), strict=False)
    names = torchvision.models.EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"]
    steps = [torchvision.transforms.Resize(256), torchvision.transforms.CenterCrop(224)]
    steps.append(torchvision.transforms.Normalize([127 / 255] * 3, [128 / 255] * 3))
    return Pretrained(_Lite(own).eval(), list(names), torchvision.transforms.Compose(steps))
