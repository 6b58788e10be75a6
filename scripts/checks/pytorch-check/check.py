"""Loads the Python that `npm run check -- pytorch-check` has written for a network, and prints how far its outputs lie from ours."""

import importlib.util
import sys

import torch

path, name = sys.argv[1:]
spec = importlib.util.spec_from_file_location(name, f'{path}/{name}.py')
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
model = module.load(f'{path}/{name}.pt').eval()
call = torch.load(f'{path}/{name}_call.pt', weights_only=True)


def tensors(value):
    """The tensors of a result, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for part in (value.values() if isinstance(value, dict) else value) for tensor in tensors(part)]


x = call['x']
with torch.no_grad():
    given = tensors(model(x) if isinstance(x, torch.Tensor) else model(*x))
    # Another batch must fit too.
    if isinstance(x, torch.Tensor):
        model(torch.cat([x, x]))
wanted = tensors(call['y'])
assert len(given) == len(wanted), f'{len(wanted)} tensors came out here, and {len(given)} in Python'
print(max(float((a.float() - b.float()).abs().max() / b.float().abs().max().clamp(min=1e-12)) for a, b in zip(given, wanted)))
