// Lays every network beside torchvision's or timm's: parameters, keys, printed text, and the initial weights of a seed.
import { createHash } from 'node:crypto';
import * as torch from 'lamplight';
import { type nn, vision } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

interface Case extends FixtureCase {
  readonly network: string;
  readonly group: 'models' | 'segmentation';
  readonly options: object;
  readonly parameters: number;
  /** Digests of the keys with their shapes, and of the printed text. */
  readonly keys: string;
  readonly text: string;
  /** The sum and the sum of magnitudes of each parameter. */
  readonly sums: readonly (readonly [number, number])[];
  /** The next random number. */
  readonly after: number;
}

const fixture = await loadFixture<Case>('networks');
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

test.each(fixture.cases)('$name', async ({ network, group, options, parameters, keys, text, sums, after }) => {
  torch.manualSeed(0);
  const functions = vision.models as unknown as Record<string, Record<string, unknown>>;
  const build = (group === 'models' ? functions[network] : functions.segmentation![network]) as (
    o: object,
  ) => nn.Module;
  const model = build(options);
  const next = await torch.rand(1).item();

  const state = Object.entries(model.stateDict()).map(([key, { shape }]) => `${key} [${shape.join(', ')}]`);
  expect(digest(state.join('\n')), state.slice(0, 8).join('\n')).toBe(keys);
  expect(digest(`${model}`), `${model}`.slice(0, 2000)).toBe(text);
  expect(model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0)).toBe(parameters);
  expect(next).toBeCloseTo(after, 6);
  for (const [i, [name, parameter]] of model.namedParameters().entries()) {
    let sum = 0;
    let magnitude = 0;
    for (const value of await parameter.data()) {
      sum += value;
      magnitude += Math.abs(value);
    }
    const [expected, size] = sums[i]!;
    expect(Math.abs(magnitude - size), name).toBeLessThanOrEqual(2e-6 * size);
    expect(Math.abs(sum - expected), name).toBeLessThanOrEqual(2e-6 * size);
  }
});
