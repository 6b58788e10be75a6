"""`captum.attr.visualization`: attributions as pictures, drawn by Matplotlib."""

from __future__ import annotations

from enum import Enum
from typing import Any

import torch
from torch import _door


class ImageVisualizationMethod(Enum):
    """How attributions of a picture are drawn."""

    heat_map = 1
    blended_heat_map = 2
    original_image = 3
    masked_image = 4
    alpha_scaling = 5


class VisualizeSign(Enum):
    """Which attributions are drawn."""

    positive = 1
    absolute_value = 2
    negative = 3
    all = 4


# By the sign: the colours, and the numbers at their ends.
_LOOKS = {
    VisualizeSign.all: (("red", "white", "green"), -1, 1),
    VisualizeSign.positive: ("Greens", 0, 1),
    VisualizeSign.negative: ("Reds", 0, 1),
    VisualizeSign.absolute_value: ("Blues", 0, 1),
}


def _picture(data: Any) -> torch.Tensor:
    """Numbers [H, W, C]; models' own [C, H, W] is turned."""
    x = data.detach() if isinstance(data, torch.Tensor) else torch.as_tensor(data)
    x = x.float() / 255 if x.dtype == torch.uint8 else x.float()
    if x.dim() == 3 and x.shape[0] in (1, 3) and x.shape[2] not in (1, 3, 4):
        x = x.permute(1, 2, 0)
    return x


def _threshold(values: torch.Tensor, percentile: float) -> float:
    """The number below which so many percent of a sum lie."""
    if not 0 <= percentile <= 100:
        raise AssertionError("Percentile for thresholding must be between 0 and 100 inclusive.")
    ordered = values.flatten().sort().values
    sums = ordered.cumsum(0)
    at = int((sums < sums[-1] * 0.01 * percentile).sum())
    return float(ordered[min(at, ordered.numel() - 1)])


def _normalized(attr: torch.Tensor, sign: VisualizeSign, outlier_perc: float) -> torch.Tensor:
    combined = attr.sum(2) if attr.dim() == 3 else attr
    if sign is VisualizeSign.positive:
        combined = combined * (combined > 0)
    elif sign is VisualizeSign.negative:
        combined = combined * (combined < 0)
    elif sign is VisualizeSign.absolute_value:
        combined = combined.abs()
    threshold = _threshold(combined.abs(), 100 - outlier_perc)
    if threshold == 0:
        raise AssertionError("Cannot normalize by scale factor = 0")
    return (combined / (-threshold if sign is VisualizeSign.negative else threshold)).clamp(-1, 1)


def visualize_image_attr(
    attr: Any,
    original_image: Any = None,
    method: str = "heat_map",
    sign: str = "absolute_value",
    plt_fig_axis: Any = None,
    outlier_perc: float = 2,
    cmap: Any = None,
    alpha_overlay: float = 0.5,
    show_colorbar: bool = False,
    title: str | None = None,
    fig_size: tuple[float, float] = (6, 6),
    use_pyplot: bool = True,
) -> tuple[Any, Any]:
    """Draws the attributions of a picture; gives the figure and its axes."""
    from matplotlib import pyplot as plt

    wanted, shown = ImageVisualizationMethod[method], VisualizeSign[sign]
    figure, axes = plt_fig_axis or plt.subplots(figsize=fig_size)
    image = None if original_image is None else _picture(original_image)
    if image is None and wanted is not ImageVisualizationMethod.heat_map:
        raise ValueError("Original Image must be provided forany visualization other than heatmap.")
    if image is not None and image.max() > 1.5:
        image = image / 255
    axes.set_yticklabels([])
    axes.set_xticklabels([])
    if wanted is ImageVisualizationMethod.original_image:
        axes.imshow(image.clamp(0, 1))
    else:
        if wanted.name in ("masked_image", "alpha_scaling") and shown is VisualizeSign.all:
            raise AssertionError(f"Cannot display {wanted.name} with both positive and negative attributions, choose a different sign option.")
        numbers = _normalized(_picture(attr), shown, outlier_perc)
        colors, low, high = _LOOKS[shown]
        if cmap is None and isinstance(colors, tuple):
            from matplotlib.colors import LinearSegmentedColormap

            colors = LinearSegmentedColormap.from_list("RdWhGn", list(colors))
        look = {"cmap": colors if cmap is None else cmap, "vmin": low, "vmax": high}
        if wanted is ImageVisualizationMethod.masked_image:
            drawn = axes.imshow((image * numbers.unsqueeze(2)).clamp(0, 1))
        elif wanted is ImageVisualizationMethod.alpha_scaling:
            # A picture that is laid over white by its own shares.
            share = numbers.unsqueeze(2).clamp(0, 1)
            drawn = axes.imshow((image * share + 1 - share).clamp(0, 1))
        else:
            if wanted is ImageVisualizationMethod.blended_heat_map:
                axes.imshow(image.mean(2) if image.dim() == 3 else image, cmap="gray")
                look["alpha"] = alpha_overlay
            drawn = axes.imshow(numbers, **look)
        if show_colorbar:
            figure.colorbar(drawn, ax=axes, orientation="horizontal")
    if title:
        axes.set_title(title)
    if use_pyplot:
        plt.show()
    return figure, axes


def visualize_image_attr_multiple(
    attr: Any,
    original_image: Any,
    methods: list[str],
    signs: list[str],
    titles: list[str] | None = None,
    fig_size: tuple[float, float] = (8, 6),
    use_pyplot: bool = True,
    **kwargs: Any,
) -> tuple[Any, Any]:
    """Draws the attributions of a picture in several ways beside each other."""
    from matplotlib import pyplot as plt

    if titles is not None and len(titles) != len(methods) or len(methods) != len(signs):
        raise AssertionError("Methods and signs array lengths must match.")
    figure, axes = plt.subplots(1, len(methods), figsize=fig_size)
    for i, (method, sign) in enumerate(zip(methods, signs, strict=True)):
        here = axes if len(methods) == 1 else axes[i]
        title = titles[i] if titles else None
        visualize_image_attr(attr, original_image, method, sign, (figure, here), title=title, use_pyplot=False, **kwargs)
    figure.tight_layout()
    if use_pyplot:
        plt.show()
    return figure, axes


def __getattr__(name: str) -> Any:
    return _door.attribute(__name__, name, globals())


def __dir__() -> list[str]:
    return _door.names(__name__, globals())
