"""A small NumPy over lists of Python: arrays of numbers that packages compute sizes, schedules and weights with."""

import math
import operator
from array import array as _stored
from itertools import accumulate, product
from random import randrange

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None

# By name: the kind, the bytes of an element, and how it lies in a buffer.
_TYPES = {
    **{name: ("f", size, code) for name, size, code in (("float64", 8, "d"), ("float32", 4, "f"), ("float16", 2, "e"))},
    **{name: ("i", size, code) for name, size, code in (("int64", 8, "q"), ("int32", 4, "i"), ("int16", 2, "h"), ("int8", 1, "b"))},
    **{name: ("u", size, code) for name, size, code in (("uint64", 8, "Q"), ("uint32", 4, "I"), ("uint16", 2, "H"), ("uint8", 1, "B"))},
    "bool": ("b", 1, "?"),
}


_ALIASES = {"float": "float64", "double": "float64", "int": "int64", "long": "int64", "f4": "float32", "f8": "float64", "i8": "int64", "<f4": "float32"}


def _name(given):
    if isinstance(given, dtype):
        return given.name
    found = given if isinstance(given, str) else getattr(given, "__name__", str(given)).rstrip("_")
    return _ALIASES.get(found, found)


class dtype:
    """The type of elements."""

    def __init__(self, given="float64"):
        self.name = _name(given)
        self.kind, self.itemsize, self.char = _TYPES[self.name]

    def __eq__(self, other):
        return self.name == _name(other)

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"dtype('{self.name}')"

    type = property(lambda self: globals()[self.name + ("_" if self.name == "bool" else "")])


class generic:
    """What all types of elements are."""

    def __new__(cls, value=0, *_):
        return asarray(value, cls) if isinstance(value, (list, tuple, ndarray)) else _scalar(value, cls.__name__.rstrip("_"))


number = type("number", (generic,), {})
floating, integer = type("floating", (number,), {}), type("integer", (number,), {})
signedinteger, unsignedinteger = type("signedinteger", (integer,), {}), type("unsignedinteger", (integer,), {})
_BASES = {"f": floating, "i": signedinteger, "u": unsignedinteger, "b": generic}
for _each, (_kind, _, _) in _TYPES.items():
    globals()[_each + ("_" if _each == "bool" else "")] = type(_each, (_BASES[_kind],), {})
float_, double, single, int_, intp, bool8 = (dtype(name).type for name in ("float64", "float64", "float32", "int64", "int64", "bool"))  # noqa: F821

def _single(value):
    return _stored("f", [value])[0]


def _cast(kind):
    return _single if kind == "float32" else {"f": float, "b": bool}.get(_TYPES[kind][0], int)


class _Number:
    """An element by itself, as Python's number with the attributes of an array without dimensions."""

    shape, ndim, size = (), 0, 1
    dtype = property(lambda self: dtype("float64" if isinstance(self, float) else "int64"))

    def item(self):
        return float(self) if isinstance(self, float) else int(self)

    tolist = item

    def astype(self, kind, *_, **__):
        return _scalar(self, _name(kind))


_Float, _Int = type("float64", (_Number, float), {}), type("int64", (_Number, int), {})


def _scalar(value, kind):
    if kind == "bool":
        return bool(value)
    if _TYPES.get(kind, "f")[0] != "f":
        return _Int(value)
    return _Float(_cast(kind)(value))


def _flat(data):
    """The numbers of nested sequences, and their shape."""
    if isinstance(data, ndarray):
        return list(data._flat), data.shape
    if hasattr(data, "getbands"):
        # A picture of one channel has no dimension for it.
        one = len(data.getbands()) == 1 and data.mode != "F"
        data = [[pixel[0] for pixel in row] for row in data.tolist()] if one else data.tolist()
    elif hasattr(data, "detach"):
        data = data.tolist()
    if isinstance(data, range):
        data = list(data)
    if not isinstance(data, (list, tuple)):
        return [data], ()
    parts = [_flat(part) for part in data]
    shape = parts[0][1] if parts else ()
    return [number for numbers, _ in parts for number in numbers], (len(parts), *shape)


def _common(numbers):
    if all(isinstance(each, bool) for each in numbers) and numbers:
        return "bool"
    return "float64" if not numbers or any(isinstance(each, float) for each in numbers) else "int64"


def _steps(shape):
    return [math.prod(shape[d + 1 :]) for d in range(len(shape))]


def _made(flat, shape, kind):
    made = object.__new__(ndarray)
    made._flat, made.shape, made.dtype = flat, tuple(shape), dtype(kind)
    return made


