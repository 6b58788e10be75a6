"""Loads the Python that `npm run pytorch-check` has written for a network, and prints how far its outputs lie from ours."""

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


with torch.no_grad():
    given = tensors(model(call['x']))
    # Another batch must fit too.
    model(torch.cat([call['x'], call['x']]))
wanted = tensors(call['y'])
assert len(given) == len(wanted), f'{len(wanted)} tensors came out here, and {len(given)} in Python'
print(max(float((a - b).abs().max() / b.abs().max().clamp(min=1e-12)) for a, b in zip(given, wanted)))
