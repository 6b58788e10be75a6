// The Dirichlet distribution on the host beside PyTorch's: the same numbers, after as many draws.
import { expect, test } from 'vitest';
import { uniform24 } from '../../src/engine/storage/random/distributions';
import { dirichlet, gamma } from '../../src/engine/storage/random/gamma';
import { Generator } from '../../src/engine/storage/random/generator';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly alphas: readonly number[];
  readonly seed: number;
  readonly values: readonly (readonly number[])[];
  readonly next: number;
}

const { cases } = await loadFixture<Case>('colors');

test.each(cases.filter(({ kind }) => kind === 'dirichlet'))('$alphas', ({ alphas, seed, values, next }) => {
  const generator = new Generator().manualSeed(seed);
  for (const row of values) expect([...dirichlet(alphas, generator)]).toEqual(row.map(Math.fround));
  expect(uniform24(generator)).toBe(Math.fround(next));
});

test('a shape of 0 draws nothing', () => {
  const generator = new Generator().manualSeed(1);
  expect(gamma(0, generator)).toBeGreaterThan(0);
  expect(uniform24(generator)).toBe(uniform24(new Generator().manualSeed(1)));
  expect(() => dirichlet([1, -1])).toThrow(/concentrations above 0, but got -1/);
});