def array(data, dtype=None, copy=True, **_):
    """The array of nested numbers."""
    flat, shape = _flat(data)
    own = data.dtype.name if isinstance(data, ndarray) else "uint8" if hasattr(data, "getbands") and data.mode != "F" else _common(flat)
    kind = _name(dtype) if dtype is not None else own
    return _made(list(map(_cast(kind), flat)), shape, kind)


def asarray(data, dtype=None, **_):
    """The array itself, if it is one of the type."""
    return data if isinstance(data, ndarray) and (dtype is None or data.dtype == dtype) else array(data, dtype)


ascontiguousarray = asanyarray = asarray


def _broadcast(flat, shape, wanted):
    if tuple(shape) == tuple(wanted):
        return flat
    shape = (1,) * (len(wanted) - len(shape)) + tuple(shape)
    steps = [0 if size == 1 else step for size, step in zip(shape, _steps(shape))]
    if any(size not in (1, whole) for size, whole in zip(shape, wanted)):
        raise ValueError(f"operands could not be broadcast together with shapes {shape} {tuple(wanted)}")
    return [flat[sum(i * step for i, step in zip(place, steps))] for place in product(*map(range, wanted))]


def broadcast_shapes(*shapes):
    """The shape that others are repeated to."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in zip(*padded))


def _of(value):
    flat, shape = _flat(value)
    return flat, shape, value.dtype.name if isinstance(value, ndarray) else _common(flat)


def _result(flat, shape, kind):
    return _made(flat, shape, kind) if shape else _scalar(flat[0], kind)


def _each(operation, kind=None):
    """A function of numbers as one of arrays."""

    def applied(*values, out=None, where=True, dtype=None, **_):
        parts = [_of(value) for value in values]
        shape = broadcast_shapes(*(shape for _, shape, _ in parts))
        flat = [operation(*numbers) for numbers in zip(*(_broadcast(flat, own, shape) for flat, own, _ in parts))]
        made = kind or (_common(flat) if "float32" not in {k for _, own, k in parts if own} else "float32")
        return _result(list(map(_cast(made), flat)), shape, made)

    return applied


def _positions(key, shape):
    """By dimension: the places that a key picks, and whether the dimension stays; None for a new one."""
    keys = list(key) if isinstance(key, tuple) else [key]
    given = sum(each is not None and each is not Ellipsis for each in keys)
    if Ellipsis in [each if each is Ellipsis else None for each in keys]:
        at = next(i for i, each in enumerate(keys) if each is Ellipsis)
        keys[at : at + 1] = [slice(None)] * (len(shape) - given)
    else:
        keys += [slice(None)] * (len(shape) - given)
    found, sizes = [], iter(shape)
    for each in keys:
        if each is None:
            found.append(None)
            continue
        size = next(sizes)
        if isinstance(each, slice):
            found.append((list(range(size))[each], True))
        elif isinstance(each, (list, ndarray)):
            numbers = _flat(each)[0]
            picked = [i for i, on in enumerate(numbers) if on] if numbers and isinstance(numbers[0], bool) else numbers
            found.append(([i % size for i in picked], True))
        else:
            place = operator.index(each)
            if not -size <= place < size:
                raise IndexError(f"index {place} is out of bounds for axis 0 with size {size}")
            found.append(([place % size], False))
    return found


class ndarray:
    """Numbers in dimensions."""

    __array_priority__ = 0
    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: math.prod(self.shape))
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.dtype.itemsize)
    T = property(lambda self: self.transpose())
    __array_interface__ = property(lambda self: {"shape": self.shape, "version": 3})

    def __buffer__(self, flags):
        kind = self.dtype.char
        if kind in "e?":
            data = bytearray(map(int, self._flat)) if kind == "?" else bytearray().join(_stored("f", [x]).tobytes() for x in self._flat)
            kind = "?" if kind == "?" else "f"
        else:
            data = bytearray(_stored(kind, self._flat).tobytes())
        view = memoryview(data)
        return view.cast(kind, self.shape) if self.shape and 0 not in self.shape else view.cast(kind)

    def _picked(self, key):
        places = _positions(key, self.shape)
        steps = iter(_steps(self.shape))
        picks = [[place * step for place in each[0]] for each, step in ((each, next(steps)) for each in places if each is not None)]
        shape = tuple(1 if each is None else len(each[0]) for each in places if each is None or each[1])
        return [sum(place) for place in product(*picks)], shape

    def __getitem__(self, key):
        if isinstance(key, ndarray) and key.dtype == "bool" and key.ndim == self.ndim:
            return _made([x for x, on in zip(self._flat, key._flat) if on], (sum(key._flat),), self.dtype)
        flat, shape = self._picked(key)
        return _result([self._flat[i] for i in flat], shape, self.dtype.name)

    def __setitem__(self, key, value):
        if isinstance(key, ndarray) and key.dtype == "bool" and key.ndim == self.ndim:
            flat, shape = [i for i, on in enumerate(key._flat) if on], (sum(key._flat),)
        else:
            flat, shape = self._picked(key)
        numbers = _broadcast(*_flat(value), shape)
        for i, number in zip(flat, map(_cast(self.dtype.name), numbers)):
            self._flat[i] = number

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")
        return bool(self._flat[0])

    def __contains__(self, value):
        return value in self._flat

    def item(self, *place):
        return self._flat[place[0] if place else 0]

    __float__ = lambda self: float(self.item())
    __int__ = lambda self: int(self.item())
    __index__ = lambda self: operator.index(self.item())
    __hash__ = None

    def tolist(self):
        if not self.shape:
            return self._flat[0]
        flat = list(self._flat)
        for size in self.shape[:0:-1]:
            flat = [flat[i : i + size] for i in range(0, len(flat), size)]
        return flat

    def __repr__(self):
        return f"array({self.tolist()})"

    def astype(self, kind, *_, **__):
        return array(self, kind)

    def copy(self, *_):
        return array(self)

    def reshape(self, *shape, **_):
        sizes = list(shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)
        if -1 in sizes:
            sizes[sizes.index(-1)] = self.size // -math.prod(sizes)
        return _made(self._flat, sizes, self.dtype)

    def ravel(self, *_):
        return self.reshape(-1)

    def flatten(self, *_):
        return array(self).reshape(-1)

    def squeeze(self, *_):
        return self.reshape(*(size for size in self.shape if size != 1)) if self.size > 1 else self.reshape(1)

    def transpose(self, *axes):
        order = list(axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes) or list(range(self.ndim))[::-1]
        steps = [_steps(self.shape)[d] for d in order]
        shape = [self.shape[d] for d in order]
        flat = [self._flat[sum(i * step for i, step in zip(place, steps))] for place in product(*map(range, shape))]
        return _made(flat, shape, self.dtype)


_POWERS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv, "pow": operator.pow}
_WHOLE = {"floordiv": operator.floordiv, "mod": operator.mod}
for _each_name, _operation in {**_POWERS, **_WHOLE}.items():
    setattr(ndarray, f"__{_each_name}__", _each(_operation))
    setattr(ndarray, f"__r{_each_name}__", _each(lambda a, b, apply=_operation: apply(b, a)))
for _each_name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(ndarray, f"__{_each_name}__", _each(getattr(operator, _each_name), "bool"))
for _each_name in ("neg", "abs", "invert"):
    setattr(ndarray, f"__{_each_name}__", _each(getattr(operator, _each_name)))
for _each_name, _operation in {"and": operator.and_, "or": operator.or_, "xor": operator.xor}.items():
    setattr(ndarray, f"__{_each_name}__", _each(_operation))

add, subtract, multiply, divide, power = (_each(operation) for operation in _POWERS.values())
true_divide, floor_divide, mod = divide, _each(operator.floordiv), _each(operator.mod)
maximum, minimum, absolute = _each(max), _each(min), _each(abs)
sqrt, exp, log, log2, log10, sin, cos, tan, tanh, arctan, arccos, arcsin = (
    _each(getattr(math, name)) for name in "sqrt exp log log2 log10 sin cos tan tanh atan acos asin".split()
)
log1p, expm1, arctan2, hypot = (_each(getattr(math, name)) for name in "log1p expm1 atan2 hypot".split())
radians = deg2rad = _each(math.radians)
degrees = rad2deg = _each(math.degrees)
floor, ceil, trunc = (_each(lambda x, apply=apply: float(apply(x)), "float64") for apply in (math.floor, math.ceil, math.trunc))
rint = _each(lambda x: float(round(x)), "float64")
sign = _each(lambda x: (x > 0) - (x < 0))
square = _each(lambda x: x * x)
isnan, isinf, isfinite = (_each(getattr(math, name), "bool") for name in ("isnan", "isinf", "isfinite"))
logical_and, logical_or = _each(lambda a, b: bool(a and b), "bool"), _each(lambda a, b: bool(a or b), "bool")
logical_not = _each(lambda a: not a, "bool")
equal, not_equal = _each(operator.eq, "bool"), _each(operator.ne, "bool")


def around(value, decimals=0):
    """Rounded, halves to even."""
    return _each(lambda x: round(x, decimals))(value)




def clip(value, a_min, a_max):
    """Numbers within bounds."""
    low, high = (bound if bound is not None else fill for bound, fill in ((a_min, -inf), (a_max, inf)))
    return _each(lambda x, a, b: a if x < a else b if x > b else x)(value, low, high)


def where(condition, *values):
    """Numbers of one array or of another; or the places of what is true."""
    if values:
        return _each(lambda on, a, b: a if on else b)(condition, *values)
    return nonzero(condition)


def nonzero(value):
    """The places of what is not zero, by dimension."""
    value = asarray(value)
    places = [place for place, on in zip(product(*map(range, value.shape)), value._flat) if on]
    return tuple(array([place[d] for place in places], "int64") for d in range(value.ndim))


def _reduced(reduce, kind=None):
    """A function of many numbers as one along axes."""

    def applied(value, axis=None, dtype=None, keepdims=False, **more):
        value = asarray(value)
        axes = range(value.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
        axes = {d % value.ndim for d in axes} if value.ndim else set()
        kept = [d for d in range(value.ndim) if d not in axes]
        rows = value.transpose(*kept, *sorted(axes))._flat if axes else value._flat
        count = math.prod(value.shape[d] for d in axes)
        flat = [reduce(rows[i : i + count], **more) for i in range(0, max(len(rows), 1), max(count, 1))]
        shape = [1 if d in axes else value.shape[d] for d in range(value.ndim) if keepdims or d not in axes]
        made = _name(dtype) if dtype is not None else kind or _common(flat)
        return _result(list(map(_cast(made), flat)), tuple(shape), made)

    return applied


def _variance(numbers, ddof=0):
    center = math.fsum(numbers) / len(numbers)
    return math.fsum((x - center) ** 2 for x in numbers) / (len(numbers) - ddof)


sum_, prod, amax, amin = _reduced(sum), _reduced(math.prod), _reduced(max), _reduced(min)
all_, any_ = _reduced(all, "bool"), _reduced(any, "bool")
mean = _reduced(lambda numbers: math.fsum(numbers) / len(numbers), "float64")
var, std = _reduced(_variance, "float64"), _reduced(lambda numbers, ddof=0: math.sqrt(_variance(numbers, ddof)), "float64")
median = _reduced(lambda numbers: (sorted(numbers)[(len(numbers) - 1) // 2] + sorted(numbers)[len(numbers) // 2]) / 2, "float64")
argmax, argmin = _reduced(lambda numbers: numbers.index(max(numbers)), "int64"), _reduced(lambda numbers: numbers.index(min(numbers)), "int64")


def _along(run):
    def applied(value, axis=None, **_):
        value = asarray(value)
        if axis is None:
            value, axis = value.reshape(-1), 0
        order = [d for d in range(value.ndim) if d != axis % value.ndim] + [axis % value.ndim]
        turned, size = value.transpose(*order), value.shape[axis]
        flat = [x for i in range(0, len(turned._flat), size) for x in run(turned._flat[i : i + size])]
        back = [order.index(d) for d in range(value.ndim)]
        return _made(flat, turned.shape, _common(flat)).transpose(*back)

    return applied


cumsum, cumprod = _along(accumulate), _along(lambda numbers: accumulate(numbers, operator.mul))
sort, argsort = _along(sorted), _along(lambda numbers: sorted(range(len(numbers)), key=numbers.__getitem__))
for _each_name in "prod mean var std argmax argmin cumsum cumprod argsort clip nonzero".split():
    setattr(ndarray, _each_name, globals()[_each_name])

# What has the name of one of Python's own.
OWN = {"sum": sum_, "max": amax, "min": amin, "any": any_, "all": all_, "abs": absolute, "round": around}
for _each_name, _operation in OWN.items():
    setattr(ndarray, _each_name, _operation)


def full(shape, fill_value, dtype=None, **_):
    """An array of one number."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    kind = _name(dtype) if dtype is not None else _common([fill_value])
    return _made([_cast(kind)(fill_value)] * math.prod(shape), shape, kind)


