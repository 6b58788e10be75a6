// How much GPU memory things take, by the library's own counters.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { beforeEach, expect, test, vi } from 'vitest';
import { settled } from '../../support/settled';

const megabytes = (count: number): number => count * 2 ** 20;
const { stats } = torch.gpu;

/** By how much the buffers grew at most while `fn` ran. */
async function growth(fn: () => unknown): Promise<number> {
  await torch.synchronize();
  torch.gpu.trim();
  torch.gpu.resetPeak();
  const before = stats().peakBytes;
  // However long it takes, no snapshot falls due meanwhile: what it copies through would count, too.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    await fn();
    await torch.synchronize();
  } finally {
    clock.mockRestore();
  }
  return stats().peakBytes - before;
}

/** [rows, 1024] with its row's number in each element. */
const rows = (count: number): torch.Tensor =>
  torch.arange(count, { dtype: 'float32' }).reshape(count, 1).expand(count, 1024).clone();

beforeEach(async () => {
  await torch.init();
});

test('a large value is read through staging memory of less than half its size', async () => {
  const x = rows(1024);
  await torch.synchronize();
  expect(await growth(() => x.data())).toBeLessThan(megabytes(4) / 2 + 4096);
  const data = await x.data();
  expect([data[0], data[1023], data[1024], data[512 * 1024 + 5], data[data.length - 1]]).toEqual([0, 0, 1, 512, 1023]);
});

test('a large value that is overwritten or let go while it is being read arrives as it was', async () => {
  const x = rows(1024);
  const y = x.mul(2);
  await torch.synchronize();
  const [first, second] = [x.data(), y.data()];
  x.add_(1);
  x.mul_(0);
  y.dispose();
  const others = Array.from({ length: 4 }, (_, i) => rows(1024).add(i + 7));
  await torch.synchronize();
  expect((await first).filter((value, i) => value !== Math.floor(i / 1024))).toHaveLength(0);
  expect((await second).filter((value, i) => value !== 2 * Math.floor(i / 1024))).toHaveLength(0);
  expect(await x.abs().max().item()).toBe(0);
  expect(await others[3]!.min().item()).toBe(10);
});

test('values that are asked for in one go share one copy', async () => {
  const losses = Array.from({ length: 50 }, (_, i) => torch.tensor([i, i]).sum());
  await torch.synchronize();
  const before = stats().readbacks;
  const numbers = await Promise.all(losses.map((loss) => loss.item()));
  expect(numbers).toEqual(losses.map((_, i) => 2 * i));
  expect(stats().readbacks - before).toBe(1);
});

test('a value that is asked for has the number of that moment, whatever is recorded before it is awaited', async () => {
  const total = torch.zeros(1);
  const seen: Promise<number>[] = [];
  for (let step = 0; step < 5; step++) {
    total.add_(1);
    seen.push(total.item());
  }
  total.dispose();
  expect(await Promise.all(seen)).toEqual([1, 2, 3, 4, 5]);
});

test('a result that is disposed of makes room for the next', async () => {
  const x = rows(1024);
  const step = async () => {
    using y = torch.scope(() => x.softmax(-1));
    await y.at(-1, -1).item();
  };
  expect(
    await growth(async () => {
      for (let i = 0; i < 5; i++) await step();
    }),
  ).toBeLessThan(megabytes(5));
});

test('gradients that nobody has looked at make room for the next, and nothing is created', async () => {
  const x = rows(512).requiresGrad_();
  const step = async () => {
    x.grad = null;
    const loss = torch.scope(() => x.square().sum());
    loss.backward();
    return loss.item();
  };
  for (let i = 0; i < 3; i++) await step();
  // On a busy machine an automatic snapshot falls into the counted steps, and makes the buffers that it copies through.
  await settled();
  for (let i = 0; i < 3; i++) await step();
  const before = stats().buffersCreated;
  for (let i = 0; i < 20; i++) await step();
  expect(stats().buffersCreated).toBe(before);
  const kept = x.grad!;
  await step();
  expect((await kept.at(3, 3).item()) as number).toBe(6);
});

