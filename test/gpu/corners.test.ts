// The edges of functions beside PyTorch: numbers that a dtype cannot hold, nothing at all, no dimensions, whole numbers, far angles.

import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { differs, loadEvery } from '../support/every';
import { loadFixture } from '../support/fixtures';
import { checkFunction, type FunctionCall } from '../support/function-calls';
import { sampled } from '../support/sample';

const F = nn.functional;
const fixture = await loadFixture<FunctionCall>('corners');

const composed = {
  ...F,
  ...torch.special,
  i1Slope: (x: Tensor) => torch.autograd.grad(torch.special.i1(x).sum(), [x], { createGraph: true })[0],
  windows: (x: Tensor) => x.unfold(0, 1, 1),
  renormed: (x: Tensor) => x.mul(1).renorm_(2, 0, 0.5),
  padded: F.pad,
  rreluDrawn(x: Tensor) {
    torch.manualSeed(3);
    return F.rrelu(x, { training: true });
  },
  runningStatistics(x: Tensor) {
    const [mean, variance] = [torch.zeros(2), torch.ones(2)];
    F.batchNorm(x, mean, variance, { training: true });
    return [mean, variance];
  },
};

test.each(sampled(fixture.cases, 40))('$name', (item) => checkFunction(fixture, item, composed));

const thrownBy = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('bytes and bools hold what they can', () => {
  test('what is filled in is stored as PyTorch stores it', async () => {
    const mask = torch.tensor([true, false]);
    const bytes = () => torch.tensor([10, 200], { dtype: 'uint8' });
    const filled = [
      bytes().maskedFill(mask, -1),
      bytes().fill_(-1),
      bytes().indexFill(0, torch.tensor([0]), -1),
      bytes().scatter(0, torch.tensor([0]), -1),
      F.pad(torch.tensor([true]), [1, 1], 'constant', 2).to('uint8'),
    ];
    const read = await Promise.all(filled.map((x) => torch.stack([x.to('float32'), x.eq(255).to('float32')]).tolist()));
    expect(read).toEqual([
      [
        [255, 200],
        [1, 0],
      ],
      [
        [255, 255],
        [1, 1],
      ],
      [
        [255, 200],
        [1, 0],
      ],
      [
        [255, 200],
        [1, 0],
      ],
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
    ]);
  });

  test.each([
    () => torch.tensor([1], { dtype: 'uint8' }).fill_(300),
    () => torch.tensor([1], { dtype: 'uint8' }).where(torch.tensor([true]), 300),
    () => F.pad(torch.tensor([1], { dtype: 'uint8' }), [1, 0], 'constant', 300),
    () => F.pad(torch.tensor([1], { dtype: 'uint8' }), [1, 0], 'constant', -1),
    () => torch.tensor([1]).maskedFill(torch.tensor([true]), -Infinity),
    () => torch.tensor([1]).fill_(Number.NaN),
    () => torch.tensor([1], { dtype: 'uint8' }).clampMin(300),
    () => torch.tensor([true]).add_(2),
  ])('%#: what no element can be is a DTypeError', (call) => {
    expect(thrownBy(call)).toBeInstanceOf(torch.DTypeError);
  });
});

