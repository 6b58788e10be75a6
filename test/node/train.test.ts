import { expect, test } from 'vitest';
import { trainSmall } from '../support/train-small';

test('trains in Node with the package webgpu', async () => {
  const losses = await trainSmall();
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
});