test('a pointwise kernel writes over what nobody reads after it', async () => {
  const x = rows(1024).requiresGrad_();
  await torch.synchronize();
  // y is kept for its gradient, which takes its place; the gradient of x is the only other large value.
  const w = torch.ones(1, 1, 3, 3);
  const grown = await growth(async () => {
    const loss = torch.scope(() =>
      nn.functional
        .conv2d(x.reshape(1, 1, 1024, 1024), w, { padding: 1 })
        .square()
        .sum(),
    );
    loss.backward();
    await loss.item();
  });
  expect(grown).toBeLessThan(3 * megabytes(4));
  const dx = await x.grad!.at(500, 500).item();
  // Σ_taps 2·y = 2 · 81 · 500 in the middle.
  expect(dx).toBeCloseTo(81_000, -1);
});

test('loading a state dict copies each tensor once', async () => {
  const model = new nn.Linear(1024, 1024);
  await torch.synchronize();
  const weight = rows(1024);
  const bias = torch.zeros(1024);
  await torch.synchronize();
  expect(await growth(() => model.loadStateDict({ weight, bias }))).toBeLessThan(megabytes(5));
  expect(await model.weight.at(77, 3).item()).toBe(77);
});

/** A file of weights of three layers, 12 MB, as it lies on a server. */
const WEIGHTS = 3 * (1024 * 1024 + 1024) * 4;
const layers = () => new nn.Sequential(...[0, 1, 2].map(() => new nn.Linear(1024, 1024)));
async function weightsFile(): Promise<Uint8Array> {
  const values = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i % 97) - 48) / 1000);
  const state = Object.keys(layers().stateDict()).map(
    (key) =>
      [
        key,
        key.endsWith('bias') ? torch.tensor(values(1024)) : torch.tensor(values(2 ** 20)).reshape(1024, 1024),
      ] as const,
  );
  return torch.saveBytes(Object.fromEntries(state), 'weights.safetensors');
}

test('weights of a file take no more while they go up into a new network than afterwards', async () => {
  const file = await weightsFile();
  const model = layers().eval();
  const x = torch.ones(1, 1024);
  const grown = await growth(async () => {
    model.loadStateDict(await torch.load<Record<string, torch.Tensor>>(file));
    await torch.noGrad(() => model(x).sum()).item();
  });
  expect(grown).toBeLessThan(1.1 * WEIGHTS);
  expect(await model.stateDict()['2.weight']!.at(0, 0).item()).toBeCloseTo(-0.048, 6);
});

test('weights of a file take the place of others by and by', async () => {
  const file = await weightsFile();
  const model = layers().eval();
  const x = torch.ones(2, 1024);
  const sum = () => torch.noGrad(() => model(x).sum()).item();
  await sum();
  await torch.synchronize();
  const grown = await growth(async () => {
    model.loadStateDict(await torch.load<Record<string, torch.Tensor>>(file));
    await sum();
  });
  expect(grown).toBeLessThan(WEIGHTS / 3 + megabytes(0.5));
  // A rehearsal that loads others leaves them as they were.
  const loaded = await sum();
  await torch.warmup(() => {
    model.loadStateDict(layers().stateDict());
    return sum();
  });
  expect(await sum()).toBe(loaded);
  const fresh = layers().eval();
  fresh.loadStateDict(await torch.load<Record<string, torch.Tensor>>(file));
  expect(await sum()).toBe(await torch.noGrad(() => fresh(x).sum()).item());
});

test('a small value is bound where it lies while it stays there, and copied when another comes in its place', async () => {
  const [a, b] = [1, 2].map((value) => torch.rand(64, 64).mul(0).add(value)) as [torch.Tensor, torch.Tensor];
  await torch.synchronize();
  const copies: number[] = [];
  const total = async (x: torch.Tensor) => {
    const before = stats().copies;
    const sum = await x.sum().item();
    copies.push(stats().copies - before);
    return sum;
  };
  const totals: number[] = [];
  for (const x of [a, a, b, a, b]) totals.push(await total(x));
  expect(totals).toEqual([4096, 4096, 8192, 4096, 8192]);
  expect(copies).toEqual([1, 1, 2, 1, 2]);
});

