// What slices cost: read back, no more than what they are slices of; their gradients, as much as those of separate tensors, and one
// write of each slice into its place.
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

describe('a part of a result that is still to be computed', () => {
  const x = torch.arange(24).reshape(4, 6).div(8);
  const parts: [string, (y: Tensor) => Tensor][] = [
    ['a row', (y) => y.at(2)],
    ['the last element', (y) => y.at(-1, -1)],
    ['some rows', (y) => y.narrow(0, 1, 2)],
    ['a row of a row', (y) => y.at(3).narrow(0, 2, 3)],
    ['all of it in another shape', (y) => y.reshape(2, 12)],
  ];
  test.each(parts)('%s is read without a kernel of its own', async (_, part) => {
    const expected = await part(x).data();
    let read: ArrayLike<number> = [];
    const own = await dispatches(async () => {
      read = await part(x.exp()).data();
    });
    expect(own).toBe(await dispatches(() => x.exp().data()));
    expect(read).toHaveLength(expected.length);
    for (const [i, value] of Array.from(read).entries()) expect(value).toBeCloseTo(Math.exp(expected[i]!), 4);
  });

  test('is what the result has become when it is read, and what it was where it was copied', async () => {
    const y = x.mul(8);
    const [row, copy] = [y.at(1), y.at(1).clone()];
    y.add_(100);
    expect(await row.tolist()).toEqual([106, 107, 108, 109, 110, 111]);
    expect(await copy.tolist()).toEqual([6, 7, 8, 9, 10, 11]);
    const z = x.mul(8);
    const reading = z.at(3, 5).item();
    z.zero_();
    expect(await reading).toBe(23);
    expect(await z.at(3, 5).item()).toBe(0);
  });

  test('has its dtype', async () => {
    expect(await x.gt(1).at(1, 3).item()).toBe(true);
    expect(await x.mul(8).to('int64').at(2).narrow(0, 1, 3).tolist()).toEqual([13, 14, 15]);
  });

  test('of a constant takes no more than itself', async () => {
    const before = torch.gpu.stats().liveBytes;
    const large = torch.full([2048, 2048], 7);
    expect(await large.at(5, 5).item()).toBe(7);
    expect(torch.gpu.stats().liveBytes - before).toBeLessThan(65_536);
  });

  test('of a result that fails is its error', async () => {
    const embedding = new nn.Embedding(3, 2);
    await expect(
      embedding(torch.tensor([0, 7], { dtype: 'int64' }))
        .at(1)
        .data(),
    ).rejects.toThrow(/index/);
  });
});
