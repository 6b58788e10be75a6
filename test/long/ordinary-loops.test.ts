// Loops as anyone writes them, over slices, rows, two models, changing shapes: in steady state each step is one submit and creates nothing.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { expect, test } from 'vitest';
import { collected } from '../support/collected';
import { partOf } from '../support/sample';
import { settled } from '../support/settled';

const created = ['buffersCreated', 'bindGroupsCreated', 'pipelinesCreated', 'plansCompiled'] as const;

type Counted = Record<(typeof created)[number] | 'submits' | 'dispatches', number>;

/** What each of `count` calls of `step` asks of WebGPU, after `warmUp` calls that do not count. */
async function counted(warmUp: number, count: number, step: (i: number) => unknown): Promise<Counted[]> {
  const results: Counted[] = [];
  for (let i = 0; i < warmUp + count; i++) {
    if (i === warmUp - 8) await settled();
    // A busy machine collects late, and small values then wait for it in pages that were not needed before: garbage of 20 steps waits at most.
    if (i % 20 === 0) await collected();
    const before = torch.gpu.stats();
    await step(i);
    const after = torch.gpu.stats();
    const difference = (name: keyof Counted) => after[name] - before[name];
    if (i >= warmUp) {
      results.push({
        buffersCreated: difference('buffersCreated'),
        bindGroupsCreated: difference('bindGroupsCreated'),
        pipelinesCreated: difference('pipelinesCreated'),
        plansCompiled: difference('plansCompiled'),
        submits: difference('submits'),
        dispatches: difference('dispatches'),
      });
    }
    // On a busy machine the device may fall behind as far as this lets it, and memory for what it has not begun is made then.
    if (i % 2 === 1) await torch.synchronize();
  }
  return results;
}

function expectSteady(steps: readonly Counted[], submits = 1): void {
  for (const [i, step] of steps.entries()) {
    expect(
      created.map((name) => step[name]),
      `step ${i}`,
    ).toEqual([0, 0, 0, 0]);
    expect(step.submits, `step ${i}`).toBe(submits);
  }
}

