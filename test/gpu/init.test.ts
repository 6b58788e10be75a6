// Checks nn.init and the layers' default initialisation against PyTorch's numbers, seed by seed.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface InitCase extends FixtureCase {
  readonly kind: 'layers' | 'function' | 'gain';
  readonly seed: number;
  readonly layers: readonly (readonly [name: string, args: unknown[], options: object])[];
  readonly function: string;
  readonly shape: readonly number[];
  readonly options: object;
  readonly randAfter: number;
  readonly nonlinearity: nn.init.Nonlinearity;
  readonly param: number | null;
  readonly gain: number;
}

type Layer = new (...args: unknown[]) => nn.Module;
type Fill = (tensor: Tensor, options?: object) => Tensor;

const fixture = await loadFixture<InitCase>('init');
const cases = (kind: InitCase['kind']) => fixture.cases.filter((c) => c.kind === kind);

/** PyTorch's vectorised sine, cosine and logarithm differ from ours in the last bit, which Gram-Schmidt may double. */
const tolerances: Record<string, number> = { orthogonal_: 2e-6, normal_: 1e-6 };

describe('default initialisation', () => {
  test.each(cases('layers'))('$name', async ({ name, seed, layers, randAfter }) => {
    torch.manualSeed(seed);
    const built = layers.map(([type, args, options]) => {
      const named = Object.keys(options).length > 0 ? [options] : [];
      return new (nn as unknown as Record<string, Layer>)[type]!(...args, ...named);
    });
    const next = torch.rand(1);
    for (const [i, layer] of built.entries()) {
      for (const [key, parameter] of layer.namedParameters()) {
        const expected = fixture.tensor(`${name}/${i}.${key}`);
        expect(parameter.shape).toEqual(expected.shape);
        expect(await parameter.data()).toEqual(expected.data);
      }
    }
    expect(await next.item()).toBe(randAfter);
  });
});

describe('nn.init', () => {
  test.each(cases('function'))('$name', async ({ name, function: fill, seed, shape, options, randAfter }) => {
    torch.manualSeed(seed);
    const given = torch.empty(shape, { requiresGrad: true });
    const tensor = (nn.init as unknown as Record<string, Fill>)[fill]!(given, options);
    expect(tensor).toBe(given);
    const next = torch.rand(1);
    const expected = fixture.tensor(`${name}/output`).data;
    const data = [...(await tensor.data())];
    const tolerance = tolerances[fill] ?? (fill.includes('ormal_') ? 1e-6 : 0);
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(data.length).toBe(expected.length);
    expect(worst).toBeLessThanOrEqual(tolerance);
    expect(await next.item()).toBe(randAfter);
  });

  test.each(cases('gain'))('calculateGain $name', ({ nonlinearity, param, gain }) => {
    expect(nn.init.calculateGain(nonlinearity, param ?? undefined)).toBeCloseTo(gain, 14);
  });

  test('refuses shapes without a fan, and unknown modes', () => {
    expect(() => nn.init.kaimingUniform_(torch.empty(3))).toThrow('kaimingUniform_: expected a weight of at least 2');
    expect(() => nn.init.kaimingNormal_(torch.empty(3, 3), { mode: 'fan' as 'fan_in' })).toThrow(torch.ArgumentError);
    expect(() => nn.init.eye_(torch.empty(3))).toThrow(torch.ShapeError);
  });

  test('sparse_ leaves the given share of each column zero', async () => {
    const data = await nn.init.sparse_(torch.empty(10, 4), { sparsity: 0.25 }).data();
    for (let column = 0; column < 4; column++) {
      const zeros = Array.from({ length: 10 }, (_, row) => data[row * 4 + column]).filter((x) => x === 0);
      expect(zeros).toHaveLength(3);
    }
  });
});
