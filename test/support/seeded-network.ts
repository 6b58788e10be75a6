// Lays a network that was built from a seed beside torchvision's or timm's: parameters, keys, printed text and initial weights.
import { createHash } from 'node:crypto';
import type { nn } from 'lamplight';
import * as torch from 'lamplight';
import { expect } from 'vitest';
import type { FixtureCase } from './fixtures';

export interface SeededNetwork extends FixtureCase {
  readonly network: string;
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

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Builds the network from seed 0 and expects it to be the fixture's. */
export async function expectSeeded(build: () => nn.Module, wanted: SeededNetwork): Promise<void> {
  torch.manualSeed(0);
  const model = build();
  const next = await torch.rand(1).item();
  const state = Object.entries(model.stateDict()).map(([key, { shape }]) => `${key} [${shape.join(', ')}]`);
  expect(digest(state.join('\n')), state.slice(0, 8).join('\n')).toBe(wanted.keys);
  expect(digest(`${model}`), `${model}`.slice(0, 2000)).toBe(wanted.text);
  expect(model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0)).toBe(wanted.parameters);
  expect(next).toBeCloseTo(wanted.after, 6);
  for (const [i, [name, parameter]] of model.namedParameters().entries()) {
    let sum = 0;
    let magnitude = 0;
    for (const value of await parameter.data()) {
      sum += value;
      magnitude += Math.abs(value);
    }
    const [expected, size] = wanted.sums[i]!;
    expect(Math.abs(magnitude - size), name).toBeLessThanOrEqual(2e-6 * size);
    expect(Math.abs(sum - expected), name).toBeLessThanOrEqual(2e-6 * size);
  }
}
