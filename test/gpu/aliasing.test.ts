// Memory that several tensors share: writes seen through views, what gradients make of them, and reads beside writes.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { expect, test } from 'vitest';

const floats = (values: number[]) => torch.tensor(values, { dtype: 'float32' });
const leaf = (values: number[]) => torch.tensor(values, { dtype: 'float32', requiresGrad: true });

/** Has everything recorded so far run, with the results in memory. */
const settle = () => floats([0]).add(1).item();

test('a write through detach() changes the numbers and leaves the graph alone', async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.detach().mul_(10);
  y.detach().at(0).fill_(7);
  expect(y.requiresGrad).toBe(true);
  y.sum().backward();
  expect(await y.tolist()).toEqual([7, 40]);
  expect(await x.grad!.tolist()).toEqual([2, 2]);
});

test('so does a write under noGrad, also with flushes between', async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  await settle();
  torch.noGrad(() => y.at(0).fill_(7));
  await settle();
  torch.noGrad(() => y.mul_(2));
  expect(y.requiresGrad).toBe(true);
  await settle();
  y.mul(y).sum().backward();
  expect(await y.tolist()).toEqual([14, 8]);
  expect(await x.grad!.tolist()).toEqual([56, 32]);
});

test('a tensor that was overwritten by constants has gradient 0', async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.fill_(3);
  expect(y.requiresGrad).toBe(true);
  y.sum().backward();
  expect(await x.grad!.tolist()).toEqual([0, 0]);
});

test('zeroGrad drops the graph that a gradient carries', async () => {
  const p = new nn.Parameter(floats([2]));
  p.pow(3).sum().backward(null, { createGraph: true });
  expect(p.grad!.requiresGrad).toBe(true);
  p.zeroGrad({ setToNone: false });
  expect(p.grad!.requiresGrad).toBe(false);
  expect(await p.grad!.tolist()).toEqual([0]);
});

test('a tensor that a Parameter was made of shares its memory, not its gradient', async () => {
  const source = floats([1, 2]).mul(1);
  const p = new nn.Parameter(source);
  const view = p.at(0);
  torch.noGrad(() => p.add_(1));
  expect([source.requiresGrad, source.at(0).requiresGrad, view.requiresGrad]).toEqual([false, false, true]);
  source.add_(1);
  expect(await p.tolist()).toEqual([3, 4]);
  expect(() => view.add_(1)).toThrow(/leaf/);
  view.mul(5).backward();
  expect(await p.grad!.tolist()).toEqual([5, 0]);
});

test('an operation that changes nothing gives a tensor with memory of its own', async () => {
  const x = leaf([1, 2]);
  const z = x.mul(x).sum();
  const y = x.pad([0, 0]);
  y.add_(1);
  z.backward();
  y.add_(1);
  expect(await y.tolist()).toEqual([3, 4]);
  expect(await x.mul(1).tolist()).toEqual([1, 2]);
  expect(await x.grad!.tolist()).toEqual([2, 4]);
});

test('grad reaches a leaf that was written to since', async () => {
  const x = leaf([1, 2]);
  const before = x.mul(3).sum();
  torch.noGrad(() => x.add_(1));
  const [dx] = torch.autograd.grad(before.add(x.mul(x).sum()), x);
  expect(await dx.tolist()).toEqual([7, 9]);
});

test('a write to an expanded tensor is refused at once, and harms nothing else', async () => {
  const x = floats([1, 2]);
  expect(() => x.expand(3, 2).add_(1)).toThrow(/distinct/);
  expect(() => x.asStrided([2, 2], [0, 1]).neg_()).toThrow(torch.ArgumentError);
  expect(await x.add(1).tolist()).toEqual([2, 3]);
});

test.each([4, 20_000, 300_000])('copies and writes of %i elements within one flush keep to their order', async (n) => {
  const [x, z] = [torch.full([n], 1.5).mul(1), torch.full([n], 2.5).mul(1)];
  await settle();
  const b = torch.scope(() => {
    const copy = torch.zeros(n);
    copy.copy_(x);
    x.copy_(z);
    return copy;
  });
  await settle();
  z.at(`${n - 2}:`).fill_(0.5);
  x.view(2, -1).at(0).mul_(2);
  await settle();
  const ends = async (t: torch.Tensor) => [(await t.data())[0], (await t.data())[n - 1]];
  expect([await ends(b), await ends(x), await ends(z)]).toEqual([
    [1.5, 1.5],
    [5, 2.5],
    [2.5, 0.5],
  ]);
});

