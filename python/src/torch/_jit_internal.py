"""`torch._jit_internal`: marks for TorchScript, which leave what they mark as it is."""

from __future__ import annotations

from .jit import _overload, _overload_method, export, ignore, is_scripting, script_method, unused  # noqa: F401

_copy_to_script_wrapper = script_method
