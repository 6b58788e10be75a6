// Checks medians, histograms, counts and unique elements against PyTorch.
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { argumentsOf, type Call, checkCall } from '../support/calls';
import { expectClose } from '../support/close';
import { loadFixture } from '../support/fixtures';

const fixture = await loadFixture<Call>('statistics');

interface Options {
  readonly dim?: number;
  readonly keepdim?: boolean;
}

test.each(fixture.cases)('$name', async (item) => {
  if (item.op === 'histc') return checkCall(fixture, item, ([x], options) => x!.histc(options));
  const kind = item.op as 'median' | 'nanmedian';
  const { dim, keepdim } = item.options as Options;
  await checkCall(fixture, item, ([x]) => (dim === undefined ? x![kind]() : x![kind](dim, { keepdim })[0]));
  if (dim === undefined) return;
  const [x] = argumentsOf(fixture, item).xs;
  await expectClose(x![kind](dim, { keepdim })[1], fixture.tensor(`${item.name}/indices`));
});

describe('counts', () => {
  test('bincount', async () => {
    const x = torch.tensor([1, 4, 1, 0]);
    expect(await (await torch.bincount(x)).tolist()).toEqual([1, 2, 0, 0, 1]);
    expect(await (await x.bincount({ minlength: 7 })).tolist()).toEqual([1, 2, 0, 0, 1, 0, 0]);
    const weights = torch.tensor([0.5, 2, 0.25, 1]);
    expect(await (await x.bincount({ weights })).tolist()).toEqual([1, 0.75, 0, 0, 2]);
    await expect(torch.tensor([-1, 2]).bincount()).rejects.toThrow(
      /bincount: expected numbers of at least 0, but got -1/,
    );
    await expect(torch.ones(2).bincount()).rejects.toThrow(/a vector of whole numbers, but got float32/);
  });

  test('unique', async () => {
    const x = torch.tensor([
      [3, 1, 3],
      [2, 1, 1],
    ]);
    expect(await (await x.unique()).tolist()).toEqual([1, 2, 3]);
    const [values, inverse, counts] = await torch.unique(x, { returnInverse: true, returnCounts: true });
    expect(await values.tolist()).toEqual([1, 2, 3]);
    expect(await inverse.tolist()).toEqual([
      [2, 0, 2],
      [1, 0, 0],
    ]);
    expect(await counts.tolist()).toEqual([3, 1, 2]);
    const [columns, places] = await torch
      .tensor([
        [1, 0, 1],
        [2, 5, 2],
      ])
      .unique({ dim: 1, returnInverse: true });
    expect(await columns.tolist()).toEqual([
      [0, 1],
      [5, 2],
    ]);
    expect(await places.tolist()).toEqual([1, 0, 1]);
    const [gaps, each] = await torch.tensor([Number.NaN, 1, Number.NaN, 1]).unique({ returnCounts: true });
    expect(await gaps.tolist()).toEqual([1, Number.NaN, Number.NaN]);
    expect(await each.tolist()).toEqual([2, 1, 1]);
    expect((await torch.zeros(0).unique()).shape).toEqual([0]);
  });

  test('uniqueConsecutive', async () => {
    const [values, counts] = await torch.uniqueConsecutive(torch.tensor([1, 1, 2, 2, 2, 1]), { returnCounts: true });
    expect(await values.tolist()).toEqual([1, 2, 1]);
    expect(await counts.tolist()).toEqual([2, 3, 1]);
  });
});

test('errors name what is wrong', () => {
  expect(() => torch.zeros(2, 0).median(1)).toThrow(
    /median: expected a dimension with elements, but got shape \[2, 0\]/,
  );
  expect(() => torch.zeros(2).histc({ bins: 0 })).toThrow(/bins to be a whole number from 1 to .*, but got 0/);
});
