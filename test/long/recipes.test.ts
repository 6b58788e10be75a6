// Intermediates of plain code: not stored where they can be made again, and right whatever happens to what they are made from.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { beforeEach, expect, test } from 'vitest';
import { collected } from '../support/collected';
import { partOf } from '../support/sample';

const COUNT = 1 << 16;
const BYTES = 4 * COUNT;

const value = async (x: torch.Tensor, at = 3) => x.at(at).item();

async function liveBytes(): Promise<number> {
  await collected();
  return torch.gpu.stats().liveBytes;
}

beforeEach(() => {
  torch.manualSeed(0);
});

const expression = (x: torch.Tensor, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) => {
  const scaled = x.mul(a);
  const sum = scaled.add(b);
  return { scaled, sum, total: sum.relu().mul(x.sigmoid()).add(c).sum() };
};

test('an expression over large tensors and its sum store nothing but the sum, at every call', async () => {
  const [x, a, b, c] = [1, 2, 3, 4].map(() => torch.randn(COUNT)) as [
    torch.Tensor,
    torch.Tensor,
    torch.Tensor,
    torch.Tensor,
  ];
  await x.add(a).add(b).add(c).sum().item();
  const inScope = await torch.scope(() => expression(x, a, b, c).total).item();
  const before = await liveBytes();
  const kept: torch.Tensor[] = [];
  for (let i = 0; i < 5; i++) {
    const start = torch.gpu.stats();
    const { total, scaled } = expression(x, a, b, c);
    kept.push(scaled, total);
    expect(await total.item()).toBe(inScope);
    expect(torch.gpu.stats().dispatches - start.dispatches).toBeLessThanOrEqual(2);
    expect(torch.gpu.stats().liveBytes - before).toBeLessThan(BYTES / 4);
  }
  const [first] = (await x.tolist()) as number[];
  const [factor] = (await a.tolist()) as number[];
  expect(await value(kept[0]!, 0)).toBe(Math.fround(first! * factor!));
});

test('what is made of rows that were looked up in plain code stands on these, in as many dispatches as in a scope', async () => {
  const table = torch.randn(600, 64);
  const index = torch.randint(0, 600, [COUNT / 64]);
  const made = () => {
    const rows = nn.functional.embedding(index, table);
    const scaled = rows.mul(2).sigmoid();
    return { rows, scaled, total: scaled.square().sum() };
  };
  await Promise.all([table.data(), index.data()]);
  const counted = async (run: () => torch.Tensor) => {
    const total = await run().item();
    const before = torch.gpu.stats();
    expect(await run().item()).toBe(total);
    const after = torch.gpu.stats();
    return { total, dispatches: after.dispatches - before.dispatches };
  };
  const inScope = await counted(() => torch.scope(() => made().total));
  const kept: torch.Tensor[] = [];
  const before = await liveBytes();
  const plain = await counted(() => {
    const { rows, scaled, total } = made();
    kept.push(rows, scaled);
    return total;
  });
  expect(plain).toEqual(inScope);
  // The rows of both calls, and nothing that was made of them.
  expect((await liveBytes()) - before).toBeLessThan(2.5 * BYTES);
  const [row, scaled] = await Promise.all(kept.slice(0, 2).map((x) => x.at(0, 0).item()));
  expect(scaled).toBeCloseTo(1 / (1 + Math.exp(-2 * row!)), 5);
});

test('rows that are normalised or added up in plain code take the dispatches and the memory that they take in a scope', async () => {
  const F = nn.functional;
  const [x, r] = [torch.randn(COUNT / 512, 512), torch.randn(COUNT / 512, 512)];
  const [weight, bias] = [torch.rand(512), torch.rand(512)];
  const images = x.view(2, 16, 4, 512);
  const make: Record<string, () => torch.Tensor> = {
    softmax: () => F.softmax(x, -1).mul(r),
    logSoftmax: () => F.logSoftmax(x, -1).mul(r),
    two: () => F.softmax(x, -1).mul(F.logSoftmax(r, -1)),
    columns: () => F.softmax(x, 0).mul(r),
    layerNorm: () => F.layerNorm(x, [512]).mul(r),
    affine: () => F.layerNorm(x, [512], weight, bias).mul(r),
    rmsNorm: () => F.rmsNorm(x, [512]).mul(r),
    normalize: () => F.normalize(x, { dim: -1 }).mul(r),
    batchNorm: () => F.batchNorm(x, null, null, { training: true }).mul(r),
    groupNorm: () =>
      F.groupNorm(images, 4)
        .view(COUNT / 512, 512)
        .mul(r),
    centred: () =>
      x
        .sub(x.mean(-1, { keepdim: true }))
        .div(x.std(-1, { keepdim: true }))
        .mul(r),
    cumsum: () => x.cumsum(-1).mul(r),
    cat: () => torch.cat([x, r]).mul(2),
    dropout: () => F.dropout(x, 0.5).mul(r),
    upsampled: () => F.interpolate(images, { scaleFactor: 2, mode: 'bilinear' }).mul(2),
  };
  await x.add(r).add(weight).add(bias).sum().item();
  const measured = async (f: () => torch.Tensor) => {
    torch.manualSeed(3);
    const before = torch.gpu.stats();
    const sum = await f().item();
    const { dispatches, liveBytes } = torch.gpu.stats();
    return { sum, dispatches: dispatches - before.dispatches, stores: liveBytes - before.liveBytes > BYTES / 4 };
  };
  for (const [name, f] of partOf(Object.entries(make), 3)) {
    await f().sum().item();
    await liveBytes();
    const plain = await measured(() => f().sum());
    const inScope = await measured(() => torch.scope(() => f().sum()));
    expect({ name, ...plain }).toEqual({ name, ...inScope, stores: false });
  }
});