def zeros(shape, dtype="float64", **_):
    """Zeros."""
    return full(shape, 0, dtype)


def ones(shape, dtype="float64", **_):
    """Ones."""
    return full(shape, 1, dtype)


empty = zeros


def full_like(value, fill_value, dtype=None, **_):
    """One number in the shape of an array."""
    value = asarray(value)
    return full(value.shape, fill_value, dtype or value.dtype)


def zeros_like(value, dtype=None, **_):
    """Zeros in the shape of an array."""
    return full_like(value, 0, dtype)


def ones_like(value, dtype=None, **_):
    """Ones in the shape of an array."""
    return full_like(value, 1, dtype)


empty_like = zeros_like


def eye(N, M=None, k=0, dtype="float64"):
    """Ones on a diagonal."""
    return array([[int(j - i == k) for j in range(M or N)] for i in range(N)], dtype)


identity = eye


def arange(start, stop=None, step=1, dtype=None):
    """Numbers at equal distances, without the last."""
    first, last = (0, start) if stop is None else (start, stop)
    count = max(0, math.ceil((last - first) / step))
    return array([first + i * step for i in range(count)], dtype)


def linspace(start, stop, num=50, endpoint=True, dtype=None, **_):
    """So many numbers at equal distances."""
    step = (stop - start) / max(num - 1 if endpoint else num, 1)
    numbers = [start + i * step for i in range(num)]
    if endpoint and num > 1:
        numbers[-1] = stop
    return array([float(x) for x in numbers], dtype)