describe('arguments mean what they say', () => {
  test.each([
    () => torch.ones(2).fill_(undefined as unknown as number),
    () => torch.ones(2).fill_('x' as unknown as number),
    () => torch.ones(2).fill_({ values: 3 } as unknown as { value: number }),
    () => new optim.SGD([torch.ones(1)], { lr: torch.ones(2) }),
    () => torch.broadcastShapes([2], [3]),
    () => torch.broadcastShapes([-2]),
    () => torch.tensor([1, 2]).add(torch.tensor([1, 2]), { alpha: 0.5 }),
  ])('%#: an argument that makes no sense is a typed error', (call) => {
    expect(thrownBy(call)).toBeInstanceOf(torch.LamplightError);
  });

  test('by name as by place', async () => {
    const x = torch.ones(2);
    const strided = torch.asStridedScatter(torch.zeros(4), torch.ones(2), [2], [2], { storageOffset: 1 });
    const weight = torch.tensor([0.25]);
    const rows = [x.clone().fill_({ value: 3 }), torch.fill(x, { value: 3 }), F.prelu(x.neg(), { weight })];
    expect(await torch.stack(rows).tolist()).toEqual([
      [3, 3],
      [3, 3],
      [-0.25, -0.25],
    ]);
    expect(await strided.tolist()).toEqual([0, 1, 0, 1]);
    expect(torch.broadcastShapes([5, 1], 5)).toEqual([5, 5]);
    expect(torch.broadcastShapes()).toEqual([]);
  });

  test('to and pixelShuffle copy where PyTorch does, and item gives a boolean', async () => {
    const x = torch.ones(1, 1, 2, 2);
    for (const copy of [x.to('float32', false, true), F.pixelShuffle(x, 1), F.pixelUnshuffle(x, 1)]) copy.zero_();
    expect(x.to('float32', false)).toBe(x);
    expect(await x.sum().item()).toBe(4);
    expect(await torch.tensor(true).item()).toBe(true);
    expect(await torch.ones(2).equal(torch.ones(2))).toBe(true);
    expect(await torch.tensor(false).isNonzero()).toBe(false);
  });
});

test('a sample of the generated test of every function', async () => {
  const { cases, inputs } = await loadEvery();
  const sample = [
    'add',
    'masked_fill',
    'index_fill',
    'scatter_add',
    'where',
    'fill_',
    'clamp',
    'sum_to_size',
    'unravel_index',
  ];
  const found: string[] = [];
  for (const { name, in: spaces, calls } of cases.filter((item) => sample.includes(item.name))) {
    for (const [i, call] of calls.entries()) {
      for (const kind of ['uint8', 'bool', 'empty'] as const) {
        const apart = await differs(inputs, name, spaces[0]!, call, kind);
        if (apart) found.push(`${name}#${i} ${kind}: ${apart}`);
      }
    }
  }
  expect(found).toEqual([]);
});

test('what PyTorch takes at the edges of its signatures', async () => {
  const F = nn.functional;
  const flags = torch.tensor([true, false]);
  const both = torch.tensor([true, true]);
  expect(await flags.add(both, { alpha: true }).tolist()).toEqual([true, true]);
  expect(await flags.add(both, { alpha: false }).tolist()).toEqual([true, false]);
  expect(() => torch.ones(2).add(1, { alpha: true })).toThrow(torch.ArgumentError);
  const picture = torch.arange(16, { dtype: torch.float32 }).reshape([1, 4, 4]);
  expect(await F.avgPool2d(picture, [2, 2], []).tolist()).toEqual([
    [
      [2.5, 4.5],
      [10.5, 12.5],
    ],
  ]);
  expect(await F.maxPool2d(picture, [2, 2], []).tolist()).toEqual([
    [
      [5, 7],
      [13, 15],
    ],
  ]);
  expect(F.batchNorm(torch.zeros(0), torch.zeros(0), torch.ones(0)).shape).toEqual([0]);
  const one = torch.tensor(3, { dtype: torch.uint8 });
  expect([one.sumToSize([]).dtype, one.reshape([1]).sumToSize(1).dtype]).toEqual([torch.int64, torch.uint8]);
  const float = torch.tensor(3, { dtype: torch.float32 });
  const copy = float.sumToSize([]);
  float.add_(1);
  expect(await copy.item()).toBe(3);
  const x = torch.tensor([1, 0, 2], { dtype: torch.float32, requiresGrad: true });
  const norm = x.norm(0);
  expect([await norm.item(), norm.requiresGrad]).toEqual([2, true]);
  norm.backward();
  expect(x.grad).toBe(null);
});
