"""`torchvision.tv_tensors`: tensors that say what they show. Operations give plain tensors, transforms the classes that they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import torch
from torch import _bridge, _door, _overrides
from torch._pictures import Picture, of_pil
from torch.utils._pytree import tree_flatten

# Whether operations keep the class of their first argument.
_keeps_class = False
# Methods that always do.
_KEEPING = {getattr(torch.Tensor, name) for name in ("clone", "to", "detach", "requires_grad_", "pin_memory")}


class set_return_type:
    """Has operations give tensors of the class that they are given, or plain ones: for good, or in a block."""

    def __init__(self, return_type: str) -> None:
        global _keeps_class
        self._before = _keeps_class
        kinds = {"tensor": False, "tvtensor": True}
        if return_type.lower() not in kinds:
            raise ValueError(f"return_type must be 'TVTensor' or 'Tensor', got {return_type}")
        _keeps_class = kinds[return_type.lower()]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        global _keeps_class
        _keeps_class = self._before


class TVTensor(torch.Tensor):
    """Base class of these tensors."""

    # The library's class of these tensors; those without one pass through its transforms.
    _kind: str | None = None

    @staticmethod
    def _to_tensor(data: Any, dtype: Any = None, device: Any = None, requires_grad: bool | None = None) -> torch.Tensor:
        if requires_grad is None:
            requires_grad = data.requires_grad if isinstance(data, torch.Tensor) else False
        with _overrides.DisableTorchFunctionSubclass():
            return torch.as_tensor(data, dtype=dtype, device=device).requires_grad_(requires_grad)

    @classmethod
    def _wrap_output(cls, output: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        if isinstance(output, torch.Tensor) and not isinstance(output, cls):
            output = output.as_subclass(cls)
        if isinstance(output, tuple | list):
            output = type(output)(cls._wrap_output(part, args, kwargs) for part in output)
        return output

    @classmethod
    def wrap(cls, tensor: torch.Tensor, like: TVTensor, **kwargs: Any) -> Any:
        """A tensor as one of this class, with the properties of another."""
        return tensor.as_subclass(cls)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """A plain tensor, but for the methods that copy the tensor, or where the program wants these classes kept."""
        if not all(issubclass(cls, kind) for kind in types):
            return NotImplemented
        with _overrides.DisableTorchFunctionSubclass():
            output = func(*args, **(kwargs or {}))
        if _keeps_class or (func in _KEEPING and isinstance(args[0], cls)):
            return cls._wrap_output(output, args, kwargs)
        return output.as_subclass(torch.Tensor) if isinstance(output, cls) else output

    def _make_repr(self, **properties: Any) -> str:
        told = ", ".join(f"{name}={value}" for name, value in properties.items())
        return f"{super().__repr__()[:-1]}, {told})"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self.detach().clone().requires_grad_(self.requires_grad)


def _numbers(data: Any) -> Any:
    """The numbers of a picture [C, H, W]; other data as they are."""
    if not isinstance(data, torch.Tensor) and hasattr(data, "getbands"):
        data = of_pil(data)
    return data.detach().permute(2, 0, 1) if isinstance(data, Picture) else data


class Image(TVTensor):
    """An image [..., C, H, W]; [H, W] becomes [1, H, W]."""

    _kind = "Image"

    def __new__(cls, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool | None = None) -> Any:
        tensor = cls._to_tensor(_numbers(data), dtype, device, requires_grad)
        if tensor.ndim < 2:
            raise ValueError(f"Tensor must be 2D or higher, got {tensor.ndim}D tensor.")
        with _overrides.DisableTorchFunctionSubclass():
            return (tensor.unsqueeze(0) if tensor.ndim == 2 else tensor).as_subclass(cls)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._make_repr()

    __str__ = __repr__


class Video(TVTensor):
    """Images of a video [..., T, C, H, W]."""

    _kind = "Image"

    def __new__(cls, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool | None = None) -> Any:
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim < 4:
            raise ValueError(f"Tensor must be 4D or higher, got {tensor.ndim}D tensor.")
        return tensor.as_subclass(cls)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._make_repr()

    __str__ = __repr__


class Mask(TVTensor):
    """A segmentation mask [..., H, W], or one mask of each object."""

    _kind = "Mask"

    def __new__(cls, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool | None = None) -> Any:
        return cls._to_tensor(_numbers(data), dtype, device, requires_grad).as_subclass(cls)


class BoundingBoxFormat(Enum):
    """Two corners; a corner, width and height; the centre, width and height. The library has no rotated boxes."""

    XYXY = "XYXY"
    XYWH = "XYWH"
    CXCYWH = "CXCYWH"


class BoundingBoxes(TVTensor):
    """Boxes [N, 4] in pixels of a picture of the size `canvas_size`; [4] becomes [1, 4]."""

    _kind = "BoundingBoxes"
    format: BoundingBoxFormat
    canvas_size: tuple[int, int]
    clamping_mode: str | None

    def __new__(
        cls,
        data: Any,
        *,
        format: BoundingBoxFormat | str,
        canvas_size: tuple[int, int],
        clamping_mode: str | None = "soft",
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool | None = None,
    ) -> Any:
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        return cls._wrap(tensor, format=format, canvas_size=canvas_size, clamping_mode=clamping_mode)

    @classmethod
    def _wrap(
        cls, tensor: Any, *, format: Any, canvas_size: Any, clamping_mode: str | None = "soft", check_dims: bool = True
    ) -> Any:
        if check_dims and tensor.ndim not in (1, 2):
            raise ValueError(f"Expected a 1D or 2D tensor, got {tensor.ndim}D")
        if clamping_mode not in (None, "hard", "soft"):
            raise ValueError(f"clamping_mode must be None, hard or soft, got {clamping_mode}.")
        with _overrides.DisableTorchFunctionSubclass():
            made = (tensor.unsqueeze(0) if check_dims and tensor.ndim == 1 else tensor).as_subclass(cls)
        made.format = BoundingBoxFormat[format.upper()] if isinstance(format, str) else format
        made.canvas_size, made.clamping_mode = canvas_size, clamping_mode
        return made

    @classmethod
    def wrap(cls, tensor: Any, like: Any, **kwargs: Any) -> Any:
        """A tensor as boxes, with the properties of others, of which some may be given."""
        return cls._wrap(tensor, **{**_properties(like), **kwargs})

    @classmethod
    def _wrap_output(cls, output: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        given, _ = tree_flatten((*args, *(kwargs or {}).values()))
        like = _properties(next(each for each in given if isinstance(each, BoundingBoxes)))
        if isinstance(output, torch.Tensor) and not isinstance(output, BoundingBoxes):
            return BoundingBoxes._wrap(output, **like, check_dims=False)
        if isinstance(output, tuple | list):
            return type(output)(BoundingBoxes._wrap(part, **like, check_dims=False) for part in output)
        return output

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._make_repr(**_properties(self))

    __str__ = __repr__


def _properties(boxes: BoundingBoxes) -> dict[str, Any]:
    return {name: getattr(boxes, name) for name in ("format", "canvas_size", "clamping_mode")}


def is_rotated_bounding_format(format: BoundingBoxFormat | str) -> bool:
    """Whether boxes of a format are turned; the library has none."""
    return not isinstance(format, BoundingBoxFormat) and format in ("XYWHR", "CXCYWHR", "XYXYXYXY")


def wrap(wrappee: Any, *, like: Any, **kwargs: Any) -> Any:
    """A tensor in the class of another, with its properties, of which some may be given."""
    return type(like).wrap(wrappee, like, **kwargs)


class _Handle:
    """One of the library's tensors, as an argument."""

    def __init__(self, handle: Any) -> None:
        self._js = handle