test('small values that are overwritten in place step by step keep what they were for those who copied them', async () => {
  const w = torch.rand(48, 48).mul(0);
  await torch.synchronize();
  const kept: torch.Tensor[] = [];
  for (let step = 0; step < 5; step++) {
    kept.push(w.clone());
    w.add_(1);
    if (step > 1) w.mul_(2);
    await torch.synchronize();
  }
  const means = await Promise.all([...kept, w].map((x) => x.mean().item()));
  expect(means).toEqual([0, 1, 2, 6, 14, 30]);
});

test('a small value and an alias of it are both kept', async () => {
  const x = torch.rand(1, 1000, 2).mul(0).add(3);
  await torch.synchronize();
  const aliases = [x.clone(), torch.scope(() => x.detach().reshape(2000)), torch.scope(() => x.unsqueeze(0))];
  const sum = x.add(1).sum();
  await torch.synchronize();
  const means = await Promise.all([x, ...aliases].map((y) => y.mean().item()));
  expect([...means, await sum.item()]).toEqual([3, 3, 3, 3, 8000]);
});

test('torch.cuda and torch.accelerator tell what tensors take, what is kept, and the peaks of both', async () => {
  const { cuda, accelerator } = torch;
  // Garbage of earlier tests would be freed while this one counts.
  await settled();
  cuda.emptyCache();
  cuda.resetPeakMemoryStats('cuda:0');
  const before = cuda.memoryAllocated();
  expect([cuda.maxMemoryAllocated() >= before, cuda.memoryReserved() >= before]).toEqual([true, true]);
  const x = torch.zeros(1024, 1024);
  x.add_(torch.rand(1024, 1024));
  await x.data();
  expect(cuda.memoryAllocated() - before).toBeGreaterThanOrEqual(megabytes(3));
  expect(cuda.memoryAllocated()).toBe(stats().liveBytes);
  const reserved = cuda.memoryReserved();
  expect(reserved).toBeGreaterThanOrEqual(cuda.memoryAllocated());
  expect(accelerator.memoryStats(0)).toEqual({
    'allocated_bytes.all.current': cuda.memoryAllocated(null),
    'allocated_bytes.all.peak': cuda.maxMemoryAllocated(torch.device('cuda')),
    'reserved_bytes.all.current': reserved,
    'reserved_bytes.all.peak': cuda.maxMemoryReserved(),
  });

  x.dispose();
  await torch.synchronize();
  expect(cuda.memoryAllocated() - before).toBeLessThan(megabytes(1));
  expect(cuda.maxMemoryAllocated() - before).toBeGreaterThanOrEqual(megabytes(3));
  expect(cuda.memoryReserved()).toBe(reserved);
  cuda.emptyCache();
  expect(cuda.memoryReserved()).toBeLessThanOrEqual(reserved - megabytes(3));
  expect(cuda.maxMemoryReserved()).toBeGreaterThanOrEqual(reserved);
  cuda.resetPeakMemoryStats();
  expect([cuda.maxMemoryAllocated(), cuda.maxMemoryReserved()]).toEqual([
    stats().liveBytes + stats().planBytes,
    cuda.memoryReserved(),
  ]);
  expect(cuda.memorySummary()).toMatch(
    /^\|-+\|\n.*Cur Usage.*\n\|-+\|\n\| Allocated memory +\| +\d+ (B {2}|KiB|MiB) \|/,
  );
  expect([cuda.isInitialized(), cuda.currentDevice(), accelerator.currentDeviceIndex()]).toEqual([true, 0, 0]);
  cuda.setDevice('cuda:0');
  accelerator.setDeviceIndex(0);
  expect(() => cuda.setDevice('gpu' as never)).toThrow(/^setDevice: expected a device such as 'cuda'.*'gpu'/);
  expect(() => cuda.memoryAllocated('gpu' as never)).toThrow(/^memoryAllocated: expected a device such as 'cuda'/);
});
