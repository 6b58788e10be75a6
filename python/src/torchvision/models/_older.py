"""`pretrained=True` of before torchvision 0.13, which is `weights` today."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import torch
import torchvision
from torch import hub

# What `pretrained=True` meant; other weights came later.
_FIRST = ("IMAGENET1K_V1", "COCO_V1", "COCO_WITH_VOC_LABELS_V1")
# By a part of a network's name: the backbone, and its weights.
_BACKBONES = (
    ("mobilenet_v3_large", "MobileNet_V3_Large_Weights.IMAGENET1K_V1"),
    ("resnet101", "ResNet101_Weights.IMAGENET1K_V1"),
    ("resnet50", "ResNet50_Weights.IMAGENET1K_V1"),
    ("vgg16", "VGG16_Weights.IMAGENET1K_FEATURES"),
)
_OLDER = {"weights": "pretrained", "weights_backbone": "pretrained_backbone"}
# The order in which torchvision takes options by place.
_PLACES = {
    "torchvision.models": ("weights", "progress"),
    "torchvision.models.detection": ("weights", "progress", "num_classes", "weights_backbone", "trainable_backbone_layers"),
    "torchvision.models.segmentation": ("weights", "progress", "num_classes", "aux_loss", "weights_backbone"),
}


def _weights_of(network: str) -> str | None:
    """The member that `pretrained=True` stands for; None where torchvision never had one."""
    try:
        kinds = torchvision.models.get_model_weights(network)
    except (RuntimeError, ValueError, TypeError):
        return None
    names = [str(kind) for kind in kinds]
    return next((name for name in names if name.rpartition(".")[2] in _FIRST), None)


def _backbone_of(network: str) -> str | None:
    return next((weights for part, weights in _BACKBONES if part in network), None)


def _today(network: str, options: dict[str, Any]) -> None:
    """Puts options of today in the place of older ones."""
    for name, older in _OLDER.items():
        by_older = older in options
        if not by_older and not isinstance(options.get(name), bool):
            continue
        given = options.pop(name, None)
        wanted = options.pop(older) if by_older else given
        weights = (_weights_of if name == "weights" else _backbone_of)(network) if wanted else None
        if wanted and weights is None:
            raise ValueError(f"No weights available for model {network}")
        if by_older:
            warnings.warn(
                f"The parameter '{older}' is deprecated since 0.13 and may be removed in the future, please use '{name}' "
                "instead.",
                stacklevel=4,
            )
        message = (
            f"Arguments other than a weight enum or `None` for '{name}' are deprecated since 0.13 and may be removed in the "
            f"future. The current behavior is equivalent to passing `{name}={weights}`."
        )
        if weights:
            message += f" You can also use `{name}={weights.partition('.')[0]}.DEFAULT` to get the most up-to-date weights."
        warnings.warn(message, stacklevel=4)
        options[name] = weights


def _addresses(network: str, options: dict[str, Any]) -> dict[str, str]:
    """By the option: the address of the file of trained weights."""
    found: dict[str, str] = {}
    for name in _OLDER:
        given = options.get(name)
        if isinstance(given, str) and "/" not in given:
            try:
                whole = "." in given
                given = torchvision.models.get_weight(given) if whole else getattr(torchvision.models.get_model_weights(network), given)
            except (AttributeError, RuntimeError, ValueError, TypeError):
                continue  # The network says what it expects.
        url = getattr(given, "url", None)
        if isinstance(url, str):
            found[name] = url
    return found


def _with_weights(network: str, build: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
    """Builds a network. Files of weights that are here, such as one that was added to a notebook, are not fetched."""
    addresses = _addresses(network, options)
    for name, url in addresses.items():
        if (path := hub.at_hand(hub.name_in(url))) is not None:
            options[name] = torch.load(path, weights_only=True)
    try:
        return build(*args, **options)
    except OSError as error:
        wanted = next((url for url in addresses.values() if url in str(error)), None)
        if wanted is None:
            raise
        raise hub.unreached(wanted, error) from error


def with_older_options(space: str, build: Callable[..., Any]) -> Callable[..., Any]:
    """The function of a network, which takes the options of before torchvision 0.13 as well."""
    network = build.__name__

    @functools.wraps(build)
    def built(*args: Any, **options: Any) -> Any:
        by_place = dict(zip(_PLACES[space], args, strict=False))
        if by_place:
            told = ", ".join(f"'{name}'" for name in by_place)
            warnings.warn(
                f"Using {told} as positional parameter(s) is deprecated since 0.13 and may be removed in the future. Please "
                "use keyword parameter(s) instead.",
                stacklevel=2,
            )
        options = {**by_place, **options}
        _today(network, options)
        return _with_weights(network, build, args[len(by_place) :], options)

    return built


def by_name(build: Callable[..., Any]) -> Callable[..., Any]:
    """`get_model`, with the same options."""

    @functools.wraps(build)
    def built(name: str, **options: Any) -> Any:
        _today(name.lower(), options)
        return _with_weights(name.lower(), functools.partial(build, name), (), options)

    return built


def attribute(space: str, name: str, known: dict[str, Any]) -> Any:
    """A name of a module of networks, for its `__getattr__`."""
    from torch import _door

    found = _door.attribute(space, name, known)
    if name == "get_model":
        known[name] = by_name(found)
    elif name in _networks():
        known[name] = with_older_options(space, found)
    return known.get(name, found)


@functools.cache
def _networks() -> frozenset[str]:
    from torch import _door

    return frozenset(_door.attribute("torchvision.models", "list_models", {})())
