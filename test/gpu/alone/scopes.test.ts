// What lives how long: scopes, modules' own tensors, exceptions, flushes in the middle, and memory over long loops.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { expect, test } from 'vitest';

const floats = (values: number[]) => torch.tensor(values, { dtype: 'float32' });
const settle = () => floats([0]).add(1).item();

class Child extends nn.Module {
  fc = new nn.Linear(2, 2);
  hidden: torch.Tensor | null = null;
  cache: { layers: torch.Tensor[][] } = { layers: [] };
  count = floats([0]);
  forward(x: torch.Tensor): torch.Tensor {
    const y = this.fc(x);
    this.hidden = y.mul(2);
    this.cache = { layers: [[y.mul(3)], [x]] };
    this.count = this.count.add(1);
    return y.mul(4);
  }
}

class Parent extends nn.Module {
  child = new Child();
  forward(x: torch.Tensor): torch.Tensor {
    return this.child(x.mul(1)).sum();
  }
}

test('what any module stores on itself outlives the call, the step and scopes around them', async () => {
  const model = new Parent();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < 3; step++) {
    const out = torch.scope(() => model(floats([1, 2]).view(1, 2)));
    out.backward();
    optimizer.step();
    const total = await out.item();
    const [[deep], [input]] = model.child.cache.layers as [[torch.Tensor], [torch.Tensor]];
    expect((await model.child.hidden!.sum().item()) * 2).toBeCloseTo(total, 4);
    expect((await deep.sum().item()) * (4 / 3)).toBeCloseTo(total, 4);
    expect(await input.tolist()).toEqual([[1, 2]]);
  }
  expect(await model.child.count.item()).toBe(3);
});

test('gradients outlive the scope that backward was called in', async () => {
  const [d, g] = [floats([2]).requiresGrad_(), floats([3]).requiresGrad_()];
  const [ofD, ofG] = [new optim.SGD([d], { lr: 1 }), new optim.SGD([g], { lr: 1 })];
  torch.scope(() => {
    d.mul(g).sum().backward();
  });
  ofG.step();
  ofD.step();
  expect([await d.tolist(), await g.tolist()]).toEqual([[-1], [1]]);
});

test('results leave a scope in any nesting; the rest is made again, or named in an error', async () => {
  const w = new nn.Parameter(floats([2]));
  const kept: torch.Tensor[] = [];
  const result = torch.scope(() => {
    const [a, b] = [w.mul(2), w.mul(3)];
    kept.push(w.exp(), w.mul(5).retain());
    return { list: [a, { b }], same: a, note: 'text' };
  });
  expect(await kept[0]!.item()).toBeCloseTo(Math.exp(2), 4);
  const lost = torch.scope(() => {
    kept.push(w.sin());
    return kept[2]!;
  });
  const v = new nn.Parameter(floats([2]));
  const inner: torch.Tensor[] = [];
  torch.scope(() => {
    inner.push(v.cos());
  });
  const optimizer = new optim.SGD([w, v], { lr: 1 });
  w.add(v).sum().backward();
  optimizer.step();
  await settle();
  const error = await inner[0]!.item().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(torch.TensorReleasedError);
  expect((error as Error).message).toMatch(/^the result of cos, .*call \.retain\(\)/s);
  // Nothing else in the flush of the failed read is harmed.
  const [again, fine] = [inner[0]!.mul(2), floats([1]).add(1)];
  expect(await fine.item()).toBe(2);
  await expect(again.item()).rejects.toThrow(torch.TensorReleasedError);
  expect(await lost.item()).toBeCloseTo(Math.sin(2), 5);
  expect(await kept[1]!.item()).toBe(10);
  expect(await result.same.item()).toBe(4);
  expect(await (result.list[1] as { b: torch.Tensor }).b.item()).toBe(6);
  expect(await w.item()).toBe(1);
});

