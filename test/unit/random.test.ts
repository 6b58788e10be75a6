// Checks the host's random numbers against PyTorch's CPU generator, value by value.
import { describe, expect, it } from 'vitest';
import {
  fillBernoulli,
  fillNormal,
  fillRandint,
  fillRandom,
  fillUniform,
  type NumberArray,
  randomInt64,
  randperm,
} from '../../src/engine/storage/random/distributions';
import { defaultGenerator, Generator, manualSeed } from '../../src/engine/storage/random/generator';
import { drawBaseSeed, finishSampler, samplerOrder, splitIndices } from '../../src/engine/storage/random/shuffle';
import { loadFixture } from '../support/fixtures';

type Case = { name: string } & (
  | { kind: 'fill'; seed: string; size: number }
  | { kind: 'range'; seed: number; low: number; high: number; values: number[] }
  | { kind: 'interleaved'; seed: number; steps: { call: string; size: number; values: number[] | string }[] }
  | { kind: 'state'; seed: number; draws: number[]; sha256: string }
  | LoaderCase
  | { kind: 'loader-steps'; seed: number; n: number; afterIter: number; first: number[]; afterFirst: number }
  | { kind: 'split'; seed: number; n: number; lengths: number[]; parts: number[][] }
);

interface LoaderCase {
  name: string;
  kind: 'loader';
  seed: number;
  n: number;
  batchSize: number;
  shuffle: boolean;
  dropLast: boolean;
  generatorSeed: number | null;
  randnBetween: number;
  epochs: number[][][];
  randAfter: number[];
  randAfterOwn: number[] | null;
}

const fixture = await loadFixture<Case>('random');
const casesOf = <K extends Case['kind']>(kind: K) =>
  fixture.cases.filter((c): c is Extract<Case, { kind: K }> => c.kind === kind);
const array = (name: string) => Array.from(fixture.tensor(name).data);

/** PyTorch's vector sine, cosine and logarithm round the last bit their own way; everything else must be equal. */
function expectNear(got: NumberArray, want: readonly number[]): void {
  expect(got.length).toBe(want.length);
  for (let i = 0; i < want.length; i++) {
    expect(Math.abs(got[i] - want[i]), `at ${i}: ${got[i]}, ${want[i]}`).toBeLessThanOrEqual(
      5e-7 * Math.max(1, Math.abs(want[i])),
    );
  }
}

describe('fills', () => {
  it.each(casesOf('fill'))('$name', ({ name, seed, size }) => {
    const from = () => new Generator().manualSeed(BigInt(seed));
    const floats = () => new Float32Array(size);
    const equal = (key: string, got: NumberArray) => expect(Array.from(got), key).toEqual(array(`${name}/${key}`));
    equal('rand', fillUniform(floats(), 0, 1, from()));
    equal('uniform', fillUniform(floats(), -0.3, 0.7, from()));
    equal('randint', fillRandint(floats(), -7, 13, from()));
    equal('randintWide', fillRandint(new Int32Array(size), 0, 2 ** 28 + 3, from()));
    equal('random', fillRandom(new Int32Array(size), 'int32', from()));
    equal('randomFloat', fillRandom(floats(), 'float32', from()));
    equal('bernoulli', fillBernoulli(floats(), 0.3, from()));
    const chances = Float32Array.from({ length: size }, (_, i) => (size === 1 ? 0 : i / (size - 1)));
    equal('bernoulliEach', fillBernoulli(floats(), chances, from()));
    equal('randperm', randperm(size, from()));
    expectNear(fillNormal(floats(), 0, 1, from()), array(`${name}/randn`));
    expectNear(fillNormal(floats(), 5, 0.02, from()), array(`${name}/normal`));
  });

  it.each(casesOf('range'))('$name', ({ seed, low, high, values }) => {
    expect(fillRandint(new Array<number>(5).fill(0), low, high, new Generator().manualSeed(seed))).toEqual(values);
  });

  it('refuses bounds that make no distribution', () => {
    expect(() => fillUniform(new Float32Array(1), 1, 0)).toThrow('uniform_: expected from ≤ to');
    expect(() => fillNormal(new Float32Array(1), 0, -1)).toThrow('normal_: expected std ≥ 0, but got -1');
    expect(() => fillRandint(new Float32Array(1), 3, 3)).toThrow('randint: expected integers low < high');
    expect(() => fillBernoulli(new Float32Array(1), 1.5)).toThrow('bernoulli: expected p in [0, 1], but got 1.5');
    expect(() => randperm(-1)).toThrow('randperm: expected an integer n ≥ 0, but got -1');
  });
});