function trainer(features: number, hidden = 16) {
  const model = new nn.Sequential(new nn.Linear(features, hidden), new nn.ReLU(), new nn.Linear(hidden, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  return (x: torch.Tensor, y: torch.Tensor) => {
    optimizer.zeroGrad();
    const loss = lossFn(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

test('batches that are slices of a tensor', async () => {
  torch.manualSeed(0);
  const [x, y] = [torch.randn(300, 8), torch.randint(0, 3, [300])];
  const step = trainer(8);
  const steps = await counted(60, 40, (i) => {
    const start = (i * 7) % 280;
    step(x.at(`${start}:${start + 16}`), y.at(`${start}:${start + 16}`));
  });
  expectSteady(steps);
});

class Rows extends data.Dataset<[torch.Tensor, torch.Tensor]> {
  constructor(
    readonly x: torch.Tensor,
    readonly y: torch.Tensor,
    readonly transform: (x: torch.Tensor) => torch.Tensor = (x) => x,
  ) {
    super();
  }
  get length() {
    return this.x.shape[0]!;
  }
  get(i: number): [torch.Tensor, torch.Tensor] {
    return [this.transform(this.x.at(i)), this.y.at(i)];
  }
}

const mean = torch.tensor([0.5, -1]).view(2, 1, 1);

// Batches of 50 kB and of 100 kB: large values have buffers of their own.
const items: [string, number, (x: torch.Tensor) => torch.Tensor, boolean][] = [
  ['rows', 400, (x) => x, true],
  ['large rows', 800, (x) => x, true],
  ['parts of rows', 800, (x) => x.at('100:700'), false],
  ['quotients of rows', 800, (x) => x.view(2, 20, 20).sub(mean).div(3).view(800), false],
  ['views, paddings and quotients of rows', 800, (x) => x.view(20, 40).at('2:').flatten().div(3).pad([0, 80]), false],
];
test.each(partOf(items, 2))('batches of a data set whose items are %s', async (name, features, transform, gathered) => {
  torch.manualSeed(0);
  const [x, y] = [torch.randn(128, features), torch.randint(0, 3, [128])];
  const transformed = torch.stack([...x].map(transform));
  const losses = async (dataset: data.Dataset<readonly torch.Tensor[]>) => {
    torch.manualSeed(1);
    const loader = new data.DataLoader(dataset, { batchSize: 32, shuffle: true });
    const step = trainer(transformed.shape[1]!);
    const found: torch.Tensor[] = [];
    const stats = [torch.gpu.stats()];
    for (let epoch = 0; epoch < 20; epoch++) {
      if (epoch === 16) await settled();
      for await (const [inputs, targets] of loader) {
        found.push(step(inputs!, targets!));
        stats.push(torch.gpu.stats());
      }
    }
    const last = stats.slice(-9);
    const differences = (name: keyof torch.gpu.GpuStats) => last.slice(1).map((s, i) => s[name] - last[i]![name]);
    return { losses: await torch.stack(found).tolist(), differences };
  };
  const rows = await losses(new Rows(x, y, transform));
  const whole = await losses(new data.TensorDataset(transformed, y));
  expect(rows.losses).toEqual(whole.losses);
  for (const name of created) expect(rows.differences(name), name).toEqual(new Array(8).fill(0));
  expect(rows.differences('submits')).toEqual(new Array(8).fill(1));
  // Items that end in the same operations take these together: they are fused with what reads the batch.
  if (name === 'quotients of rows') expect(rows.differences('dispatches')[0]).toBeLessThanOrEqual(12);
  if (gathered) expect(rows.differences('dispatches')).toEqual(whole.differences('dispatches'));
});

test('two models in turn', async () => {
  torch.manualSeed(0);
  const [x, y] = [torch.randn(64, 8), torch.randint(0, 3, [64])];
  const steps = [trainer(8), trainer(8, 20)];
  const results = await counted(80, 16, (i) => {
    const start = (i * 5) % 40;
    steps[i % 2]!(x.at(`${start}:${start + 16}`), y.at(`${start}:${start + 16}`));
  });
  expectSteady(results);
});

test('300 shapes in rotation, from the second round on', async () => {
  const x = torch.randn(400, 6);
  const found: torch.Tensor[] = [];
  const steps = await counted(300, 300, async (i) => {
    found[i] = torch.scope(() =>
      x
        .at(`:${1 + (i % 300)}`)
        .mul(2)
        .sum(),
    );
    await torch.synchronize();
  });
  expectSteady(steps);
  const sums = (await torch.stack(found).tolist()) as number[];
  expect(sums.slice(300)).toEqual(sums.slice(0, 300));
});

/** A convolutional network whose activations are larger than what shares pages, with its optimizer. */
function convolutional() {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 6, 3, { padding: 1 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.Conv2d(6, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(4),
    new nn.Flatten(),
  );
  const head = new nn.Linear(64, 3);
  const optimizer = new optim.SGD([...model.parameters(), ...head.parameters()], { lr: 0.01 });
  const [x, y] = [torch.randn(4, 1, 32, 32), torch.randint(0, 3, [4])];
  return { model, head, optimizer, x, y };
}

test('a loss that is read before backward: what was stored for gradients goes back when they are taken', async () => {
  torch.manualSeed(0);
  const { model, head, optimizer, x, y } = convolutional();
  const live: number[] = [];
  const steps = await counted(40, 30, async () => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(head(model(x)), y);
    await loss.item();
    loss.backward();
    optimizer.step();
    live.push(torch.gpu.stats().liveBytes);
  });
  expectSteady(steps, 2);
  // One step stores more than a quarter of a megabyte for its gradients.
  const grown = live.slice(-30).map((bytes, i, all) => bytes - (all[i - 1] ?? bytes));
  expect(Math.max(...grown)).toBeLessThan(2 ** 16);
});

test('a second stage that hangs on what was read of the first', async () => {
  torch.manualSeed(0);
  const { model, head, optimizer, x, y } = convolutional();
  const steps = await counted(40, 30, async () => {
    optimizer.zeroGrad();
    const features = model(x);
    const best = await features.detach().argmax(1).tolist();
    const chosen = torch.tensor(best as number[], { dtype: torch.int64 }).view(-1, 1);
    const first = nn.functional.crossEntropy(head(features), y);
    const loss = first.add(features.gather(1, chosen).square().mean());
    await loss.item();
    loss.backward();
    optimizer.step();
  });
  expectSteady(steps, 3);
});

test('columns, windows of a sequence, and slots of a cache that are written in place', async () => {
  const x = torch.arange(1200, { dtype: 'float32' }).view(40, 30);
  const cache = torch.zeros(40, 30);
  await torch.synchronize();
  const sums: torch.Tensor[] = [];
  const steps = await counted(8, 24, async (i) => {
    const t = (i * 3) % 20;
    const sum = torch.scope(() =>
      x
        .at(':', t)
        .sum()
        .add(x.at(`${t}:${t + 5}`, '2:9').sum())
        .add(x.at(t, 3)),
    );
    cache.at(t).copy_(x.at(t + 1));
    sums.push(sum);
    await torch.synchronize();
  });
  expectSteady(steps);
  const at = (r: number, c: number) => 30 * r + c;
  const expected = sums.map((_, i) => {
    const t = (i * 3) % 20;
    let sum = at(t, 3);
    for (let r = 0; r < 40; r++) sum += at(r, t);
    for (let r = t; r < t + 5; r++) for (let c = 2; c < 9; c++) sum += at(r, c);
    return sum;
  });
  expect(await torch.stack(sums).tolist()).toEqual(expected);
  expect(await cache.at(3).tolist()).toEqual(await x.at(4).tolist());
});

test('reading parts of a tensor that has its values runs nothing', async () => {
  const x = torch.randn(50, 6).mul(1);
  const all = await x.tolist();
  const before = torch.gpu.stats();
  const read: unknown[] = [];
  for (const row of x) read.push(await row.tolist());
  expect(read).toEqual(all);
  expect(await x.at(7, 2).item()).toBe((all as number[][])[7]![2]);
  const after = torch.gpu.stats();
  expect([after.dispatches - before.dispatches, after.plansCompiled - before.plansCompiled]).toEqual([0, 0]);
});

test('gpu.trim() gives back the intermediates of plans, which run again afterwards with the pipelines that there are', async () => {
  // What loops before have left is gone by then.
  await settled();
  const x = torch.randn(512, 512);
  const run = () => torch.scope(() => x.matmul(x).relu().matmul(x).sum()).item();
  const before = await run();
  expect(torch.gpu.stats().planBytes).toBeGreaterThan(2 * 512 * 512 * 4);
  torch.gpu.trim();
  const trimmed = torch.gpu.stats();
  expect([trimmed.planBytes, trimmed.pooledBytes < 2 ** 23]).toEqual([0, true]);
  expect(await run()).toBe(before);
  expect(torch.gpu.stats().pipelinesCreated).toBe(trimmed.pipelinesCreated);
});