test('an exception in a module, a scope or noGrad leaves no trace', async () => {
  class Broken extends nn.Module {
    forward(x: torch.Tensor): torch.Tensor {
      x.mul(2);
      throw new Error('broken');
    }
  }
  const broken = new nn.Sequential(new Broken()).eval();
  for (let i = 0; i < 3; i++) {
    expect(() => torch.scope(() => torch.noGrad(() => broken(torch.ones(2))))).toThrow('broken');
  }
  expect(torch.isGradEnabled()).toBe(true);
  const x = floats([1, 2]).requiresGrad_();
  const y = x.mul(3);
  await settle();
  y.sum().backward();
  expect(await x.grad!.tolist()).toEqual([3, 3]);
});

test('using gives memory back at the end of the block, not before what was recorded has run', async () => {
  const read = () => {
    using t = floats([1, 2]).mul(2);
    return [t.add(1), t] as const;
  };
  const [sum, gone] = read();
  expect(await sum.tolist()).toEqual([3, 5]);
  expect(() => gone.add(1)).toThrow(/used after dispose\(\)/);
});

test('backward in eval mode, after a flush', async () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU());
  model.eval();
  const x = torch.rand(2, 3);
  const loss = model(x).mul(2).sum();
  await loss.item();
  loss.backward();
  const late = await model.parameters()[0]!.grad!.tolist();
  model.zeroGrad();
  model(x).mul(2).sum().backward();
  expect(late).toEqual(await model.parameters()[0]!.grad!.tolist());
});

/** A linear layer that shows what it has computed inside, to code that keeps it. */
function leaky() {
  const inner: torch.Tensor[] = [];
  const fc = new nn.Linear(3, 3);
  class Leaky extends nn.Module {
    fc = fc;
    forward(x: torch.Tensor): torch.Tensor {
      const hidden = this.fc(x).tanh();
      inner.push(hidden);
      return hidden.square().sum();
    }
  }
  return { model: new Leaky(), fc, inner };
}

test('what a flush stored for a gradient that has been taken is made again, or named in an error', async () => {
  const { model, fc, inner } = leaky();
  const optimizer = new optim.SGD(fc.parameters(), { lr: 0.5 });
  const x = torch.randn(2, 3);
  const expected = await torch.noGrad(() => fc(x).tanh()).tolist();
  const loss = model(x);
  await loss.item();
  loss.backward();
  await settle();
  expect(await inner[0]!.tolist()).toEqual(expected);
  const other = model(x);
  await other.item();
  other.backward();
  optimizer.step();
  await settle();
  await expect(inner[1]!.tolist()).rejects.toThrow(torch.TensorReleasedError);
  // What is retained in time stays.
  const third = model(x);
  const before = await torch.noGrad(() => fc(x).tanh()).tolist();
  await third.item();
  inner[2]!.retain();
  third.backward();
  optimizer.step();
  await settle();
  expect(await inner[2]!.tolist()).toEqual(before);
});

test('what several gradients read stays until the last of them has been taken', async () => {
  const [a, b] = [floats([1, -2, 3]).requiresGrad_(), floats([2, 5, -1]).requiresGrad_()];
  const shared = torch.scope(() => {
    const mask = floats([2, 0, 1]).exp();
    return [a.mul(mask), b.mul(mask)] as const;
  });
  const [first, second] = shared.map((x) => x.sum()) as [torch.Tensor, torch.Tensor];
  await first.item();
  first.backward();
  await settle();
  await settle();
  second.backward();
  const mask = [Math.exp(2), 1, Math.exp(1)];
  for (const { grad } of [a, b]) {
    for (const [i, value] of ((await grad!.tolist()) as number[]).entries()) expect(value).toBeCloseTo(mask[i]!, 4);
  }
});

