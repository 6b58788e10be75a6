// No room on the GPU: what could not be computed is never read as numbers, and training goes on where there is room again.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** From now on buffers over `limit` bytes find no room: they are invalid, and the scope around their making says why, `delay` ms late. */
function fillMemory(limit: number, delay = 0): void {
  const device = torch.gpu.device()!;
  const create = device.createBuffer.bind(device);
  const pop = device.popErrorScope.bind(device);
  let failed = false;
  vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
    if (descriptor.size <= limit) return create(descriptor);
    // A usage that cannot be makes a buffer that is none.
    device.pushErrorScope('validation');
    const invalid = create({ ...descriptor, usage: 0 });
    void pop();
    failed = true;
    return invalid;
  });
  vi.spyOn(device, 'popErrorScope').mockImplementation(async () => {
    const error = failed ? new GPUOutOfMemoryError('no room') : null;
    failed = false;
    const popped = await pop();
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    return popped ?? error;
  });
}

beforeEach(async () => {
  await torch.init();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await torch.synchronize().catch(() => {});
});

/** A large layer, so that a batch takes much more room than the weights. */
function trainer() {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(8, 64), new nn.ReLU(), new nn.Linear(64, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const step = (batch: Tensor) => {
    optimizer.zeroGrad();
    const loss = model(batch).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, step };
}

const batchOf = (rows: number) => torch.rand(rows, 8, { generator: new torch.Generator().manualSeed(rows) });

const weightsOf = (model: nn.Module) =>
  Promise.all(model.parameters().map(async (parameter) => Array.from(await parameter.data())));

test('a step that finds no room is a typed error each time it is tried; with room again, or a smaller batch, numbers are right', async () => {
  const { model, step } = trainer();
  const losses = [await step(batchOf(4)).item(), await step(batchOf(4)).item()];
  const before = await weightsOf(model);
  torch.gpu.trim();
  fillMemory(1 << 17);
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(step(batchOf(4096)).item(), `attempt ${attempt}`).rejects.toThrow(torch.OutOfMemoryError);
    expect(await weightsOf(model)).toEqual(before);
  }
  // Another program is none the worse, and hears nothing of it.
  expect(await torch.ones(3).add(1).tolist()).toEqual([2, 2, 2]);
  losses.push(await step(batchOf(5)).item());
  vi.restoreAllMocks();
  losses.push(await step(batchOf(4096)).item());
  const undisturbed = trainer();
  const expected: number[] = [];
  for (const rows of [4, 4, 5, 4096]) expected.push(await undisturbed.step(batchOf(rows)).item());
  expect(losses).toEqual(expected);
});

test('the first step of all finds no room, and the first weights stay', async () => {
  const { model, step } = trainer();
  const before = await weightsOf(model);
  torch.gpu.trim();
  fillMemory(1 << 17);
  await expect(step(batchOf(20_000)).item()).rejects.toThrow(torch.OutOfMemoryError);
  expect(await weightsOf(model)).toEqual(before);
  vi.restoreAllMocks();
  const losses = [await step(batchOf(20_000)).item(), await step(batchOf(20_000)).item()];
  const undisturbed = trainer();
  expect(losses).toEqual([
    await undisturbed.step(batchOf(20_000)).item(),
    await undisturbed.step(batchOf(20_000)).item(),
  ]);
});

test.each([0, 40])(
  'steps that nobody reads are reported once to whoever waits next, and leave the weights: answers %i ms late',
  async (delay) => {
    const { model, step } = trainer();
    await step(batchOf(4)).item();
    const before = await weightsOf(model);
    torch.gpu.trim();
    fillMemory(1 << 17, delay);
    for (let i = 0; i < 5; i++) step(batchOf(90_000));
    const waits = await Promise.allSettled([torch.synchronize()]);
    vi.restoreAllMocks();
    const reads = await Promise.allSettled([torch.ones(1).add(1).item()]);
    const after = await Promise.allSettled([weightsOf(model)]);
    expect([...waits, ...reads, ...after].filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await weightsOf(model)).toEqual(before);
    expect(Number.isFinite(await step(batchOf(90_000)).item())).toBe(true);
  },
);

test('a value that found no room, and all that was made of it, is an error whenever it is read', async () => {
  const x = torch.rand(300, 1000);
  torch.gpu.trim();
  fillMemory(1 << 17);
  const y = x.mul(2);
  await torch.synchronize();
  const z = y.sum();
  for (let i = 0; i < 3; i++) {
    await expect(z.item()).rejects.toThrow(torch.OutOfMemoryError);
    await expect(y.data()).rejects.toThrow(torch.OutOfMemoryError);
  }
  vi.restoreAllMocks();
  expect(await x.mul(2).sum().item()).toBeCloseTo(2 * (await x.sum().item()), 0);
});

test('data that finds no room in a plan that has run before is there when there is room again', async () => {
  const rows = 20_000;
  const sum = async (x: Tensor) => x.mul(2).sum().item();
  await sum(batchOf(rows));
  const x = batchOf(rows);
  const again = batchOf(rows);
  // The buffer of the first batch stays taken.
  const taken = batchOf(rows);
  await sum(taken);
  await sum(taken);
  torch.gpu.trim();
  fillMemory(1 << 17);
  await expect(sum(x)).rejects.toThrow(torch.OutOfMemoryError);
  vi.restoreAllMocks();
  const expected = 2 * [...(await again.data())].reduce((total, value) => total + value, 0);
  expect(await sum(x)).toBeCloseTo(expected, 0);
  expect(await x.data()).toEqual(await again.data());
});