def concatenate(arrays, axis=0, **_):
    """Arrays one after another."""
    turned = [asarray(each) for each in arrays]
    turned = [each.transpose(axis, *(d for d in range(each.ndim) if d != axis % each.ndim)) if axis else each for each in turned]
    flat = [x for each in turned for x in each._flat]
    made = _made(flat, (sum(len(each) for each in turned), *turned[0].shape[1:]), _common(flat))
    return made.transpose(*range(1, axis + 1), 0, *range(axis + 1, made.ndim)) if axis else made


def stack(arrays, axis=0, **_):
    """Arrays along a new dimension."""
    arrays = [asarray(each) for each in arrays]
    made = _made([x for each in arrays for x in each._flat], (len(arrays), *arrays[0].shape), arrays[0].dtype)
    axis %= made.ndim
    return made.transpose(*range(1, axis + 1), 0, *range(axis + 1, made.ndim)) if axis else made


def vstack(arrays):
    """Rows below each other."""
    return concatenate([asarray(each).reshape(-1, asarray(each).shape[-1]) for each in arrays])


def hstack(arrays):
    """Arrays beside each other."""
    return concatenate(arrays, 1 if asarray(arrays[0]).ndim > 1 else 0)


def matmul(a, b):
    """The product of matrices, or of vectors."""
    a, b = asarray(a), asarray(b)
    rows, columns = a.reshape(-1, a.shape[-1]).tolist(), b.reshape(b.shape[0], -1).T.tolist()
    shape = (*a.shape[:-1], *b.shape[1:])
    return _result([sum(x * y for x, y in zip(row, column)) for row in rows for column in columns], shape, "float64")


