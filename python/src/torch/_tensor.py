"""`torch.Tensor`: a handle of the library's tensor. Its methods are the library's, found by their names when they are first called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import _bridge, _indexing, _overrides
from ._bridge import TENSOR, JsException, js, receive, senders, translated, wait
from ._overrides import _rebuild_from_type_v2  # noqa: F401  # files name it here
from ._names import EXCEPTIONS, HIDDEN, NUMBER_FIRST, PROMOTING, camel, is_pythonic, snake
from ._types import Size, device, dtype, dtypes

_drop = js.drop
_new = object.__new__
_FLOATS = frozenset({"float32", "float16"})


class _Members(type):
    """Finds the methods of tensors also where they are asked of the class: `torch.Tensor.add`."""

    def __getattr__(cls, name: str) -> Any:
        if _installed(name):
            return getattr(cls, name)
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")


class Tensor(metaclass=_Members):
    """An array of numbers on the GPU."""

    # NumPy leaves operators between its arrays and tensors to these.
    __array_priority__ = 1000
    _js: Any

    def __new__(cls, *data: Any, **keywords: Any) -> Any:
        from ._creation import legacy_tensor

        made = legacy_tensor("float32", data)
        return made if cls is Tensor else made.as_subclass(cls)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        _overrides.enlist(cls, Tensor)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What a function gives for tensors of this class: its result, as tensors of this class."""
        if not all(issubclass(cls, kind) for kind in types):
            return NotImplemented
        with _overrides.DisableTorchFunctionSubclass():
            result = func(*args, **(kwargs or {}))
        return _overrides.converted(result, cls, Tensor)

    @staticmethod
    def _make_subclass(cls: type, data: Tensor, require_grad: bool = False) -> Any:
        return data.detach().as_subclass(cls).requires_grad_(require_grad)

    def __del__(self) -> None:
        try:
            _drop(self._js)
        except AttributeError:
            pass

    def __getattr__(self, name: str) -> Any:
        if _installed(name):
            return getattr(self, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        members = [snake(name) for name in js.memberNames() if name not in HIDDEN]
        return sorted({*object.__dir__(self), *members})

    # ── Facts ──

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return Size(self._js.shape.to_py())

    @property
    def dtype(self) -> dtype:
        """The type of the elements."""
        return dtypes[self._js.dtype]

    @property
    def device(self) -> device:
        """Where the tensor is."""
        return _here

    @property
    def layout(self) -> Any:
        """How the elements lie: strided, always."""
        from . import strided

        return strided

    # No tensor is on one of PyTorch's devices, or laid out in another way than by strides.
    is_cpu = is_cuda = is_ipu = is_maia = is_meta = is_mps = is_mtia = is_vulkan = is_xla = is_xpu = property(
        lambda self: False
    )
    is_mkldnn = is_nested = is_quantized = is_sparse = is_sparse_csr = property(lambda self: False)
    names = property(lambda self: (None,) * self.ndim)

    def size(self, dim: int | None = None) -> Any:
        """The sizes, or the one of a dimension."""
        return self.shape if dim is None else _call(self, "size", (dim,), {})

    def stride(self, dim: int | None = None) -> Any:
        """The steps between neighbours, or the one along a dimension."""
        return _call(self, "stride", () if dim is None else (dim,), {})

    def storage_offset(self) -> int:
        """Where the first element lies."""
        return self._js.offset

    @property
    def _version(self) -> int:
        return js.changes(self._js)

    def data_ptr(self) -> int:
        """A number that tensors of the same memory have in common."""
        return js.address(self._js)

    def untyped_storage(self) -> Any:
        """The memory in which the tensor lies, in bytes."""
        from .storage import Memory

        return Memory(self, self.itemsize)

    def storage(self) -> Any:
        """The memory in which the tensor lies, in elements."""
        from .storage import Memory

        return Memory(self, 1)

    def numel(self) -> int:
        """How many elements there are."""
        return self._js.numel()

    nelement = numel

    def dim(self) -> int:
        """How many dimensions there are."""
        return self._js.ndim

    ndimension = dim

    def is_complex(self) -> bool:
        """No tensor is."""
        return False

    def is_signed(self) -> bool:
        """Whether the dtype has negative numbers."""
        return self.dtype.is_signed

    def is_pinned(self, *_: Any) -> bool:
        """No tensor is."""
        return False

    def is_shared(self) -> bool:
        """No tensor is."""
        return False

    # Whether it was made in inference mode.
    _is_of_inference = False

    def is_inference(self) -> bool:
        """Whether it, or what it is a view of, was made in inference mode; here it is as others."""
        from ._graph import alive

        root = self._root()
        base = None if root is None else alive(root)
        return self._is_of_inference if base is None else base._is_of_inference

    def get_device(self) -> int:
        """-1, as of a tensor that is on none of CUDA's devices."""
        return -1

    def flip(self, *dims: Any, **named: Any) -> Tensor:
        """The tensor with the order along some dimensions turned round."""
        if not (dims or named):
            raise TypeError('flip() missing 1 required positional arguments: "dims"')
        return _call(self, "flip", dims, named)

    def inverse(self) -> Tensor:
        """The inverse of a matrix, or of each of a batch."""
        return _bridge.find("torch.linalg", "inv")(self)

    def det(self) -> Tensor:
        """The determinant of a matrix, or of each of a batch."""
        return _bridge.find("torch.linalg", "det")(self)

    def to(self, *args: Any, **named: Any) -> Any:
        """The tensor in another dtype; it is on the only device already."""
        if any(type(value) is dtype and value.is_complex for value in (*args, *named.values())):
            return self.cfloat()
        return _call(self, "to", args, named)

    def cfloat(self) -> Any:
        """The numbers as complex ones."""
        from ._complex import of, pairs_of

        return of(pairs_of(self))

    cdouble = chalf = cfloat

    def stft(self, *args: Any, **options: Any) -> Any:
        """The spectra of the parts of a signal."""
        from ._spectra import stft

        return stft(self, *args, **options)

    def double(self, *, memory_format: Any = None) -> Tensor:
        """The numbers in float32, which stands for float64; a warning says so once."""
        return self.to(dtypes["float64"])

    def bfloat16(self, *, memory_format: Any = None) -> Tensor:
        """The numbers in float32, which stands for bfloat16; a warning says so once."""
        return self.to(dtypes["bfloat16"])

    def __delitem__(self, key: Any) -> None:
        raise TypeError("Tensor does not support deleting items")

    # ── Reading back ──

    def item(self) -> Any:
        """The only element, for which Python waits."""
        value = receive(_checked(js.item, self._js), "item")
        return float(value) if self._js.dtype in _FLOATS else value

    def tolist(self) -> Any:
        """The elements in nested lists, for which Python waits."""
        if self._js.ndim == 0:
            return self.item()
        return listed(receive(_checked(js.elements, self._js), "tolist"), list(self._js.shape), self._js.dtype)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        if not _bridge.can_run_sync():
            return self._js.toString()
        text = wait(self._js.text(), "repr")
        if type(self) is not Tensor and type(self).__name__ == "Parameter":
            return f"Parameter containing:\n{text}"
        if type(self) in _overrides.classes:
            name = type(self).__name__
            return text.replace("tensor", name, 1).replace(f"\n{' ' * len('tensor(')}", f"\n{' ' * (len(name) + 1)}")
        return text

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        if self.dim() == 0 and type(self) is Tensor:
            return format(self.item(), form)
        return format(str(self), form)

    def __bool__(self) -> bool:
        if self.numel() != 1:
            few = "no values" if self.numel() == 0 else "more than one value"
            raise RuntimeError(f"Boolean value of Tensor with {few} is ambiguous")
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.numel() != 1 or self._js.dtype in _FLOATS:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    # ── Sequences ──

    def __len__(self) -> int:
        if self._js.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self._js.length

    def __iter__(self) -> Iterator[Tensor]:
        if self._js.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self) -> Tensor:
        return self.flip(0) if self.dim() else self

    def __contains__(self, element: Any) -> bool:
        if isinstance(element, Tensor | int | float | bool):
            return bool((element == self).any())
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")

    __getitem__ = _indexing.get
    __setitem__ = _indexing.put
    index_put_, index_put = _indexing.index_put_, _indexing.index_put

    # ── Gradients ──

    @property
    def requires_grad(self) -> bool:
        """Whether `backward` reaches this tensor."""
        return self._js.requiresGrad

    @requires_grad.setter
    def requires_grad(self, on: bool) -> None:
        self.requires_grad_(on)

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has summed up, or None."""
        given = self.__dict__.get("_given_grad")
        return receive(js.gradient(self._js, self._js)) if given is None else given

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        self.__dict__.pop("_given_grad", None)
        if not (self._js.requiresGrad and self.is_leaf):
            # Backward gives it none; a program may.
            if gradient is not None:
                self._check_grad(gradient)
                self.__dict__["_given_grad"] = gradient
            return
        _checked(js.set, self._js, "grad", _bridge.jsnull if gradient is None else gradient._js)

    # PyTorch's older name of it.
    _grad = property(lambda self: self.grad, lambda self, gradient: setattr(self, "grad", gradient))

    def _check_grad(self, gradient: Any) -> None:
        if not isinstance(gradient, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(gradient).__name__}"
            )
        if gradient is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if gradient.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(gradient.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    @property
    def grad_fn(self) -> Any:
        """The function that takes the gradient further, or None."""
        from ._graph import function_of

        return function_of(js.gradNode(self._js))

    def _root(self) -> Any:
        """The library's tensor that this one is a view of, or None."""
        found, base = None, self._js.base
        while isinstance(base, _bridge.JsProxy):
            found, base = base, base.base
        return found

    @property
    def _base(self) -> Tensor | None:
        """The tensor that this one is a view of, or None."""
        from ._graph import standing_for

        root = self._root()
        return None if root is None else standing_for(root)

    def _is_view(self) -> bool:
        return isinstance(self._js.base, _bridge.JsProxy)

    @property
    def data(self) -> Tensor:
        """The same numbers without a gradient, which are not told of changes through it."""
        return _call(self, "untold", (), {})

    @data.setter
    def data(self, other: Tensor) -> None:
        from .autograd.grad_mode import no_grad

        if other.shape != self.shape:
            raise RuntimeError("data: expected a tensor of the same shape; a tensor keeps its memory here")
        with no_grad():
            self.data.copy_(other)

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None
    ) -> None:
        """Adds the gradients of this tensor to the `grad` of the leaves that it was made from."""
        from .autograd import backward, taken

        if inputs is not None:
            backward(self, gradient, retain_graph, create_graph, inputs)
            return
        named = {"retain_graph": retain_graph, "create_graph": create_graph}
        taken(js.takers.ofTensor, (self,) if gradient is None else (self, gradient), named, "backward")
        _bridge.breathe()

    def register_hook(self, hook: Any) -> Any:
        """Has `hook` see, and change, the gradient of this tensor."""
        return _hooked(self, "registerHook", hook)

    def register_post_accumulate_grad_hook(self, hook: Any) -> Any:
        """Has `hook` called with this leaf once its gradient has been added."""
        return _hooked(self, "registerPostAccumulateGradHook", hook)

    # ── Conversions ──

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
        """A tensor of this one's dtype."""
        from ._creation import tensor

        return tensor(data, dtype=dtype or self.dtype, requires_grad=requires_grad)

    def new(self, *data: Any, size: Any = None) -> Tensor:
        """A tensor of this one's dtype, of numbers or of sizes."""
        from ._creation import legacy_tensor

        return legacy_tensor(self._js.dtype, data if size is None else tuple(size))

    def to_dense(self, dtype: Any = None, *, masked_grad: bool | None = None) -> Tensor:
        """This tensor, perhaps in another dtype: all are dense."""
        return self if dtype is None else self.to(dtype)

    def pin_memory(self, device: Any = None) -> Tensor:
        """This tensor: there is no memory to pin."""
        return self

    def share_memory_(self) -> Tensor:
        """This tensor: there are no processes to share it with."""
        return self

    def numpy(self, *, force: bool = False) -> Any:
        """The elements as an array of NumPy."""
        from ._numpy import to_numpy

        return to_numpy(self, force)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def resize_(self, *sizes: Any, memory_format: Any = None) -> Tensor:
        """Gives this tensor other sizes: its first numbers, and behind them zeros. Other views of its memory stay as they are."""
        from . import cat, zeros
        from .autograd.grad_mode import no_grad

        if self.requires_grad:
            raise RuntimeError("cannot resize variables that require grad")
        shape = Size(sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes)
        with no_grad():
            count = shape.numel()
            flat = self.detach().reshape(-1)[:count]
            if count > flat.numel():
                flat = cat([flat, zeros(count - flat.numel(), dtype=self.dtype)])
            made = flat.reshape(shape).clone()
        self._become(made)
        return self

    def resize_as_(self, other: Tensor, *, memory_format: Any = None) -> Tensor:
        """Gives this tensor the sizes of another."""
        return self.resize_(other.shape)

    def _become(self, other: Tensor) -> None:
        """Stands for what another tensor stands for."""
        js.hold(other._js)
        _drop(self._js)
        self._js = other._js

    def set_(self, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None) -> Tensor:
        """Has this tensor lie in the memory of another, which is given itself or as its storage."""
        from . import empty
        from .autograd.grad_mode import no_grad

        with no_grad():
            if source is None:
                source = empty(0, dtype=self.dtype)
            elif not isinstance(source, Tensor):
                source = source._row()
            if source._js.dtype != self._js.dtype:
                raise RuntimeError(f"Could not set tensor of type {self.type()} to a tensor of type {source.type()}")
            if size is not None:
                sizes = Size((size,) if isinstance(size, int) else size)
                steps = [Size(sizes[d + 1 :]).numel() for d in range(len(sizes))] if stride is None else stride
                source = source.as_strided(sizes, steps, storage_offset)
            requires_grad = self.requires_grad
            self._become(source.detach())
        return self.requires_grad_() if requires_grad else self

    def is_set_to(self, tensor: Tensor) -> bool:
        """Whether this tensor and another are the same part of the same memory."""
        if self.numel() == 0 or self.data_ptr() != tensor.data_ptr():
            return False
        return (self.shape, self.stride(), self.storage_offset()) == (tensor.shape, tensor.stride(), tensor.storage_offset())

    def apply_(self, callable: Any) -> Tensor:
        """Replaces each element by what a function of Python makes of it."""
        return self._mapped(callable, self)

    def map_(self, tensor: Tensor, callable: Any) -> Tensor:
        """Replaces each element by what a function of Python makes of it and of another tensor's."""
        return self._mapped(callable, self, tensor)

    def map2_(self, x: Tensor, y: Tensor, callable: Any) -> Tensor:
        """Replaces each element by what a function of Python makes of it and of those of two other tensors."""
        return self._mapped(callable, self, x, y)

    def _mapped(self, call: Any, *tensors: Tensor) -> Tensor:
        from ._creation import tensor
        from .autograd.grad_mode import no_grad

        if self.requires_grad:
            raise TypeError("expected a tensor that requires no gradient: functions of Python have none")
        with no_grad():
            rows = [each.expand(self.shape).reshape(-1).tolist() for each in tensors]
            self.copy_(tensor([call(*items) for items in zip(*rows)], dtype=self.dtype).reshape(self.shape))
        return self

    def as_subclass(self, cls: type) -> Any:
        """The same tensor as an object of a subclass."""
        made = _new(cls)
        js.hold(self._js)
        made._js = self._js
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .storage import reduce_alone

        return reduce_alone(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
            )
        if id(self) in memo:
            return memo[id(self)]
        made = self.detach().clone()
        if type(self) is not Tensor:
            made = made.as_subclass(type(self))
        if self.requires_grad:
            made.requires_grad_()
        if self.grad is not None:
            made.grad = self.grad.detach().clone()
        memo[id(self)] = made
        return made

    def __hash__(self) -> int:
        return id(self)


