// Checks torch.distributions against PyTorch: draws of the same seed, densities, moments, entropies and their gradients.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface Spec {
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Divergence extends FixtureCase {
  readonly p: Spec;
  readonly q: Spec;
}

interface DistributionCase extends FixtureCase {
  readonly spec: Spec;
  readonly size: number[];
  readonly batchShape: number[];
  readonly eventShape: number[];
  readonly hasRsample: boolean;
  readonly text: string | null;
  readonly support: string | null;
  readonly eventDim: number;
  readonly isDiscrete: boolean;
}

type Distribution = torch.distributions.AnyDistribution;

const fixture = await loadFixture<DistributionCase | Divergence>('distributions');
const distributions = sampled(
  fixture.cases.filter((item) => 'spec' in item),
  12,
);
const divergences = sampled(
  fixture.cases.filter((item) => 'p' in item),
  12,
);
const kinds = torch.distributions as unknown as Readonly<Record<string, new (args: object) => unknown>>;

const isSpec = (value: unknown): value is Spec => typeof value === 'object' && value !== null && 'kind' in value;
const isArray = (value: unknown): value is { readonly array: string } =>
  typeof value === 'object' && value !== null && 'array' in value;

/** What a spec describes, with a leaf for each array of floats. */
function built(name: string, { kind, args }: Spec, leaves: Map<string, Tensor>): unknown {
  const argument = (value: unknown): unknown => {
    if (isSpec(value)) return built(name, value, leaves);
    if (isArray(value)) {
      const leaf = fromFixture(fixture.tensor(`${name}/${value.array}`), true);
      leaves.set(value.array, leaf);
      return leaf;
    }
    return Array.isArray(value) ? value.map(argument) : value;
  };
  return new kinds[kind]!(Object.fromEntries(Object.entries(args).map(([key, value]) => [key, argument(value)])));
}

const SEED = 7;

/** Everything that a case tells, by the names of its arrays. */
async function figuresOf(item: DistributionCase): Promise<[string, Tensor][]> {
  const figures: [string, Tensor][] = [];
  const array = (key: string) => fromFixture(fixture.tensor(`${item.name}/${key}`));
  const wants = (key: string) => fixture.has(`${item.name}/${key}`);
  const note = (key: string, make: () => Tensor) => {
    if (!wants(key)) return;
    figures.push([key, make()]);
  };
  const leaves = new Map<string, Tensor>();
  const d = built(item.name, item.spec, leaves) as Distribution;
  expect([d.batchShape, d.eventShape, d.hasRsample]).toEqual([item.batchShape, item.eventShape, item.hasRsample]);
  expect([d.support.eventDim, d.support.isDiscrete]).toEqual([item.eventDim, item.isDiscrete]);
  if (item.text !== null) expect(String(d)).toBe(item.text);
  if (item.support !== null) expect(String(d.support)).toBe(item.support);

  const differentiate = (key: string, output: Tensor) => {
    if (!wants(`${key}Dy`)) return;
    const names = [...leaves.keys()].filter((name) => wants(`${key}:${name}`));
    const grads = torch.autograd.grad(
      output,
      names.map((name) => leaves.get(name)!),
      { gradOutputs: array(`${key}Dy`), retainGraph: true },
    );
    for (const [i, name] of names.entries()) figures.push([`${key}:${name}`, grads[i]!]);
  };
  torch.manualSeed(SEED);
  const sample = await d.sample(item.size);
  note('sample', () => sample);
  expect(sample.requiresGrad).toBe(false);
  if (d.hasRsample) {
    const rsample = await d.rsample(item.size);
    note('rsample', () => rsample);
    differentiate('rsample', rsample);
  }
  note('after', () => torch.rand(2));
  if (!wants('value')) return figures;
  const value = array('value');
  if (wants('logProb')) {
    const logProb = d.logProb(value);
    note('logProb', () => logProb);
    differentiate('logProb', logProb);
  }
  note('cdf', () => d.cdf({ value }));
  note('icdf', () => d.icdf(array('shares')));
  for (const moment of ['mean', 'mode', 'variance', 'stddev'] as const) note(moment, () => d[moment]);
  note('entropy', () => d.entropy());
  note('allValues', () => d.enumerateSupport());
  note('values', () => d.enumerateSupport({ expand: false }));
  return figures;
}

interface Noted {
  readonly name: string;
  readonly key: string;
  readonly figure: Tensor;
}

/** Compares figures with the arrays of their cases, which are read together. */
async function expectFigures(noted: readonly Noted[]): Promise<void> {
  const read = await Promise.all(noted.map(({ figure }) => figure.data()));
  noted.forEach(({ name, key, figure }, i) => {
    const expected = fixture.tensor(`${name}/${key}`);
    const place = `${name}: ${key}`;
    expect([place, figure.shape, figure.dtype]).toEqual([place, expected.shape, expected.dtype]);
    try {
      expectNumbers(read[i]!, expected.data, { rtol: 2e-5, atol: 4e-6 });
    } catch (error) {
      (error as Error).message = `${place}: ${(error as Error).message}`;
      throw error;
    }
  });
}

describe('against PyTorch', () => {
  const families = new Map<string, DistributionCase[]>();
  for (const item of distributions) {
    const family = item.name.split(' ')[0]!;
    families.set(family, [...(families.get(family) ?? []), item]);
  }
  test.each([...families])('%s', async (_, cases) => {
    const noted: Noted[] = [];
    for (const item of cases) {
      for (const [key, figure] of await figuresOf(item)) noted.push({ name: item.name, key, figure });
    }
    await expectFigures(noted);
  });

  test('parameters on the device are read back before draws that hang on them', async () => {
    const { Gamma, Poisson, Binomial } = torch.distributions;
    const known = torch.tensor([0.5, 2, 4.5], { requiresGrad: true });
    const there = known.mul(2).div(2);
    expect(there.storage.known).toBeNull();
    const drawnBy = async (x: Tensor) => {
      torch.manualSeed(SEED);
      const gamma = await new Gamma(x, 1).rsample([2]);
      const [grad] = torch.autograd.grad(gamma.sum(), [known], { retainGraph: true });
      const counts = [await new Poisson(x).sample(), await new Binomial(10, x.div(10)).sample()];
      return Promise.all([gamma, grad!, ...counts].map((y) => y.tolist()));
    };
    expect(await drawnBy(there)).toEqual(await drawnBy(known));
  });

  test('klDivergence', async () => {
    const noted = divergences.map(({ name, p, q }): Noted => {
      const [these, those] = [p, q].map((spec) => built(name, spec, new Map()) as Distribution);
      return { name, key: 'kl', figure: torch.distributions.klDivergence(these!, those!) };
    });
    await expectFigures(noted);
  });
});