dot = matmul
ndarray.dot = ndarray.__matmul__ = matmul


def outer(a, b):
    """All products of the numbers of two vectors."""
    return multiply(asarray(a).reshape(-1, 1), asarray(b).reshape(1, -1))


def meshgrid(*arrays, indexing="xy"):
    """The coordinates of a grid."""
    parts = [asarray(each).ravel() for each in arrays]
    if indexing == "xy" and len(parts) > 1:
        parts[0], parts[1] = parts[1], parts[0]
    shape = tuple(len(each) for each in parts)
    made = [_made(_broadcast(each._flat, [len(each) if d == i else 1 for d in range(len(parts))], shape), shape, each.dtype) for i, each in enumerate(parts)]
    if indexing == "xy" and len(made) > 1:
        made[0], made[1] = made[1], made[0]
    return made


def unique(value, **_):
    """The numbers that are there, in order."""
    return array(sorted(set(_flat(value)[0])))


def repeat(value, repeats, axis=None):
    """Each number so many times."""
    return array([x for x in _flat(value)[0] for _ in range(repeats)])


def tile(value, reps):
    """Numbers so many times."""
    return array(_flat(value)[0] * reps)


def atleast_1d(value):
    """An array with a dimension."""
    value = asarray(value)
    return value if value.ndim else value.reshape(1)


def expand_dims(value, axis):
    """The array with a dimension of size one."""
    shape = list(asarray(value).shape)
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
    return asarray(value).reshape(*shape)


def squeeze(value, *_):
    """The array without dimensions of size one."""
    return asarray(value).squeeze()


