// What gradients of slices cost: as much as those of separate tensors, and one write of each slice into its place.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

/** A loss that takes a kernel for each part. */
const lossOf = (parts: readonly Tensor[]): Tensor => torch.stack(parts.map((part, i) => part.mul(i + 1).tanh())).sum();

/** Dispatches of the second of two runs. */
async function dispatches(run: () => Promise<unknown>): Promise<number> {
  await run();
  const before = torch.gpu.stats().dispatches;
  await run();
  return torch.gpu.stats().dispatches - before;
}

const leaves = (count: number): Promise<number> => {
  const parts = Array.from({ length: count }, () => torch.randn(3, 64).requiresGrad_());
  return dispatches(() => {
    for (const part of parts) part.grad = null;
    lossOf(parts).backward();
    return torch.gpu.synchronize();
  });
};

/** Writes of so many slices: six values a kernel. */
const writes = (count: number): number => Math.ceil(count / 6);

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe.each([8, 16])('the gradient of %i slices is written once', (count) => {
  const along0 = [count, 3, 64];
  const along1 = [3, count, 64];
  const cases: [string, readonly number[], (x: Tensor) => Tensor[], number][] = [
    ['unbind', along0, (x) => x.unbind(0), 0],
    ['split', along0, (x) => x.split(1), 0],
    ['chunk', along0, (x) => x.chunk(count), 0],
    ['tensorSplit', along0, (x) => torch.tensorSplit(x, count), 0],
    ['at(i)', along0, (x) => upTo(count).map((i) => x.at(i)), 0],
    ['select', along0, (x) => upTo(count).map((i) => x.select(0, i)), 0],
    ['iteration', along0, (x) => [...x], 0],
    // Slices that do not lie together are gathered first, each by a kernel.
    ["at(':', i)", along1, (x) => upTo(count).map((i) => x.at(':', i)), count],
    ['unbind(1)', along1, (x) => x.unbind(1), count],
    ['narrow', along1, (x) => upTo(count).map((i) => x.narrow(1, i, 1)), count],
  ];
  test.each(cases)('%s', async (_, shape, cut, gathered) => {
    const x = torch.randn(...shape).requiresGrad_();
    const own = await dispatches(() => {
      x.grad = null;
      lossOf(cut(x)).backward();
      return torch.gpu.synchronize();
    });
    expect(own).toBe((await leaves(count)) + writes(count) + gathered);
    await expect(x.grad!.data()).resolves.toHaveLength(count * 3 * 64);
  });
});

test('slices of half of a tensor are written once, after zeros', async () => {
  const x = torch.randn(16, 3, 64).requiresGrad_();
  const own = await dispatches(() => {
    x.grad = null;
    lossOf(upTo(8).map((i) => x.at(2 * i))).backward();
    return torch.gpu.synchronize();
  });
  expect(own).toBe((await leaves(8)) + writes(8) + 1);
});

test('hooks of the base, of slices and retained gradients see whole gradients', async () => {
  const x = torch.arange(6).float().reshape(3, 2).requiresGrad_();
  const base = x.mul(2);
  base.retainGrad();
  const seen: Tensor[] = [];
  base.registerHook((gradient) => {
    seen.push(gradient.retain());
    return gradient.mul(10);
  });
  const [first, , third] = base.unbind(0) as [Tensor, Tensor, Tensor];
  first.retainGrad();
  first.registerHook((gradient) => gradient.mul(3));
  first.sum().add(third.mul(2).sum()).backward();
  expect(await seen[0]!.tolist()).toEqual([
    [3, 3],
    [0, 0],
    [2, 2],
  ]);
  expect(seen).toHaveLength(1);
  expect(await x.grad!.tolist()).toEqual([
    [60, 60],
    [0, 0],
    [40, 40],
  ]);
});

test('the gradient of a slice that is asked for is there, and that of what it is a slice of', async () => {
  const x = torch.ones(2, 3).requiresGrad_();
  const row = x.mul(3).at(1);
  const [byRow, byX] = torch.autograd.grad(row.at(2).square(), [row, x]);
  expect(await byRow!.tolist()).toEqual([0, 0, 6]);
  expect(await byX!.tolist()).toEqual([
    [0, 0, 0],
    [0, 0, 18],
  ]);
});

describe('a recurrent layer', () => {
  const cost = (layer: nn.Module, times: number): Promise<number> => {
    const x = torch.randn(times, 3, 8);
    return dispatches(() => {
      layer.zeroGrad();
      (layer(x) as [Tensor, unknown])[0].sum().backward();
      return torch.gpu.synchronize();
    });
  };
  test.each<[string, nn.Module]>([
    ['LSTM', new nn.LSTM(8, 8)],
    ['GRU', new nn.GRU(8, 8)],
    ['RNN', new nn.RNN(8, 8)],
  ])('%s takes one kernel more an element, forward and backward', async (_, layer) => {
    const [few, many] = [await cost(layer, 3), await cost(layer, 7)];
    expect(many - few).toBe(2 * (7 - 3));
    expect(few).toBeLessThan(2 * 3 + 16);
  });
});
