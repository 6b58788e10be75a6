// The door: what passes between TypeScript and Python, errors, memory, the work of a step, and a lost device.
import * as torch from 'lamplight';
import { loadPython, PythonError } from 'lamplight/python';
import { expect, test } from 'vitest';
import { interpreter, takePrinted } from '../support/python-suite';

const python = await interpreter();
await python.run('import torch');

test('the value of the last expression comes back, and names pass both ways', async () => {
  expect(await python.run('1 + 1')).toBe(2);
  const x = (await python.run('x = torch.arange(3)\nx * 2')) as torch.Tensor;
  expect(x).toBeInstanceOf(torch.Tensor);
  expect(await x.tolist()).toEqual([0, 2, 4]);
  expect(await (python.globals.get('x') as torch.Tensor).tolist()).toEqual([0, 1, 2]);
  expect(python.globals.get('nothingOfThisName')).toBeUndefined();
  python.globals.set('y', torch.tensor([[1, 2]]));
  python.globals.set('n', 5);
  python.globals.set('pair', [torch.ones(1), 2]);
  await python.run('print(y, y.shape, n, pair[0].item() + pair[1])');
  expect(takePrinted()).toBe('tensor([[1, 2]]) torch.Size([1, 2]) 5 3.0\n');
  expect(await python.run('[1, {"a": (2.5, None)}]')).toEqual([1, { a: [2.5, undefined] }]);
});

test('an exception is a PythonError with the traceback, and the interpreter goes on', async () => {
  const failed = python.run('def f():\n    return torch.ones(2) @ torch.ones(3)\nf()', { filename: 'cell.py' });
  const error = await failed.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PythonError);
  expect((error as PythonError).type).toBe('RuntimeError');
  expect((error as PythonError).message).toMatch(/File "cell\.py", line 2, in f[\s\S]*RuntimeError: matmul: expected/);
  await expect(python.run('int("x")')).rejects.toThrow('ValueError: invalid literal');
  expect(await python.run('torch.ones(2).sum().item()')).toBe(2);
});

test('the options say where Pyodide is', async () => {
  await expect(loadPython({ indexURL: '/nowhere' })).rejects.toThrow("expected Pyodide's files in");
  await expect(loadPython({ indexUrl: 'x' } as never)).rejects.toThrow("unknown argument 'indexUrl'");
});

const program = `
torch.manual_seed(0)
w, v = (torch.randn(16, 16, requires_grad=True) for _ in range(2))
x = torch.randn(16, 16)
def step():
    for p in (w, v):
        p.grad = None
    y = torch.relu(x @ w) @ v
    loss = (y * y).mean()
    loss.backward()
    optimizer.step()
    return loss
`;

/** Python's program with an optimizer of TypeScript's. */
async function prepare(): Promise<void> {
  await python.run(program);
  const parameters = ['w', 'v'].map((name) => python.globals.get(name) as torch.Tensor);
  const optimizer = new torch.optim.SGD(parameters, { lr: 1e-3 });
  python.globals.set('optimizer', { step: () => optimizer.step() });
  await python.run('optimizer = type("Steps", (), {"step": staticmethod(optimizer["step"])})');
}

/** What a step costs, when it is done for the fifth time. */
async function costOf(step: () => Promise<unknown>): Promise<[submits: number, dispatches: number]> {
  for (let i = 0; i < 4; i++) await step();
  await torch.synchronize();
  const before = torch.gpu.stats();
  await step();
  const { submits, dispatches } = torch.gpu.stats();
  return [submits - before.submits, dispatches - before.dispatches];
}

test('a step from Python is one submit, of no more dispatches than the same step in TypeScript', async () => {
  await prepare();
  const fromPython = await costOf(() => python.run('step().item()'));
  torch.manualSeed(0);
  const w = torch.randn(16, 16, { requiresGrad: true });
  const v = torch.randn(16, 16, { requiresGrad: true });
  const x = torch.randn(16, 16);
  const optimizer = new torch.optim.SGD([w, v], { lr: 1e-3 });
  const step = () =>
    torch.scope(() => {
      w.grad = null;
      v.grad = null;
      const y = torch.relu(x.matmul(w)).matmul(v);
      const loss = y.mul(y).mean();
      loss.backward();
      optimizer.step();
      return loss;
    });
  const [submits, dispatches] = await costOf(() => step().item());
  expect(fromPython[0]).toBe(1);
  expect(fromPython[0]).toBeLessThanOrEqual(submits);
  expect(fromPython[1]).toBeLessThanOrEqual(dispatches);
});