test('a batch outlives changes to its data set, and the data set itself', async () => {
  const rows = floats([1, 2, 3]).mul(1);
  const set = new data.TensorDataset(rows);
  await settle();
  const [first] = set.getBatch([0, 2]);
  const [second] = set.getBatch([1, 1]);
  await settle();
  rows.mul_(2);
  await settle();
  expect(await first!.tolist()).toEqual([1, 3]);
  const [third] = set.getBatch([2, 0]);
  await settle();
  rows.dispose();
  await settle();
  expect(await second!.tolist()).toEqual([2, 2]);
  expect(await third!.tolist()).toEqual([6, 2]);
});

test('a read gives the numbers of its call, whatever is written, disposed or stepped before it is awaited', async () => {
  const a = floats([1, 2]).mul(1);
  await a.tolist();
  // The second round finds its plans compiled, and runs at once.
  for (let round = 0; round < 2; round++) {
    const b = a.mul(1);
    await settle();
    const reads = [b.tolist()];
    for (let i = 0; i < 3; i++) reads.push(b.add_(1).tolist());
    b.dispose();
    reads.push(a.add(10).tolist());
    expect(await Promise.all(reads)).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
      [11, 12],
    ]);
  }
  const p = new nn.Parameter(floats([1]));
  const optimizer = new optim.SGD([p], { lr: 1 });
  const reads: Promise<number>[] = [];
  for (let step = 0; step < 4; step++) {
    reads.push(p.item());
    optimizer.zeroGrad();
    p.sum().backward();
    optimizer.step();
  }
  expect(await Promise.all(reads)).toEqual([1, 0, -1, -2]);
});

test('a tensor that could not be made harms only what is made of it', async () => {
  const huge = torch.ones(1 << 30).mul(2);
  await expect(huge.sum().item()).rejects.toThrow(torch.OutOfMemoryError);
  const child = huge.add(1);
  const good = floats([1, 2]).add(1);
  expect(await good.tolist()).toEqual([2, 3]);
  await expect(child.at(0).item()).rejects.toThrow(torch.OutOfMemoryError);
});

test('a gradient that user code holds keeps its numbers over steps', async () => {
  const p = new nn.Parameter(floats([1, 2]));
  const optimizer = new optim.Adam([p], { lr: 0.1 });
  const held: torch.Tensor[] = [];
  for (let step = 1; step <= 4; step++) {
    optimizer.zeroGrad();
    p.mul(step).sum().backward();
    if (step % 2 === 0) held.push(p.grad!);
    optimizer.step();
    if (step % 2 === 1) held.push(p.grad!);
  }
  expect(await Promise.all(held.map((g) => g.tolist()))).toEqual([1, 2, 3, 4].map((s) => [s, s]));
});

test('gradients that a hook or an output kept are not clipped with the parameters, and hooks outlive steps', async () => {
  const [w, b] = [new nn.Parameter(torch.ones(70)), new nn.Parameter(floats([1]))];
  const optimizer = new optim.SGD([w, b], { lr: 0.1 });
  const held: torch.Tensor[] = [];
  const hook = w.registerHook((g) => {
    held.push(g);
  });
  for (let step = 1; step <= 4; step++) {
    if (step === 4) hook.remove();
    optimizer.zeroGrad();
    const y = w.mul(1);
    y.retainGrad();
    y.mul(step).sum().add(b.sum()).backward();
    nn.utils.clipGradNorm_([w, b], 1);
    optimizer.step();
    held.push(y.grad!);
  }
  const kept = await Promise.all(held.map((g) => g.at(0).item()));
  expect(kept).toEqual([1, 1, 2, 2, 3, 3, 4]);
});

