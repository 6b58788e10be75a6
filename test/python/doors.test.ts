// Captum and Lightning in Python, over the library's own; PyTorch's side has no packages here to compare with.
import { loadPython, PythonEndedError } from 'lamplight/python';
import { afterAll, expect, test } from 'vitest';
import { hearWarnings, warnOnce } from '../../src/engine/core/warnings';
import { PYODIDE } from '../support/python-suite';

// Who is told where no interpreter calls, as the one of this file is the newer listener while it lives.
const told: string[] = [];
afterAll(hearWarnings({ isCalling: () => false, tell: (message) => told.push(message) }));

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
  const { isGradEnabled, ones, tensor } = await import('lamplight');
  await python.run('weights = torch.ones(3)\ndef doubles(x): return x * 2');
  const weights = python.globals.get('weights') as ReturnType<typeof tensor>;
  const doubles = python.globals.get('doubles') as (x: number) => number;
  const net = python.globals.get('net') as (x: unknown) => unknown;
  let fail: (cause: Error) => void = () => {};
  const late = new Promise((_, reject) => {
    fail = reject;
  });
  late.catch(() => {});
  python.pyodide.globals.set('late', late);
  const waiting = ['import asyncio\nawait asyncio.sleep(60)', 'await late'].map((code) => python.run(code));
  const ended = waiting.map((each) =>
    expect(each).rejects.toThrow('the code ended it with exit code 3; start another one with loadPython'),
  );
  const left = `
import asyncio, os
for delay in (0, 0, 0.01): asyncio.get_event_loop().call_later(delay, print, 'after its end')
asyncio.ensure_future(asyncio.sleep(0))
with torch.no_grad():
  os._exit(3)
`;
  const heard: unknown[] = [];
  const hear = ({ reason }: PromiseRejectionEvent) => {
    if (Object(reason).name === 'PythonError') heard.push(reason);
  };
  addEventListener('unhandledrejection', hear);
  await expect(python.run(left)).rejects.toThrow(PythonEndedError);
  await Promise.all(ended);
  fail(new Error('too late'));
  // A timer comes after those that were set before it for sooner.
  await new Promise((resolve) => setTimeout(resolve, 100));
  removeEventListener('unhandledrejection', hear);
  expect(heard).toEqual([]);

  await expect(python.run('1 + 1')).rejects.toThrow(PythonEndedError);
  await expect(python.orEnd(async () => 1)).rejects.toThrow(PythonEndedError);
  expect(() => python.globals.get('weights')).toThrow(PythonEndedError);
  expect(() => python.globals.set('x', 1)).toThrow(PythonEndedError);
  expect(() => doubles(2)).toThrow(PythonEndedError);
  expect(() => net(ones(1, 1, 4, 4))).toThrow(PythonEndedError);
  expect(isGradEnabled()).toBe(true);
  expect(await weights.add(1).tolist()).toEqual([2, 2, 2]);
  warnOnce('to who is left');
  expect(told).toEqual(['to who is left']);
  python.dispose();
});
