// Checks gridSample and affineGrid against PyTorch.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

const fixture = await loadFixture<Call>('grids');

test.each(sampled(fixture.cases, 16))('$name', async (item) => {
  const call =
    item.op === 'gridSample'
      ? checkCall(fixture, item, ([x, grid], options) => F.gridSample(x!, grid!, options), { rtol: 1e-4, atol: 1e-5 })
      : checkCall(fixture, item, ([theta], { size, ...options }) => F.affineGrid(theta!, size as number[], options));
  await call;
});

test('errors name what is wrong', () => {
  const image = torch.zeros(1, 1, 4, 4);
  expect(() => F.gridSample(image, torch.zeros(1, 4, 4, 3))).toThrow(/gridSample: expected input .* \[1, 4, 4, 3\]/);
  expect(() => F.gridSample(image, torch.zeros(1, 4, 4, 2), 'cubic' as 'bicubic')).toThrow(/but got 'cubic'/);
  expect(() => F.affineGrid(torch.zeros(1, 2, 2), [1, 1, 4, 4])).toThrow(/affineGrid: expected theta \[N, 2, 3\]/);
});
