// A network's first run, by kernels that layers share which differ in what follows on them, beside later runs by kernels of their own.
import * as torch from 'lamplight';
import { nn, noGrad, type Tensor } from 'lamplight';
import { afterEach, expect, test, vi } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { settled } from '../support/settled';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has kernels whose label holds a name wait until they are let go, or refused. */
function hold(name: string): (refusal?: Error) => void {
  let letGo: (refusal?: Error) => void = () => {};
  const gate = new Promise<Error | undefined>((resolve) => {
    letGo = resolve;
  });
  const { createComputePipelineAsync } = GPUDevice.prototype;
  vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync').mockImplementation(async function (
    this: GPUDevice,
    wanted,
  ) {
    const pipeline = await createComputePipelineAsync.call(this, wanted);
    const refusal = wanted.label?.includes(name) ? await gate : undefined;
    if (refusal) throw refusal;
    return pipeline;
  });
  return letGo;
}

const counted = () => {
  const { dispatches, submits, runs, liveBytes, planBytes } = torch.gpu.stats();
  return { dispatches, submits, runs, liveBytes, planBytes };
};

/** Two kernels that nothing else has: a sum, and what `last` makes of a product with it. */
async function chainOf(last: (x: Tensor) => Tensor) {
  torch.manualSeed(5);
  const [a, b] = [torch.rand(37, 41).mul(0.9), torch.rand(41, 43).mul(0.9)];
  await torch.synchronize();
  return { a, b, run: () => noGrad(() => last(a.erf().atan().cumsum(1).matmul(b))) };
}

class Block extends nn.Module {
  readonly first: nn.Sequential;
  readonly second: nn.Sequential;
  constructor(
    channels: number,
    readonly out: number,
  ) {
    super();
    this.first = new nn.Sequential(
      new nn.Conv2d(channels, channels, 3, { padding: 1 }),
      new nn.BatchNorm2d(channels),
      new nn.ReLU(),
      new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(channels),
    );
    // Nothing follows on the last convolution but the next block's first.
    this.second = new nn.Sequential(
      new nn.Conv2d(channels, out, 3, { padding: 1 }),
      new nn.Hardswish(),
      new nn.Conv2d(out, out, 3, { padding: 1 }),
    );
  }
  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x).add(x).relu());
  }
}

test('layers that share a kernel at the first run compute what each computes by its own later', async () => {
  torch.manualSeed(3);
  const widths = [8, 9, 12];
  const blocks = widths.map((width, i) => new Block(width, widths[i + 1] ?? 4));
  const model = new nn.Sequential(...blocks).eval();
  for (const parameter of model.parameters()) noGrad(() => parameter.add_(torch.randn(parameter.shape).mul(0.1)));
  const x = torch.randn(1, 8, 11, 13);
  const run = async () => Array.from(await noGrad(() => model.forward(x)).data());
  const inPlain = async () => {
    let value = x;
    for (const block of blocks)
      value = torch.tensor(await noGrad(() => block.forward(value)).data()).reshape(1, block.out, 11, 13);
    return Array.from(await value.data());
  };
  const first = await run();
  for (let i = 0; i < 6; i++) await run();
  const before = torch.gpu.stats().pipelinesCreated;
  await engine.refined();
  expect(torch.gpu.stats().pipelinesCreated).toBeGreaterThan(before);
  expect(await run()).toEqual(first);
  expect(await inPlain()).toEqual(first);
});

test('what comes first runs while the kernels of what follows are compiled', async () => {
  const { a, b, run } = await chainOf((x) => x.sinh().atan().cosh());
  const expected = a.erf().atan().cumsum(1);
  const known = torch.tensor(await expected.matmul(b).data()).reshape(37, 43);
  const letGo = hold('cosh');
  const before = counted();
  const result = run().data();
  await vi.waitFor(() => expect(counted().submits).toBeGreaterThan(before.submits), 60_000);
  expect(counted().runs).toBe(before.runs);
  letGo();
  const values = Array.from(await result);
  const first = counted();
  expect(first.runs).toBe(before.runs + 1);
  const again = Array.from(await run().data());
  const second = counted();
  // No read goes with a run whose result is the first in its buffer.
  expect(second.submits - first.submits).toBeLessThanOrEqual(2);
  expect(first.dispatches - before.dispatches).toBe(second.dispatches - first.dispatches);
  expect(again).toEqual(values);
  const wanted = known.sinh().atan().cosh();
  expect(await torch.allclose(torch.tensor(values).reshape(37, 43), wanted)).toBe(true);
});

test('a kernel that fails when others have run fails the run, leaves no memory behind, and is tried again', async () => {
  const { run } = await chainOf((x) => x.sin().sinh().atan().cosh());
  await settled();
  const letGo = hold('cosh');
  const before = counted();
  const result = run();
  const values = result.data();
  await vi.waitFor(() => expect(counted().submits).toBeGreaterThan(before.submits), 60_000);
  letGo(new Error('no memory left for it'));
  await expect(values).rejects.toThrow('no memory left for it');
  result.dispose();
  const { liveBytes, planBytes } = counted();
  expect({ liveBytes, planBytes }).toEqual({ liveBytes: before.liveBytes, planBytes: before.planBytes });
  vi.restoreAllMocks();
  expect(await run().isfinite().all().item()).toBe(true);
});

test('bad data that a failed run has met is not reported by later ones', async () => {
  const table = torch.rand(7, 43).mul(0.9);
  const take = (...rows: number[]) => noGrad(() => table.indexSelect(0, torch.tensor(rows, { dtype: 'int32' })));
  expect((await take(1, 2).data()).length).toBe(86);
  const letGo = hold('cosh');
  const before = counted();
  const values = noGrad(() =>
    take(3, 9).cumsum(1).tan().atan().matmul(table.transpose(0, 1)).sin().tan().cosh(),
  ).data();
  await vi.waitFor(() => expect(counted().submits).toBeGreaterThan(before.submits), 60_000);
  letGo(new Error('no memory left for it'));
  await expect(values).rejects.toThrow('no memory left for it');
  vi.restoreAllMocks();
  expect((await take(1, 2).data()).length).toBe(86);
});

test('what is overwritten waits for all kernels', async () => {
  const { a, b } = await chainOf((x) => x);
  const letGo = hold('asinh');
  const before = counted();
  const values = noGrad(() => a.add_(a.tan().erf().cumsum(0).matmul(b).cosh().sum().sin().erf().tan().asinh())).data();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(counted().submits).toBe(before.submits);
  letGo();
  await values;
  expect(counted().runs).toBeGreaterThan(before.runs);
});
