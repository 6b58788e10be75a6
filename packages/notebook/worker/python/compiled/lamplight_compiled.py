"""Stands in for packages of compiled code that are not installed: they can be imported, and their names be handed on, not used.

`regex` is Python's own `re`, which reads most of its patterns; of NumPy `small_numpy` has what packages compute sizes and schedules with;
`small_safetensors` reads and writes files.
"""

import importlib.metadata
import math
import os
import re
import sys
from importlib.machinery import ModuleSpec
from types import SimpleNamespace

import small_numpy
import small_safetensors

# By module: the name of its package and a version that others accept.
VERSIONS = {
    "numpy": ("numpy", "2.4.6"),
    "scipy": ("scipy", "1.17.0"),
    "sklearn": ("scikit-learn", "1.8.0"),
    "pandas": ("pandas", "3.0.0"),
    "matplotlib": ("matplotlib", "3.11.2"),
    "PIL": ("pillow", "13.0.0"),
    "regex": ("regex", "2026.1.1"),
    "tokenizers": ("tokenizers", "0.23.1"),
    "safetensors": ("safetensors", "0.8.0"),
    "psutil": ("psutil", "7.2.2"),
    "yaml": ("PyYAML", "6.0.4"),
    "requests": ("requests", "2.33.0"),
    "httpx": ("httpx", "0.29.0"),
    "httpx2": ("httpx2", "2.0.0"),
    "httpcore2": ("httpcore2", "2.0.0"),
    "hf_xet": ("hf-xet", "1.3.0"),
    "kornia_rs": ("kornia_rs", "0.1.10"),
    "aiohttp": ("aiohttp", "3.14.5"),
    "xxhash": ("xxhash", "3.6.0"),
    "mpl_toolkits": ("matplotlib", "3.11.2"),
    "distutils": ("setuptools", "84.2.1"),
    "cv2": ("opencv-python", "5.0.0"),
    "numba": ("numba", "0.65.0"),
}

# Those that a notebook stands in for: what packages import, and use for less than their sense.
IN_NOTEBOOKS = ("numpy", "regex", "tokenizers", "safetensors", "psutil", "pyyaml")
# Those that reach other computers by sockets, which a page has none of.
NO_SOCKETS = ("httpx2", "httpcore2", "hf-xet")

_installed = set()


class _Name(type):
    """Of a class that stands for any name of such a package."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _named(f"{cls.__module__}.{cls.__name__}", name)

    def __getitem__(cls, item):
        return cls

    def __iter__(cls):
        return iter(())


def _named(module, name):
    return _Name(name, (), {"__module__": module, "__init__": lambda self, *args, **keywords: None, "__call__": _call})


def _compiled(pattern, flags=0):
    try:
        return re.compile(pattern, flags)
    except re.error:
        return _named("regex", "Pattern")


class _Version:
    """Versions in the order of their numbers."""

    def __init__(self, text):
        self.numbers = [int(part) for part in re.findall(r"\d+", text.split("+")[0])]

    def __lt__(self, other):
        return self.numbers < other.numbers

    def __ge__(self, other):
        return self.numbers >= other.numbers


def _leggauss(n):
    """The places and weights of Gauss's quadrature, by Newton's method on Legendre's polynomial."""
    places, weights = [], []
    for i in range(n):
        x = math.cos(math.pi * (n - i - 0.25) / (n + 0.5))
        for _ in range(50):
            before, value = 1.0, x
            for k in range(2, n + 1):
                before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
            slope = n * (x * value - before) / (x * x - 1)
            x -= value / slope
        places.append(x)
        weights.append(2 / ((1 - x * x) * slope * slope))
    return small_numpy.array(places), small_numpy.array(weights)


class AddedToken:
    """A token that splits texts before all others; its own class, since tokenizers in Python are made of it."""

    def __init__(self, content="", single_word=False, lstrip=False, rstrip=False, special=False, normalized=None):
        self.content, self.single_word, self.lstrip, self.rstrip = content, single_word, lstrip, rstrip
        self.special, self.normalized = special, not special if normalized is None else normalized

    def __str__(self):
        return self.content

    def __eq__(self, other):
        return isinstance(other, AddedToken) and vars(self) == vars(other)

    def __hash__(self):
        return hash(self.content)

    def __getstate__(self):
        return vars(self)


_SAFETENSORS, _SAFETENSORS_TORCH = small_safetensors.names()
_RANDOM = {"SeedSequence": small_numpy.SeedSequence, "randint": small_numpy.randint}

# By module: what is not a stand-in.
_TRUE = {
    "regex": {**{name: value for name, value in vars(re).items() if not name.startswith("__")}, "compile": _compiled},
    "tokenizers": {"AddedToken": AddedToken},
    "safetensors": _SAFETENSORS,
    "safetensors.torch": _SAFETENSORS_TORCH,
    "distutils.version": {"LooseVersion": _Version},
    "numpy.random": _RANDOM,
    "numpy": {
        **small_numpy.names(),
        "random": _Name("random", (), {"__module__": "numpy", **{name: staticmethod(value) for name, value in _RANDOM.items()}}),
        "polynomial": SimpleNamespace(legendre=SimpleNamespace(leggauss=_leggauss)),
    },
}


def _call(self, *args, **keywords):
    # As a decorator it leaves what it decorates.
    return args[0] if len(args) == 1 and callable(args[0]) else self


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return ModuleSpec(name, _Finder, is_package=True) if name.split(".")[0] in _installed else None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        module.__version__ = VERSIONS[module.__name__.split(".")[0]][1]
        module.__dict__.update(_TRUE.get(module.__name__, {}))
        module.__file__ = f"/stand-ins/{module.__name__}.py"

        def find(name):
            if name.startswith("__"):
                raise AttributeError(name)
            made = _named(module.__name__, name)
            setattr(module, name, made)
            return made

        module.__getattr__ = find


def install(folder, *packages):
    """Has imports find them after all else, and `importlib.metadata` their versions: all, or those of packages that are named. Whether there was one."""
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)
        sys.path.append(str(folder))
    wanted = {module: about for module, about in VERSIONS.items() if not packages or about[0].lower() in packages}
    _installed.update(wanted)
    for package, version in wanted.values():
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            about = os.path.join(folder, f"{package.replace('-', '_')}-{version}.dist-info")
            os.makedirs(about, exist_ok=True)
            with open(os.path.join(about, "METADATA"), "w") as file:
                file.write(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    return bool(wanted)