_here = device("webgpu")


def _installed(name: str) -> bool:
    """Whether the library's tensors have a member of this name, which is then one of Python's."""
    if name[:2] == "__" or name == "_js":
        return False
    spelt = EXCEPTIONS.get(name) or camel(name)
    kind = None if spelt in HIDDEN or not is_pythonic(name) else js.memberKind(spelt)
    if kind is None:
        return False
    setattr(Tensor, name, _method(name, spelt) if kind == "method" else _property(spelt))
    return True


def wrapped(handle: Any) -> Tensor:
    """A tensor of Python around one of the library."""
    global _made
    made = _new(Tensor)
    made._js = handle
    if _bridge.is_inferring:
        made._is_of_inference = True
    _made += 1
    if _made >= _many or _bridge.interrupted:
        _made = 0
        if _watcher is not None:
            _watcher(made)
        _bridge.breathe()
    return made


def watch(watcher: Callable[[Tensor], None] | None) -> None:
    """Has a function see each tensor that is made."""
    global _watcher, _many
    _watcher, _many = watcher, _MANY if watcher is None else 0


# After so many tensors it is asked whether the page has waited for long.
_MANY = 256
_many = _MANY
_made = 0
_watcher: Callable[[Tensor], None] | None = None

_bridge.makers["Tensor"] = wrapped
senders[Tensor] = lambda value: value._js


