"""Functions of `torch.nn.functional` that PyTorch's layers call: what counts operations puts others in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import functional

_POOLED = "kernel_size stride padding dilation ceil_mode return_indices"
_MEAN = "kernel_size stride padding ceil_mode count_include_pad"
_CONVOLVED = "weight bias stride padding dilation groups"

# By layer: the function, and those of the layer's attributes that it is given.
_CALLS = {
    **{f"Conv{d}d": f"conv{d}d {_CONVOLVED}" for d in (1, 2, 3)},
    **{f"MaxPool{d}d": f"max_pool{d}d {_POOLED}" for d in (1, 2, 3)},
    **{f"AvgPool{d}d": f"avg_pool{d}d {_MEAN}{' divisor_override' if d > 1 else ''}" for d in (1, 2, 3)},
    **{f"AdaptiveAvgPool{d}d": f"adaptive_avg_pool{d}d output_size" for d in (1, 2, 3)},
    **{f"AdaptiveMaxPool{d}d": f"adaptive_max_pool{d}d output_size return_indices" for d in (1, 2, 3)},
    "Linear": "linear weight bias",
    "Embedding": "embedding weight padding_idx",
    "LayerNorm": "layer_norm normalized_shape weight bias eps",
    "GroupNorm": "group_norm num_groups weight bias eps",
    "Dropout": "dropout p training inplace",
    "Upsample": "interpolate size scale_factor mode align_corners",
    "ReLU": "relu inplace",
    "ReLU6": "relu6 inplace",
    "ELU": "elu alpha inplace",
    "SELU": "selu inplace",
    "CELU": "celu alpha inplace",
    "PReLU": "prelu weight",
    "LeakyReLU": "leaky_relu negative_slope inplace",
    "GELU": "gelu approximate",
    "SiLU": "silu inplace",
    "Mish": "mish inplace",
    "Hardswish": "hardswish inplace",
    "Hardsigmoid": "hardsigmoid inplace",
    "Softplus": "softplus beta threshold",
    "Softsign": "softsign",
    "LogSigmoid": "logsigmoid",
    "Softmax": "softmax dim",
    "LogSoftmax": "log_softmax dim",
    "Softmin": "softmin dim",
    "CrossEntropyLoss": "cross_entropy weight ignore_index reduction label_smoothing",
    "NLLLoss": "nll_loss weight ignore_index reduction",
    "MSELoss": "mse_loss reduction",
    "L1Loss": "l1_loss reduction",
}


def replaced(layer: Any) -> Callable[..., Any] | None:
    """What calls the function that a program has put in the place of the one that a layer's forward is; None where it is the library's."""
    name, *attributes = _CALLS.get(type(layer)._name, "-").split()
    if name not in functional._replaced or getattr(layer, "padding_mode", "zeros") != "zeros":
        return None
    given = {each: getattr(layer, each) for each in attributes}
    return lambda *args, **keywords: getattr(functional, name)(*args, **keywords, **given)