describe('calls in a row', () => {
  it.each(casesOf('interleaved'))('$name', ({ seed, steps }) => {
    const g = new Generator().manualSeed(seed);
    for (const { call, size, values } of steps) {
      if (call === 'int64') {
        expect(String(randomInt64(g))).toBe(values);
        continue;
      }
      const run: Record<string, () => NumberArray> = {
        rand: () => fillUniform(new Float32Array(size), 0, 1, g),
        randn: () => fillNormal(new Float32Array(size), 0, 1, g),
        randperm: () => randperm(size, g),
        randint: () => fillRandint(new Int32Array(size), 0, 100, g),
        bernoulli: () => fillBernoulli(new Float32Array(size), 0.5, g),
      };
      expectNear(Array.from(run[call]()).slice(0, 8), values as number[]);
    }
  });
});

describe('Generator', () => {
  const draw = (g: Generator, size: number) => Array.from(fillNormal(new Float32Array(size), 0, 1, g));

  it.each(casesOf('state'))(
    '$name holds the bytes PyTorch holds, and resumes',
    async ({ name, seed, draws, sha256 }) => {
      const g = new Generator().manualSeed(seed);
      for (const size of draws) draw(g, size);
      const state = g.getState();
      if (!draws.length || draws[0] % 2 === 0) {
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', state.slice()));
        expect(Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('')).toBe(sha256);
      }
      const next = draw(g, 5);
      expectNear(next, array(`${name}/next`));
      const resumed = new Generator().setState(state);
      expect(draw(resumed, 5)).toEqual(next);
      expect(resumed.initialSeed()).toBe(seed);
      expect(resumed.getState()).toEqual(g.getState());
    },
  );

  it('reads a state that PyTorch wrote', () => {
    const g = new Generator().setState(Uint8Array.from(array('state-later/state')));
    expectNear(draw(g, 5), array('state-later/next'));
  });

  it('starts from PyTorch’s default seed, and takes numbers and bigints', () => {
    expect(new Generator().initialSeed()).toBe(67280421310721);
    expect(new Generator().manualSeed(-3).initialSeed()).toBe(2n ** 64n - 3n);
    expect(draw(new Generator().manualSeed(5), 3)).toEqual(draw(new Generator().manualSeed(5n + 2n ** 32n), 3));
    const g = new Generator();
    expect(g.seed()).toBe(g.initialSeed());
  });

  it('refuses what is no seed and no state', () => {
    expect(() => new Generator().manualSeed(0.5)).toThrow(
      'manualSeed: expected an integer in [-2^63, 2^64), but got 0.5',
    );
    expect(() => new Generator().manualSeed(2n ** 64n)).toThrow('manualSeed: expected an integer in [-2^63, 2^64)');
    expect(() => new Generator().setState(new Uint8Array(3))).toThrow('expected 5056 bytes of state, but got 3');
    expect(() => new Generator().setState(new Uint8Array(5056))).toThrow('bytes that no generator wrote');
  });

  it('shares one default', () => {
    manualSeed(0);
    const first = draw(defaultGenerator(), 3);
    manualSeed(0);
    expect(Array.from(fillNormal(new Float32Array(3)))).toEqual(first);
  });
});

describe('DataLoader and random_split', () => {
  it.each(casesOf('loader'))('$name', (c) => {
    manualSeed(c.seed);
    const own = c.generatorSeed === null ? undefined : new Generator().manualSeed(c.generatorSeed);
    for (const batches of c.epochs) {
      drawBaseSeed(own);
      const order = c.shuffle ? samplerOrder(c.n, own) : Int32Array.from({ length: c.n }, (_, i) => i);
      const kept = c.dropLast ? c.n - (c.n % c.batchSize) : c.n;
      expect(batches.flat()).toEqual(Array.from(order.subarray(0, kept)));
      if (c.shuffle) finishSampler(c.n, own);
      fillNormal(new Float32Array(c.randnBetween));
    }
    expect(Array.from(fillUniform(new Float32Array(2)))).toEqual(c.randAfter);
    if (own) expect(Array.from(fillUniform(new Float32Array(2), 0, 1, own))).toEqual(c.randAfterOwn);
  });

  it.each(casesOf('loader-steps'))('the iterator draws the base seed, the first batch the order', (c) => {
    manualSeed(c.seed);
    drawBaseSeed();
    expect(fillUniform(new Float32Array(1))[0]).toBe(c.afterIter);
    expect(Array.from(samplerOrder(c.n).subarray(0, c.first.length))).toEqual(c.first);
    expect(fillUniform(new Float32Array(1))[0]).toBe(c.afterFirst);
  });

  it.each(casesOf('split'))('$name', ({ seed, parts }) => {
    manualSeed(seed);
    const got = splitIndices(parts.map((part) => part.length));
    expect(got.map((part) => Array.from(part))).toEqual(parts);
  });
});