_makers: dict[str, Any] = {}


def lent(tensor: TVTensor) -> Any:
    """A tensor as the library's tensor of its class, for its transforms."""
    kind = tensor._kind
    if kind not in _makers:
        _makers[kind] = _door.js.maker(_bridge.js.find(__name__, kind)[1])
    options = {}
    if isinstance(tensor, BoundingBoxes):
        mode = _bridge.jsnull if tensor.clamping_mode is None else tensor.clamping_mode
        options = {"format": tensor.format.value, "canvasSize": _bridge.send(tensor.canvas_size), "clampingMode": mode}
    try:
        return _Handle(_makers[kind](tensor._js, **options))
    except _bridge.JsException as error:
        raise _bridge.translated(error) from None


def _plain(handle: Any) -> torch.Tensor:
    made = _bridge.receive(_bridge.js.method("asTensor")(handle))
    _bridge.js.drop(handle)
    return made


def _boxes(handle: Any) -> BoundingBoxes:
    size = tuple(handle.canvasSize.to_py())
    mode = handle.clampingMode if isinstance(handle.clampingMode, str) else None
    return BoundingBoxes._wrap(_plain(handle), format=handle.format, canvas_size=size, clamping_mode=mode)


def like(made: Any, given: TVTensor) -> Any:
    """What a transform has made of a tensor, in the class of that tensor."""
    if not isinstance(made, TVTensor) or made._kind != given._kind:
        return made
    properties = _properties(made) if isinstance(made, BoundingBoxes) else {}
    return wrap(made.as_subclass(torch.Tensor), like=given, **properties)


_bridge.makers["Image"] = lambda handle: _plain(handle).as_subclass(Image)
_bridge.makers["Mask"] = lambda handle: _plain(handle).as_subclass(Mask)
_bridge.makers["BoundingBoxes"] = _boxes

__all__ = [
    "BoundingBoxFormat",
    "BoundingBoxes",
    "Image",
    "Mask",
    "TVTensor",
    "Video",
    "is_rotated_bounding_format",
    "set_return_type",
    "wrap",
]