test('a loop of 1,000 small steps runs in flat memory, and holds no more of Python', async () => {
  await prepare();
  await python.run('for _ in range(20): step()\nlast = step().item()');
  await torch.synchronize();
  const bytes = () => {
    const { liveBytes, pooledBytes, planBytes } = torch.gpu.stats();
    return liveBytes + pooledBytes + planBytes;
  };
  const live = Number(await python.run('import gc; gc.collect(); torch.lamplight.live()'));
  const before = bytes();
  await python.run('for _ in range(1000): step()\nlast = step().item()');
  await torch.synchronize();
  expect(bytes() - before).toBeLessThanOrEqual(1 << 16);
  expect(await python.run('gc.collect(); torch.lamplight.live()')).toBeLessThanOrEqual(live);
});

test('intermediates are fused away, as Python lets go of them', async () => {
  await python.run('a = torch.randn(1000)\nawait torch.lamplight.item(a.sum())');
  const before = torch.gpu.stats();
  await python.run('b = a\nfor _ in range(10): b = b * 1.5 + 1\nb.sum().item()');
  expect(torch.gpu.stats().dispatches - before.dispatches).toBeLessThanOrEqual(3);
});

test('functions that Python lent to a call are given back', async () => {
  const lent = () => python.run('len(torch._bridge._lent)');
  await python.run(
    'g = torch.func.grad(lambda x: (x * x).sum())\ng(torch.ones(2))\ndel g\ntorch.vmap(lambda x: x * 2)(torch.ones(2, 2))',
  );
  expect(await lent()).toBe(0);
});

test('a loop is interrupted', async () => {
  const running = python.run('while True: torch.ones(2) + 1');
  setTimeout(() => python.interrupt(), 300);
  await expect(running).rejects.toMatchObject({ type: 'KeyboardInterrupt' });
  expect(await python.run('torch.ones(1).item()')).toBe(1);
}, 60_000);

test('where JavaScript called it, Python says that it cannot wait, and goes on', async () => {
  await python.run(`
said = []
def doubled(x):
    try:
        x.sum().item()
    except RuntimeError as error:
        said.append(str(error))
    return (x * 2).sum()
g = torch.func.grad(doubled)(torch.ones(2))
`);
  expect(await python.run('said[0]')).toMatch(/expected Python code that may wait.*torch\.lamplight\.item/s);
  expect(await python.run('g.tolist()')).toEqual([2, 2]);
  expect(await python.run('await torch.lamplight.tolist(g)')).toEqual([2, 2]);
});

test('a device that is lost within a loop is an exception, and the interpreter goes on', async () => {
  await python.run('a = torch.ones(4)');
  python.globals.set('lose', () => torch.gpu.device()!.destroy());
  await python.run(`
failures = []
values = []
for i in range(20):
    if i == 5:
        lose()
    try:
        a = (a * 2).clamp(max=10)
        values.append((i, a.sum().item()))
    except RuntimeError as error:
        failures.append((i, type(error).__name__, error.lamplight, str(error)))
        a = torch.ones(4)
print(torch.ones(3).sum().item())
`);
  expect(takePrinted()).toBe('3.0\n');
  const failures = (await python.run('failures')) as [number, string, string, string][];
  expect(failures).toEqual([[5, 'RuntimeError', 'DeviceLostError', expect.stringContaining('lost')]]);
  // The loop begins anew with the tensor that the handler made.
  expect(await python.run('[i for i, _ in values if i > 5]')).toEqual(Array.from({ length: 14 }, (_, i) => i + 6));
  expect(await python.run('[value for i, value in values if i > 5][:5]')).toEqual([8, 16, 32, 40, 40]);
}, 60_000);

test('a program of PyTorch prints what PyTorch prints', async () => {
  takePrinted();
  await python.run(`
import torch, torch.nn as nn, torch.nn.functional as F
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 14 * 14, 10)
    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x, y = torch.randn(32, 1, 28, 28), torch.randint(0, 10, (32,))
for step in range(10):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        print(f'{step}: {loss.item():.4f}')
with torch.no_grad():
    print((net(x).argmax(1) == y).float().mean(), x[:1, 0, ::9, -1])
`);
  expect(takePrinted()).toBe('0: 2.4192\n5: 1.5365\ntensor(0.9688) tensor([[-1.1039,  0.4792, -0.2675,  0.5138]])\n');
});

test('an interpreter that runs already can import it, too, and keeps its output', async () => {
  const again = await loadPython({ pyodide: python.pyodide });
  takePrinted();
  await again.run('import torch; print(torch.ones(2).sum())');
  expect(takePrinted()).toBe('tensor(2.)\n');
});

test('an interpreter that runs already is interrupted where its page does it', async () => {
  const buffer = new Uint8Array(1);
  python.pyodide.setInterruptBuffer(buffer);
  const again = await loadPython({ pyodide: python.pyodide });
  expect(again.interruptBuffer).toBe(buffer);
  const running = again.run('while True: torch.ones(2).sum().item()');
  setTimeout(() => {
    buffer[0] = 2;
  }, 300);
  await expect(running).rejects.toMatchObject({ type: 'KeyboardInterrupt' });
  expect(await again.run('torch.ones(1).item()')).toBe(1);
}, 60_000);
