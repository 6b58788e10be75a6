"""`torchvision.transforms.v2.functional`: the changes as functions, of pictures, images, boxes and masks."""

from __future__ import annotations

from typing import Any

from torchvision.transforms import functional


def __getattr__(name: str) -> Any:
    return getattr(functional, name)


def __dir__() -> list[str]:
    return dir(functional)
