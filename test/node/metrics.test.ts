// Metrics beside torchmetrics: every figure of a batch, and of all batches, of the fixtures.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as metrics from 'lamplight/metrics';
import { describe, expect, test } from 'vitest';
import { agree, fromFixture } from '../support/close';
import { type FixtureNumber, fixtureNumber, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

/** Numbers in any nesting of lists and objects. */
type Figures = FixtureNumber | readonly Figures[] | { readonly [name: string]: Figures };

interface Case {
  readonly name: string;
  /** Of data: the number of tensors in each batch. */
  readonly batches?: readonly number[];
  readonly metric: string;
  readonly data: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly forward: readonly Figures[];
  readonly compute: Figures;
}

type Call = (...args: unknown[]) => unknown;
const classes = { ...metrics, ...metrics.segmentation } as unknown as Readonly<
  Record<string, new (options?: object) => metrics.Metric>
>;
const functions = metrics.functional as unknown as Readonly<Record<string, Call>>;

/** What a figure is apart from the expected one, said by path; tensors are read together. */
async function differences(found: readonly (readonly [name: string, found: unknown, expected: Figures])[]) {
  const apart: string[] = [];
  const compare = (name: string, value: unknown, expected: Figures): void => {
    if (Array.isArray(expected)) {
      if (!Array.isArray(value) || value.length !== expected.length) {
        apart.push(`${name}: ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`);
      } else for (const [i, item] of expected.entries()) compare(`${name}[${i}]`, value[i], item as Figures);
    } else if (typeof expected === 'object') {
      const items = value as Readonly<Record<string, unknown>>;
      for (const [key, item] of Object.entries(expected)) compare(`${name}.${key}`, items[key], item);
    } else if (!agree(Number(value), fixtureNumber(expected as FixtureNumber), { rtol: 2e-5, atol: 2e-6 })) {
      apart.push(`${name}: ${value}, expected ${expected}`);
    }
  };
  const read = async (value: unknown): Promise<unknown> => {
    if (value instanceof torch.Tensor) return value.tolist();
    if (Array.isArray(value)) return Promise.all(value.map(read));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await read(item)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  const values = await Promise.all(found.map(async ([, value]) => read(await value)));
  for (const [i, [name, , expected]] of found.entries()) compare(name, values[i], expected);
  return apart;
}

/** Functions are named as torchmetrics' are, in camelCase. */
const functionOf = (metric: string): Call | undefined => {
  const name = metric
    .replace('AUROC', 'Auroc')
    .replace('ROC', 'Roc')
    .replace('FBeta', 'Fbeta')
    .replace(/^(Pearson|Spearman)CorrCoef/, '$1Corrcoef')
    .replace(/^KL/, 'kl');
  return functions[name[0]!.toLowerCase() + name.slice(1)];
};

describe.each(['metrics_classification', 'metrics_regression', 'metrics_image'])('%s', async (family) => {
  const fixture = await loadFixture<Case>(family);
  const cases = sampled(
    fixture.cases.filter(({ metric }) => metric),
    24,
  );
  const batches = new Map<string, Tensor[][]>();
  for (const { name, batches: sizes } of fixture.cases) {
    const tensors = (size: number, b: number) =>
      Array.from({ length: size }, (_, i) => fromFixture(fixture.tensor(`${name}/${b}/${i}`)));
    if (sizes) batches.set(name.replace('data ', ''), sizes.map(tensors));
  }

  test.each([...new Set(cases.map(({ metric }) => metric))])('%s', async (metric) => {
    const found: [string, unknown, Figures][] = [];
    for (const one of cases.filter((own) => own.metric === metric)) {
      const made = new classes[metric]!(one.options);
      const own = batches.get(one.data)!;
      own.forEach((batch, b) => {
        found.push([`${one.name}: batch ${b}`, (made as unknown as Call)(...batch), one.forward[b]!]);
      });
      found.push([`${one.name}: all`, made.compute(), one.compute]);
      const call = functionOf(metric);
      // These count the outputs of their batch, as torchmetrics' do.
      const options = /^(Pearson|Spearman)/.test(metric) ? {} : one.options;
      if (call) found.push([`${one.name}: function`, call(...own[0]!, options), one.forward[0]!]);
    }
    expect(await differences(found)).toEqual([]);
  });
});