def _checked(function: Any, *args: Any) -> Any:
    try:
        return function(*args)
    except JsException as error:
        raise translated(error) from None


def _call(self: Tensor, name: str, args: Any, keywords: dict[str, Any]) -> Any:
    return _bridge.call(js.method(name), (self, *args), keywords, name, self)


def _method(name: str, spelt: str) -> Any:
    bound = js.method(spelt)
    promotes, had_number_first = name in PROMOTING, name in NUMBER_FIRST

    def method(self: Tensor, *args: Any, **keywords: Any) -> Any:
        if not args and not keywords:
            try:
                result = bound(self._js)
            except JsException as error:
                raise translated(error) from None
            return wrapped(result) if type(result) is TENSOR else receive(result, name, self)
        out = keywords.pop("out", None)
        if had_number_first:
            (self, *args), keywords = _bridge.number_last(name, (self, *args), keywords)
        if promotes:
            (self, *args), keywords = _bridge.promoted((self, *args), keywords)
        result = _bridge.call(bound, (self, *args), keywords, name, self)
        return result if out is None else _bridge.written(out, result)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"Tensor.{name}, as PyTorch's; the reference of the library lists it as {spelt}."
    return method


def _property(spelt: str) -> property:
    return property(lambda self: receive(_checked(js.get, self._js, spelt), spelt))