def reshape(value, shape, **_):
    """The array in another shape."""
    return asarray(value).reshape(shape)


def ravel(value):
    """The numbers in one row."""
    return asarray(value).ravel()


def transpose(value, axes=()):
    """The array with its dimensions in another order."""
    return asarray(value).transpose(*axes or ())


def allclose(a, b, rtol=1e-5, atol=1e-8, **_):
    """Whether numbers are nearly equal."""
    return bool(all_(_each(lambda x, y: math.fabs(x - y) <= atol + rtol * math.fabs(y), "bool")(a, b)))


def array_equal(a, b):
    """Whether shapes and numbers are equal."""
    return _flat(a) == _flat(b)


def isscalar(value):
    """Whether a value is one number."""
    return isinstance(value, (int, float, str, bool))


def ndim(value):
    """How many dimensions there are."""
    return asarray(value).ndim


def shape(value):
    """The sizes of the dimensions."""
    return _flat(value)[1]


def issubdtype(a, b):
    """Whether a type of elements is one of another kind."""
    return issubclass(dtype(a).type, b)


class iinfo:
    """The bounds of a type of whole numbers."""

    def __init__(self, given):
        self.dtype = dtype(given)
        self.bits = 8 * self.dtype.itemsize
        low = 0 if self.dtype.kind == "u" else -(2 ** (self.bits - 1))
        self.min, self.max = low, 2**self.bits - 1 + low


class finfo:
    """The bounds of a type of floats."""

    def __init__(self, given=float):
        self.dtype = dtype(given)
        self.bits = 8 * self.dtype.itemsize
        digits, top = {64: (52, 1.7976931348623157e308), 32: (23, 3.4028234663852886e38), 16: (10, 65504.0)}[self.bits]
        self.eps, self.max, self.min = 2.0**-digits, top, -top
        self.tiny = {64: 2.2250738585072014e-308, 32: 1.1754943508222875e-38, 16: 2.0**-14}[self.bits]


class SeedSequence:
    """Seeds of independent generators, as NumPy mixes them (O'Neill 2015, seed_seq_fe)."""

    def __init__(self, entropy=0, *, spawn_key=(), pool_size=4, **_):
        words = [*_words(entropy)]
        key = [word for each in spawn_key for word in _words(each)]
        if key and len(words) < pool_size:
            words += [0] * (pool_size - len(words))
        words += key
        self._pool, constant = [], 0x43B0D7E5

        def hashed(value):
            nonlocal constant
            value ^= constant
            constant = constant * 0x931E8875 % 2**32
            value = value * constant % 2**32
            return value ^ value >> 16

        def mixed(x, y):
            value = (0xCA01F9DD * x - 0x4973F715 * y) % 2**32
            return value ^ value >> 16

        pool = [hashed(words[i] if i < len(words) else 0) for i in range(pool_size)]
        for source in range(pool_size):
            for i in range(pool_size):
                if i != source:
                    pool[i] = mixed(pool[i], hashed(pool[source]))
        for word in words[pool_size:]:
            pool = [mixed(each, hashed(word)) for each in pool]
        self._pool = pool

    def generate_state(self, n_words, dtype="uint32"):
        """So many numbers of 32 bits."""
        found, constant = [], 0x8B51F9DD
        for i in range(n_words):
            value = self._pool[i % len(self._pool)] ^ constant
            constant = constant * 0x58F38DED % 2**32
            value = value * constant % 2**32
            found.append(value ^ value >> 16)
        return array(found, dtype)


def randint(low, high=None, size=None, dtype=int):
    """A whole number, or some, of Python's own generator."""
    bounds = (0, low) if high is None else (low, high)
    if size is None:
        return _Int(randrange(*bounds))
    shape = (size,) if isinstance(size, int) else tuple(size)
    return _made([randrange(*bounds) for _ in range(math.prod(shape))], shape, "int64")


def _words(number):
    """The parts of 32 bits of a number, or of several."""
    if not isinstance(number, int):
        return [word for each in number for word in _words(each)]
    words = [number % 2**32]
    while number := number >> 32:
        words.append(number % 2**32)
    return words


def frombuffer(data, dtype="float64", **_):
    """The array of what lies in bytes."""
    kind = _name(dtype)
    return array(memoryview(bytes(data)).cast(_TYPES[kind][2]).tolist(), kind)


def names():
    """All names, as those of a module."""
    return {**{name: value for name, value in globals().items() if not name.startswith("_") and name not in ("math", "operator", "OWN")}, **OWN}