test('what is read for itself, or by a second flush, is stored then', async () => {
  const x = torch.randn(COUNT);
  const y = x.mul(2);
  await y.sum().item();
  const before = await liveBytes();
  await y.mean().item();
  expect(torch.gpu.stats().liveBytes - before).toBeGreaterThanOrEqual(BYTES);
  const dispatches = torch.gpu.stats().dispatches;
  expect(await y.tolist()).toEqual(((await x.tolist()) as number[]).map((v) => 2 * v));
  expect(torch.gpu.stats().dispatches).toBe(dispatches);
});

test('in-place writes to what it is made from leave an intermediate as it was', async () => {
  const x = torch.full([COUNT], 3);
  const y = x.mul(2);
  const z = y.add(1);
  expect(await z.sum().item()).toBe(7 * COUNT);
  x.add_(10);
  expect(await value(x)).toBe(13);
  expect([await value(y), await value(z)]).toEqual([6, 7]);
  x.zero_();
  expect(await z.sum().item()).toBe(7 * COUNT);
  expect([await value(x), await value(y)]).toEqual([0, 6]);
});

test('an optimizer that steps in place leaves intermediates of the parameter as they were', async () => {
  const w = torch.ones(COUNT).requiresGrad_();
  const optimizer = new optim.SGD([w], { lr: 0.5 });
  w.sum().backward();
  optimizer.step();
  await torch.synchronize();
  const y = torch.noGrad(() => w.mul(4));
  expect(await y.sum().item()).toBe(2 * COUNT);
  optimizer.step();
  optimizer.step();
  expect([await value(w.detach()), await value(y)]).toEqual([-0.5, 2]);
});

test('disposing of what it is made from stores an intermediate first', async () => {
  const x = torch.full([COUNT], 3).clone();
  await torch.synchronize();
  const y = x.mul(2);
  const z = y.add(1);
  await z.sum().item();
  x.dispose();
  y.dispose();
  expect(await value(z)).toBe(7);
});

test('no intermediate keeps more alive than storing it would', async () => {
  const kept: torch.Tensor[] = [];
  const make = async () => {
    const [x, y] = [torch.rand(COUNT), torch.rand(COUNT)];
    const sum = x.add(y);
    const double = torch.rand(COUNT).mul(2);
    const part = torch.rand(16, COUNT).at(1).mul(2);
    await sum.sum().add(double.sum()).add(part.sum()).item();
    kept.push(sum, double, part);
  };
  await make();
  const before = await liveBytes();
  for (let i = 0; i < 4; i++) await make();
  expect((await liveBytes()) - before).toBeLessThan(4 * 3 * BYTES * 1.2);
  expect(kept.length).toBe(15);
});

test('gradients pass through intermediates that are not stored, also when what they are made from has changed', async () => {
  const x = torch.full([COUNT], 0.5).requiresGrad_();
  const y = x.mul(2);
  const z = y.exp();
  expect(await z.sum().item()).toBeCloseTo(Math.E * COUNT, -2);
  z.sum().backward();
  expect(await value(x.grad!)).toBeCloseTo(2 * Math.E, 5);
  const u = x.mul(3);
  const v = u.mul(u);
  await v.sum().item();
  torch.noGrad(() => x.add_(1));
  expect(await value(u.detach())).toBe(1.5);
});

test('when the collector runs changes neither what is dispatched nor what is compiled', async () => {
  const run = async (collect: boolean) => {
    torch.manualSeed(1);
    const x = torch.randn(COUNT);
    const before = torch.gpu.stats();
    const sums: number[] = [];
    for (let i = 0; i < 4; i++) {
      const y = x.mul(i).relu();
      const z = y.add(x);
      sums.push(await z.sum().item());
      if (collect) await liveBytes();
      if (i === 2) x.add_(1);
    }
    const after = torch.gpu.stats();
    return {
      sums,
      dispatches: after.dispatches - before.dispatches,
      plans: after.plansCompiled - before.plansCompiled,
    };
  };
  await run(false);
  const plain = await run(false);
  expect(await run(true)).toEqual(plain);
});
