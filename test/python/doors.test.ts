// Captum and Lightning in Python, over the library's own; PyTorch's side has no packages here to compare with.
import { loadPython, PythonEndedError } from 'lamplight/python';
import { expect, test } from 'vitest';
import { PYODIDE } from '../support/python-suite';

const python = await loadPython({ indexURL: PYODIDE });

await python.run(`
import torch
from torch import nn
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.fc = nn.Linear(16, 3)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).flatten(1))
net = Net().eval()
x = torch.rand(2, 1, 4, 4)
`);

test('attributions of a module of Python', async () => {
  const shapes = await python.run(`
from captum.attr import IntegratedGradients, LayerGradCam, Occlusion, Saliency
saliency = Saliency(net).attribute(x, target=1)
attributions, delta = IntegratedGradients(net).attribute(x, target=1, n_steps=20, return_convergence_delta=True)
occlusion = Occlusion(net).attribute(x, target=1, sliding_window_shapes=(1, 2, 2))
cam = LayerGradCam(net, net.conv).attribute(x, target=1)
scores = (net(x) - net(torch.zeros_like(x)))[:, 1]
assert torch.allclose(attributions.sum((1, 2, 3)), scores, atol=2e-2), (attributions.sum((1, 2, 3)), scores)
[tuple(t.shape) for t in (saliency, attributions, delta, occlusion, cam)]
`);
  expect(shapes).toEqual([[2, 1, 4, 4], [2, 1, 4, 4], [2], [2, 1, 4, 4], [2, 1, 2, 2]]);
});

test('a function that Captum calls is told that it cannot wait, and its exceptions come out', async () => {
  const told = await python.run(`
import traceback
from captum.attr import FeatureAblation
told = []
def sums(x):
    try:
        told.append(x.sum().item())
    except RuntimeError as error:
        told.append(str(error))
    return x.flatten(1).sum(1)
def fails(x):
    raise LookupError('no such thing')
few = torch.ones(1, 1, 2, 2)
assert FeatureAblation(sums).attribute(few).shape == few.shape
for method in (FeatureAblation, Saliency, IntegratedGradients):
    try:
        method(fails).attribute(few)
        raise AssertionError('no exception')
    except LookupError as error:
        frames = traceback.extract_tb(error.__traceback__)
        assert (str(error), frames[-1].name) == ('no such thing', 'fails'), frames
told[0]
`);
  expect(told).toMatch(/item: expected Python code that may wait/);
  expect(await python.run('1 + 1')).toBe(2);
});

test('a saliency is the gradient that Python takes itself', async () => {
  const same = await python.run(`
y = x.clone().requires_grad_()
net(y)[:, 1].sum().backward()
torch.allclose(Saliency(net).attribute(x, target=1), y.grad.abs(), atol=1e-6)
`);
  expect(same).toBe(true);
});

test('recursion through C code ends in a RecursionError, and the interpreter goes on', async () => {
  const kinds = {
    'modules in modules': 'm = nn.Linear(2, 2)\nfor i in range(400): m = nn.Sequential(m)\nm(torch.ones(1, 2))',
    'a text of objects': "class C:\n  def __str__(self): return f'{self}'\nstr(C())",
    'the text of nested lists': 'x = []\nfor i in range(100000): x = [x]\nrepr(x)',
    JSON: "import json\njson.loads('[' * 200000)",
    'objects that are called': 'class C:\n  def __call__(self): return self()\nC()()',
    'a function that map calls': 'def f(n): return list(map(f, [n]))\nf(0)',
  };
  for (const [kind, code] of Object.entries(kinds)) {
    const error = await python.run(code).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error, kind).toMatchObject({ name: 'PythonError', type: 'RecursionError' });
  }
  const shape = 'm = nn.Linear(2, 2)\nfor i in range(200): m = nn.Sequential(m)\nlist(m(torch.ones(1, 2)).shape)';
  expect(await python.run(shape)).toEqual([1, 2]);
});

// The last one: it ends this file's interpreter.
test('an interpreter that dies ends what waits for it, says why, and leaves TypeScript as it was', async () => {
  const { isGradEnabled, tensor } = await import('lamplight');
  await python.run('weights = torch.ones(3)');
  const weights = python.globals.get('weights') as ReturnType<typeof tensor>;
  const waiting = python.run('import asyncio\nawait asyncio.sleep(60)');
  const ended = expect(waiting).rejects.toThrow(
    'the code ended it with exit code 3; start another one with loadPython',
  );
  await expect(python.run('import os\nwith torch.no_grad():\n  os._exit(3)')).rejects.toThrow(PythonEndedError);
  await ended;
  await expect(python.run('1 + 1')).rejects.toThrow(PythonEndedError);
  await expect(python.orEnd(async () => 1)).rejects.toThrow(PythonEndedError);
  expect(() => python.globals.get('weights')).toThrow(PythonEndedError);
  expect(() => python.globals.set('x', 1)).toThrow(PythonEndedError);
  expect(isGradEnabled()).toBe(true);
  expect(await weights.add(1).tolist()).toEqual([2, 2, 2]);
  python.dispose();
});
