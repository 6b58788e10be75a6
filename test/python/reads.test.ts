// What Python reads element by element: one copy to the host serves them until the tensor changes.
import { gpu } from 'lamplight';
import { expect, test } from 'vitest';
import { interpreter } from '../support/python-suite';

const python = await interpreter();

/** What code reads, and how many times it has the device compute or copy for it. */
async function read(code: string): Promise<[value: string, submits: number]> {
  const before = gpu.stats().submits;
  const lines = code.split('; ');
  const value = String(await python.run([...lines.slice(0, -1), `repr((${lines.at(-1)}))`].join('\n')));
  return [value, gpu.stats().submits - before];
}

test('elements come from one copy, until the tensor changes', async () => {
  await python.run(`
import torch
torch.manual_seed(0)
x = torch.arange(12.).reshape(3, 4) @ torch.eye(4)
rows = torch.arange(12.).reshape(3, 4).tolist()
`);
  const [, first] = await read('x[0, 1].item()');
  expect(first).toBeGreaterThan(0);
  expect(await read('[[each.item() for each in row] for row in x] == rows, x[1].tolist(), x.T[1].tolist()')).toEqual([
    '(True, [4.0, 5.0, 6.0, 7.0], [1.0, 5.0, 9.0])',
    0,
  ]);
  const [changed, again] = await read('x[1, 1] += 100; x[1, 1].item(), x[1, 2].item()');
  expect(changed).toBe('(105.0, 6.0)');
  expect(again).toBeGreaterThan(0);
  expect(await read('float(x[1, 1])')).toEqual(['105.0', 0]);
});

test('comparisons of elements are made on the host', async () => {
  await python.run(`
labels = torch.tensor([0, 2, 1, 1])
scores = torch.tensor([[3., 1, 2], [0, 1, 5], [4, 9, 0], [7, 1, 0]]) @ torch.eye(3)
found = scores.argmax(1)
found[0].item(), scores[0, 0].item()
`);
  const loop = 'sum(1 for label, one in zip(labels, found) if label == one)';
  const tests =
    '[bool(scores[0, 0] >= 3), bool(scores[1, 2] != 5), bool(labels[1] == 2), bool(scores[0, 1] < labels[2])]';
  expect([await read(loop), await read(tests)]).toEqual([
    ['3', 0],
    ['[True, False, True, False]', 0],
  ]);
});

test('a large tensor is copied for its second element', async () => {
  await python.run('big = torch.ones(300, 300) @ torch.eye(300)');
  await read('big[0, 0].item()');
  const [, second] = await read('big[299, 299].item()');
  expect(second).toBeGreaterThan(0);
  expect(await read('sum(big[i, i].item() for i in range(300))')).toEqual(['300.0', 0]);
});

test('parameters are read as they are after each step', async () => {
  await python.run(`
layer = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
kept = []
for _ in range(3):
    optimizer.zero_grad()
    layer(torch.ones(1, 3)).sum().backward()
    kept.append(layer.weight[1, 2].item())
    optimizer.step()
`);
  expect(await read('[round(kept[i] - kept[i + 1], 5) for i in range(2)], layer.weight.grad[1].tolist()')).toEqual([
    '([0.5, 0.5], [1.0, 1.0, 1.0])',
    expect.any(Number) as number,
  ]);
  expect((await read('layer.weight.data.fill_(3); layer.weight[0, 1].item()'))[0]).toBe('3.0');
});