test('gradients accumulate over backwards with flushes and zeroGrad between', async () => {
  const p = new nn.Parameter(floats([1, 2]));
  const optimizer = new optim.SGD([p], { lr: 1 });
  const loss = (k: number) => p.mul(k).sum();
  loss(1).backward();
  await settle();
  loss(2).backward();
  const held = p.grad!;
  loss(3).backward();
  expect(await held.tolist()).toEqual([6, 6]);
  optimizer.step();
  loss(1).backward();
  expect(await p.grad!.tolist()).toEqual([7, 7]);
  optimizer.zeroGrad({ setToNone: false });
  expect(await p.grad!.tolist()).toEqual([0, 0]);
  loss(5).backward();
  optimizer.step();
  expect(await p.tolist()).toEqual([-10, -9]);
});

test('two optimizers share parameters, and several models a layer', async () => {
  const [a, b] = [new nn.Parameter(floats([1])), new nn.Parameter(floats([1]))];
  const both = new optim.SGD([a, b], { lr: 1 });
  const one = new optim.SGD([b], { lr: 2, momentum: 0.5 });
  for (let step = 0; step < 3; step++) {
    for (const optimizer of [both, one]) {
      optimizer.zeroGrad();
      a.grad = null;
      a.add(b).sum().backward();
      optimizer.step();
    }
  }
  expect(await a.item()).toBe(1 - 3);
  expect(await b.item()).toBe(1 - 3 - 2 * (1 + 1.5 + 1.75));
  // Each gradient counts once, whichever optimizer had it last.
  expect(await nn.utils.clipGradNorm_([a, b], 1).item()).toBeCloseTo(Math.SQRT2, 5);
  for (const { grad } of [a, b]) expect(await grad!.item()).toBeCloseTo(Math.SQRT1_2, 5);
});

test('empty, one-element and 0-d tensors are written and differentiated like others', async () => {
  const empty = torch.zeros(0, 3);
  empty.add_(1);
  empty.at('0:0').fill_(2);
  expect(await empty.tolist()).toEqual([]);
  expect(await empty.sum().item()).toBe(0);
  const row = torch.zeros(3);
  row.at('2:1').fill_(9);
  expect(await row.tolist()).toEqual([0, 0, 0]);
  const x = torch.tensor(3.5, { requiresGrad: true });
  const y = x.mul(2);
  y.at('...').add_(1);
  y.view(1).mul_(2);
  y.backward();
  expect([await y.item(), await x.grad!.item()]).toEqual([16, 4]);
});

test('many inputs: stacks, cats and packs of more tensors than a kernel binds', async () => {
  const parts = Array.from({ length: 25 }, (_, i) => leaf([i, 2 * i]));
  const total = torch
    .stack(parts)
    .mul(torch.arange(25, { dtype: 'float32' }).view(25, 1))
    .sum();
  total.add(torch.cat(parts).sum()).backward();
  const optimizer = new optim.SGD(parts, { lr: 1 });
  optimizer.step();
  expect(await Promise.all(parts.map((p) => p.tolist()))).toEqual(parts.map((_, i) => [-1, i - 1]));
});

test('arrays of sizes may be changed after the call', async () => {
  const [size, stride] = [
    [3, 2],
    [1, 1],
  ];
  const view = torch.arange(23).asStrided(size!, stride!);
  size![0] = 7;
  stride![0] = 5;
  expect(torch.zeros(3, 2).shape).toEqual([3, 2]);
  expect(await view.tolist()).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

test('what was copied from a view or a detached tensor changes, and the view shows its own numbers still', async () => {
  const views: ((m: torch.Tensor) => torch.Tensor)[] = [
    (m) => m.detach(),
    (m) => m.at(':', '::2'),
    (m) => m.T,
    (m) => m.view(-1),
    (m) => m.at(1),
    (m) => m.at(1).expand(2, 3),
    (m) => m.T.detach().T,
  ];
  for (const view of views) {
    for (const grad of [false, true]) {
      const m = torch.arange(6, { dtype: 'float32' }).view(2, 3).requiresGrad_(grad).mul(2);
      const v = view(m);
      const expected = await v.add(0).tolist();
      const x = torch.zeros(v.shape);
      torch.noGrad(() => x.copy_(v));
      await settle();
      const first = v.at(0);
      x.add_(-1);
      await settle();
      expect(await v.tolist()).toEqual(expected);
      expect(await first.tolist()).toEqual((expected as unknown[])[0]);
      expect(await x.add(1).tolist()).toEqual(expected);
    }
  }
});