class RemovableHandle:
    """What a hook is removed by."""

    def __init__(self, handle: Any, proxy: Any):
        self._handle = handle
        self._proxy = proxy

    def remove(self) -> None:
        """Takes the hook away."""
        if self._proxy is not None:
            self._handle.remove()
            self._proxy.destroy()
            self._proxy = None

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _hooked(self: Tensor, method: str, hook: Any) -> RemovableHandle:
    proxy = _bridge.lent(hook)
    try:
        handle = getattr(self._js, method)(proxy)
    except JsException as error:
        proxy.destroy()
        raise translated(error) from None
    js.share(self._js)
    return RemovableHandle(handle, proxy)


def listed(data: Any, shape: list[int], kind: str) -> Any:
    """Flat elements, as a typed array, in nested lists of a shape."""
    flat = data.tolist() if hasattr(data, "tolist") else list(data.to_py())
    if kind == "bool":
        flat = [value != 0 for value in flat]
    for size in reversed(shape[1:]):
        flat = [flat[i : i + size] for i in range(0, len(flat), size)] if size else [[]] * _rows(shape)
    return flat


def _rows(shape: list[int]) -> int:
    return shape[0] if shape else 0


def _install_operators() -> None:
    from . import _operators

    _operators.install(Tensor)
    for name in ("__getitem__", "__setitem__"):
        getattr(Tensor, name).__name__ = name


_install_operators()
