// Random programs of views, in-place writes, detach and backward: values, gradients and refusals as PyTorch has them.
import { expect, test } from 'vitest';
import { type AliasingCase, differences } from '../support/aliasing';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const { cases } = await loadFixture<AliasingCase>('aliasing');

test.each(sampled(cases, 2))('program $name', async (program) => {
  expect(await differences(program, () => false)).toEqual([]);
});
