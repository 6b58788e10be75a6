// What a program could read before its device was lost, it can read afterwards.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { lose } from '../../support/losing';
import { expectNothingLost, lossPrograms } from '../../support/loss-programs';

beforeEach(async () => {
  await torch.init();
  torch.manualSeed(0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await torch.synchronize().catch(() => {});
});

/** Loses the device, and has it told. */
async function loseTold(): Promise<void> {
  await lose();
  await expect(torch.synchronize()).rejects.toThrow(torch.DeviceLostError);
}

function training(make = (params: nn.Parameter[]): optim.Optimizer => new optim.AdamW(params, { lr: 0.01 })) {
  const model = new nn.Linear(4, 3);
  const optimizer = make(model.parameters());
  const x = torch.rand(6, 4);
  const step = () => {
    optimizer.zeroGrad();
    model(x).square().sum().backward();
    optimizer.step();
  };
  return { model, optimizer, step };
}
const momentOf = (optimizer: optim.Optimizer) =>
  (optimizer.stateDict().state[0]!.exp_avg as torch.Tensor).data().then((data) => Array.from(data));

describe('a run that goes on from a checkpoint', () => {
  test('goes on after a loss before its first step', async () => {
    const { model, optimizer, step } = training();
    for (let i = 0; i < 5; i++) step();
    const bytes = await torch.saveBytes({ m: model.stateDict(), o: optimizer.stateDict() }, 'x.pt');
    step();
    const expected = await model.weight.tolist();
    const saved = (await torch.load(bytes)) as { m: nn.StateDict; o: optim.OptimizerStateDict };
    model.loadStateDict(saved.m);
    optimizer.loadStateDict(saved.o);
    let told: number | undefined;
    const stop = torch.gpu.onLost(({ restoredTo }) => {
      told = restoredTo.get(optimizer);
    });
    await loseTold();
    stop();
    expect(told).toBe(5);
    step();
    expect(await model.weight.tolist()).toEqual(expected);
  });

  test.each(['m', 'o'] as const)('goes back to one step where only %s was loaded', async (loaded) => {
    const { model, optimizer, step } = training();
    for (let i = 0; i < 2; i++) step();
    await torch.gpu.snapshot();
    const bytes = await torch.saveBytes({ m: model.stateDict(), o: optimizer.stateDict() }, 'x.pt');
    const before = [await model.weight.tolist(), await momentOf(optimizer)];
    for (let i = 0; i < 3; i++) step();
    const saved = (await torch.load(bytes)) as { m: nn.StateDict; o: optim.OptimizerStateDict };
    torch.noGrad(() => model.weight.mul_(2));
    if (loaded === 'm') model.loadStateDict(saved.m);
    else optimizer.loadStateDict(saved.o);
    let told: number | undefined;
    const stop = torch.gpu.onLost(({ restoredTo }) => {
      told = restoredTo.get(optimizer);
    });
    await loseTold();
    stop();
    const after = [await model.weight.tolist(), await momentOf(optimizer)];
    expect([told, ...after]).toEqual([2, ...before]);
  });

  test('has moments in snapshots that were copied from another optimizer', async () => {
    const { model, optimizer, step } = training();
    step();
    const other = new optim.AdamW(model.parameters());
    other.loadStateDict(optimizer.stateDict());
    const before = await momentOf(other);
    await torch.gpu.snapshot();
    await loseTold();
    expect(await momentOf(other)).toEqual(before);
  });
});

test('a step on parameters that are lost is an error', async () => {
  const { model, step } = training();
  step();
  await torch.synchronize();
  const copy = torch.deepcopy(model);
  const sgd = new optim.SGD(copy.parameters(), { lr: 0.1 });
  await copy.weight.data();
  await loseTold();
  const outcome = await copy.weight.data().catch((error: unknown) => error);
  // A snapshot may have come first.
  if (!(outcome instanceof Error)) return;
  expect(outcome).toBeInstanceOf(torch.DeviceLostError);
  copy.weight.grad = torch.ones(3, 4);
  expect(() => sgd.step()).toThrow(/SGD\.step: .* parameter 0, of shape \[3, 4\], went with a GPU device/);
  copy.loadStateDict(new nn.Linear(4, 3).stateDict());
  copy.weight.grad = torch.ones(3, 4);
  sgd.step();
  expect((await copy.weight.data()).every(Number.isFinite)).toBe(true);
});

test('steps on a batch that is lost are an error for a loop that reads nothing', async () => {
  const { model, optimizer, step } = training();
  step();
  const batch = torch.rand(6, 4).mul(2);
  await batch.sum().item();
  await loseTold();
  const before = await model.weight.tolist();
  const loader = new data.DataLoader(new data.TensorDataset(torch.rand(4, 1)));
  const loop = async () => {
    for await (const _ of loader) {
      optimizer.zeroGrad();
      model(batch).square().sum().backward();
      optimizer.step();
    }
  };
  await expect(loop()).rejects.toThrow(/a tensor of shape \[6, 4\] was on a GPU device that has been lost/);
  await torch.synchronize().catch(() => {});
  expect(await model.weight.tolist()).toEqual(before);
});

test('what hangs on lost contents fails alone: reads, steps and snapshots beside it are as if it were not there', async () => {
  const { model, optimizer, step } = training();
  step();
  const gone = torch.rand(40, 30).matmul(torch.rand(30, 40));
  await gone.sum().item();
  const stays = torch.rand(4);
  await loseTold();
  const lost = gone.mul(2);
  expect(await stays.mul(3).tolist()).toEqual(await stays.add(stays).add(stays).tolist());
  await expect(lost.tolist()).rejects.toThrow(torch.DeviceLostError);
  const before = await model.weight.tolist();
  const steps = () => optimizer.stateDict().state[0]!.step;
  const taken = steps() as number;
  const also = gone.sum();
  step();
  expect(await model.weight.tolist()).not.toEqual(before);
  expect(steps()).toBe(taken + 1);
  await expect(also.item()).rejects.toThrow(torch.DeviceLostError);
  const total = torch.zeros(4);
  const again = gone.add(total.sum());
  await torch.gpu.snapshot();
  await loseTold();
  expect(await total.tolist()).toEqual([0, 0, 0, 0]);
  await expect(again.tolist()).rejects.toThrow(torch.DeviceLostError);
});

test('copies, statistics and assigned buffers come back, read or not', async () => {
  const { model, step } = training();
  step();
  const [read, unread] = [new nn.Linear(4, 3), new nn.Linear(4, 3)];
  for (const target of [read, unread]) target.loadStateDict(model.stateDict());
  const norm = new nn.BatchNorm1d(2);
  torch.noGrad(() =>
    norm(
      torch.tensor(
        [
          [1, 4],
          [3, 6],
        ],
        { dtype: 'float32' },
      ),
    ),
  );
  const best = torch.deepcopy(model);
  class Holder extends nn.Module {
    declare b: torch.Tensor;
    constructor() {
      super();
      this.registerBuffer('b', torch.zeros(3));
    }
    forward(): torch.Tensor {
      return this.b;
    }
  }
  const holder = new Holder();
  holder.b = torch.rand(3).mul(3);
  const wide = new nn.Parameter(torch.rand(20_000));
  torch.noGrad(() => wide.mul_(0.5));
  wide.sum().backward();
  const all = () => Promise.all([read.weight, norm.runningMean!, best.weight, holder.b, wide].map((x) => x.tolist()));
  const before = await all();
  await torch.gpu.snapshot();
  await loseTold();
  expect(await all()).toEqual(before);
  expect(await unread.weight.tolist()).toEqual(before[0]);
});

test('what the program itself holds comes back as it was at a snapshot, without the gradient of what is lost', async () => {
  const model = new nn.Linear(3, 2);
  const output = model(torch.rand(4, 3)).exp();
  const total = torch.zeros(3);
  total.at('1:').add_(torch.rand(2));
  const table = torch.rand(200, 100).requiresGrad_();
  torch.noGrad(() => table.mul_(2));
  let state = torch.zeros(3);
  for (let i = 0; i < 3; i++) state = state.mul(0.5).add(torch.rand(3));
  const all = () => Promise.all([output, total, table, state].map((x) => x.tolist()));
  const before = await all();
  await torch.gpu.snapshot();
  await loseTold();
  expect(await all()).toEqual(before);
  expect(output.gradFn).toBe('ExpBackward0');
  expect(() => output.sum().backward()).toThrow(torch.DeviceLostError);
  table.square().sum().backward();
  const doubled = (before[2] as number[][]).map((row) => row.map((x) => 2 * x));
  expect(await table.grad!.tolist()).toEqual(doubled);
});

test('parameters and leaves that stand on the host are used again, whatever was stored of them for gradients', async () => {
  const model = new nn.Linear(4, 1, { bias: false });
  const leaf = torch.rand(4).requiresGrad_();
  const squares = () => model.weight.mul(leaf).square();
  const kept = squares();
  const before = await kept.tolist();
  await loseTold();
  expect(await squares().tolist()).toEqual(before);
  squares().sum().backward();
  expect((await leaf.grad!.data()).every(Number.isFinite)).toBe(true);
});

test('what the program itself holds is in the snapshots of a loop', async () => {
  const { step } = training();
  const clock = vi.spyOn(performance, 'now');
  const begun = performance.now();
  const total = torch.zeros(4);
  for (let i = 0; i < 4; i++) {
    const { snapshots } = torch.gpu.stats();
    total.add_(torch.ones(4));
    step();
    clock.mockReturnValue(begun + 3000 * (i + 1));
    await torch.synchronize();
    // From the second step on one is due, which comes when what copies has been loaded and the copy is here.
    if (i > 0) await vi.waitUntil(() => torch.gpu.stats().snapshots > snapshots, { timeout: 60_000 });
  }
  clock.mockRestore();
  await loseTold();
  expect((await total.data())[0]).toBeGreaterThanOrEqual(2);
});

test('a module too large to make, and a listener that throws, keep nobody from hearing of a loss', async () => {
  const { model, step } = training();
  step();
  await torch.gpu.snapshot();
  const before = await model.weight.tolist();
  expect(() => new nn.Linear(2 ** 20, 2 ** 20)).toThrow(torch.OutOfMemoryError);
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const heard = vi.fn();
  const stops = [
    torch.gpu.onLost(() => {
      throw new Error('mine');
    }),
    torch.gpu.onLost(heard),
  ];
  await loseTold();
  for (const stop of stops) stop();
  expect(heard).toHaveBeenCalledTimes(1);
  expect(said.mock.calls.map(([, error]) => String(error))).toEqual(['Error: mine']);
  expect(await model.weight.tolist()).toEqual(before);
});

const program = (kind: 'sgd' | 'momentum', ...ops: (string | [string, number])[]) =>
  [{ kinds: [kind, kind], ops: ops.map((one) => ({ op: [one].flat()[0], of: 'a', n: [one, 0].flat()[1] })) }] as [
    never,
  ];
// Weights are on their way to a new device, of which nothing is known yet, when it is lost: plans are at hand, so nothing waits.
const losses = [
  program('momentum', 'average'),
  program('momentum', 'average'),
  program('momentum', 'step', 'average'),
  program('momentum', 'step', 'average'),
  program('sgd', 'average', 'saveBytes', 'saveBytes', 'loadOptimizerLive'),
  // A second loss goes back no further than the first.
  program('sgd', ['write', 146], 'lose', ['step', 301], ['forward', 527]),
  // Gradients had their own copy of a weight that stands on the host.
  program('sgd', ['plain', 883], 'snapshot', 'lose', ['forward', 870]),
  // What stands on the host at a snapshot is uploaded, and written to, afterwards.
  program('sgd', 'snapshot', ['plain', 509]),
];
// At least so many, and more while there is time.
const [LEAST, MILLISECONDS] = [60, 25_000];
test('random programs of copies, loads, writes, reads and losses lose nothing', {
  timeout: 10 * MILLISECONDS,
}, async () => {
  const begun = performance.now();
  const property = fc.asyncProperty(lossPrograms, expectNothingLost);
  const seed = inject('seed');
  await fc.assert(property, { seed, numRuns: LEAST, examples: losses });
  const left = MILLISECONDS - (performance.now() - begun);
  if (left > 0) await fc.assert(property, { seed: seed + 1, numRuns: 10_000, interruptAfterTimeLimit: left });
});
