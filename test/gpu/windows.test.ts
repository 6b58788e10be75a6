// Checks the windows of signals against PyTorch.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { expectClose } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface WindowCase extends FixtureCase {
  readonly op: string;
  readonly arguments: readonly unknown[];
}

const { windows } = torch.signal;
const fixture = await loadFixture<WindowCase>('windows');
const functions = { ...torch, ...windows } as unknown as Record<string, (...args: readonly unknown[]) => Tensor>;

test.each(fixture.cases)('$name', async ({ name, op, arguments: args }) => {
  await expectClose(functions[op]!(...args), fixture.tensor(`${name}/y`), { rtol: 1e-6, atol: 1e-7 });
});

test('options of tensors', () => {
  expect(windows.hann(4, { requiresGrad: true }).requiresGrad).toBe(true);
  expect(windows.kaiser({ M: 4, beta: 2, dtype: 'float32' }).dtype).toBe('float32');
  expect(torch.hannWindow(4, false).shape).toEqual([4]);
});

test('refusals', () => {
  expect(() => windows.hann(-1)).toThrow(/signal\.windows\.hann: expected M/);
  expect(() => windows.gaussian(4, { std: 0 })).toThrow(/signal\.windows\.gaussian: expected std/);
  expect(() => windows.exponential(4, { center: 1 })).toThrow(/no center of a symmetric window.*sym: false/);
  expect(() => windows.generalCosine(4, { a: [] })).toThrow(/generalCosine: expected a/);
  expect(() => torch.hammingWindow(4, true, { gamma: 1 } as object)).toThrow(/hammingWindow.*gamma/);
});