test('gradients find parameters as they were, whatever has become of others in the same buffer of an optimizer', async () => {
  const gradientOfTwo = async (flushes: boolean) => {
    const [a, b] = [floats([1, 2]).requiresGrad_(), floats([3, -1]).requiresGrad_()];
    const optimizer = new optim.SGD([a, b], { lr: 0.1 });
    const settleHere = async () => void (flushes && (await settle()));
    for (let i = 0; i < 2; i++) {
      const y = torch.scope(() => floats([2, 5]).requiresGrad_().mul(b).mul(b).sum().add(a.sum()));
      await settleHere();
      torch.noGrad(() => a.mul_(-1));
      await settleHere();
      y.backward();
      optimizer.step();
      await settleHere();
    }
    return [await a.tolist(), await b.tolist()];
  };
  expect(await gradientOfTwo(true)).toEqual(await gradientOfTwo(false));
});

test('what a scope still holds stays, though its gradient has been taken and a step been made meanwhile', async () => {
  const w = floats([1, -2, 3]).requiresGrad_();
  const other = floats([1]).requiresGrad_();
  const optimizers = [new optim.SGD([w], { lr: 0.5 }), new optim.SGD([other], { lr: 0.5 })] as const;
  const kept = torch.scope(() => {
    other.square().sum().backward();
    const hidden = w.mul(2).exp();
    const loss = hidden.square().sum();
    optimizers[1].step();
    loss.backward();
    optimizers[0].step();
    optimizers[1].step();
    return hidden.add(0);
  });
  const expected = [2, -4, 6].map(Math.exp);
  for (const [i, value] of ((await kept.tolist()) as number[]).entries())
    expect(value / expected[i]!).toBeCloseTo(1, 4);
});

test('a graph that is kept, and gradients of gradients, find what a flush stored', async () => {
  const x = floats([0.5, -1, 2]).requiresGrad_();
  const y = torch.scope(() => x.exp().mul(x).exp().sum());
  await y.item();
  y.backward({ retainGraph: true });
  const once = (await x.grad!.tolist()) as number[];
  await settle();
  y.backward();
  expect(await x.grad!.tolist()).toEqual(once.map((value) => 2 * value));
  const z = torch.scope(() => x.exp().square().sum());
  await z.item();
  const [dx] = torch.autograd.grad(z, [x], { createGraph: true });
  await settle();
  const [ddx] = torch.autograd.grad(dx!.sum(), [x]);
  const found = (await ddx!.tolist()) as number[];
  for (const [i, value] of [0.5, -1, 2].entries()) expect(found[i]! / (4 * Math.exp(2 * value))).toBeCloseTo(1, 4);
});

test('more nodes than a queue takes, forward and backward, flush by themselves', async () => {
  const x = floats([1]).requiresGrad_();
  const z = floats([2]).requiresGrad_();
  let y: torch.Tensor = x;
  for (let i = 0; i < 60; i++) {
    y = torch.scope(() => {
      let sum = y;
      for (let k = 0; k < 100; k++) sum = sum.add(z);
      return sum;
    });
  }
  y.mul(x).sum().backward();
  expect(await y.item()).toBe(12001);
  expect([await x.grad!.item(), await z.grad!.item()]).toEqual([12002, 6000]);
});

test('kernels fused of any number of operations compile', async () => {
  const x = floats([1, 2]);
  for (const count of [15, 16, 17, 33, 65, 130]) {
    let y = x;
    for (let i = 0; i < count; i++) y = i % 2 ? y.mul(1) : y.add(x);
    expect(await y.tolist()).toEqual([1, 2].map((v) => v * (1 + Math.ceil(count / 2))));
  }
});

test('200,000 nodes in one scope do not overflow the stack', () => {
  const y = torch.scope(() => {
    let sum: torch.Tensor = floats([0]).requiresGrad_();
    for (let i = 0; i < 200_000; i++) sum = sum.add(1);
    return torch.autograd.grad(sum.sum(), sum)[0]!;
  });
  expect(y.shape).toEqual([1]);
});
