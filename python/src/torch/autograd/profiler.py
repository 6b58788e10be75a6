"""`torch.autograd.profiler`: the older place of `torch.profiler`."""

from ..profiler import __getattr__, record_function  # noqa: F401
