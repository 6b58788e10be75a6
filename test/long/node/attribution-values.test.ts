// Attribution methods beside Captum's values, on small networks.

import type { nn, Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as interpret from 'lamplight/interpret';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../../support/close';
import { explained } from '../../support/explained';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

type Encoded = null | number | string | boolean | { readonly array: string } | readonly Encoded[];

interface Case extends FixtureCase {
  readonly method?: string;
  readonly model: keyof typeof explained;
  readonly options: Readonly<Record<string, Encoded>>;
  readonly layer?: string | readonly string[];
  readonly ctor?: object;
  readonly neuron?: Encoded;
  readonly rules?: Readonly<Record<string, readonly [rule: string, ...args: unknown[]]>>;
  readonly seed?: number;
  readonly tunnel?: boolean;
  readonly tolerance?: number;
}

interface Method {
  attribute(...args: readonly unknown[]): unknown;
}

const fixture = await loadFixture<Case>('attribution');
const models = new Map<string, nn.Module>();

async function modelOf(name: keyof typeof explained): Promise<nn.Module> {
  const known = models.get(name);
  if (known) return known;
  const model: nn.Module = new explained[name]();
  const state = Object.keys(model.stateDict()).map((key): [string, Tensor] => [
    key,
    fromFixture(fixture.tensor(`model/${name}/${key}`)),
  ]);
  model.loadStateDict(Object.fromEntries(state));
  models.set(name, model.eval());
  return model;
}

function arraysOf(prefix: string): Tensor[] {
  const found: Tensor[] = [];
  for (let i = 0; fixture.has(`${prefix}/${i}`); i++) found.push(fromFixture(fixture.tensor(`${prefix}/${i}`)));
  return found;
}

function decoded(value: Encoded, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => decoded(item, name));
  if (typeof value === 'object' && value !== null) {
    return fromFixture(fixture.tensor(`${name}/${(value as { array: string }).array}`));
  }
  return value;
}

/** Rules of relevance by the names of layers. */
const rulesOf = (rules: NonNullable<Case['rules']>): object =>
  Object.fromEntries(
    Object.entries(rules).map(([layer, [rule, ...args]]) => [
      layer,
      new (Reflect.get(interpret, rule) as new (...args: readonly unknown[]) => object)(...args),
    ]),
  );

const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]);

const methods = fixture.cases.filter(({ method }) => method !== undefined);

describe('values of Captum', () => {
  test.each(methods)('$name', async (each) => {
    const { name, method, ctor, layer, options, seed, tolerance = 1e-4 } = each;
    const model = await modelOf(each.model);
    const before = Object.values(model.stateDict()).map((x) => x.clone());
    const inputs = arraysOf(`inputs/${each.model}`);
    const make = Reflect.get(interpret, method!) as new (...args: readonly unknown[]) => Method;
    const settings = each.rules ? { ...ctor, rules: rulesOf(each.rules) } : ctor;
    const args = [model, ...(layer === undefined ? [] : [layer]), ...(settings ? [settings] : [])];
    const plain = new make(...args);
    const explainer = each.tunnel ? new interpret.NoiseTunnel(plain as never) : plain;
    const given = Object.entries(options).map(([key, value]): [string, unknown] => [key, decoded(value, name)]);
    if (seed !== undefined) torch.manualSeed(seed);
    const neuron = each.neuron === undefined ? [] : [each.neuron];
    const attributed = [inputs.length > 1 ? inputs : inputs[0], ...neuron, Object.fromEntries(given)];
    const result = await explainer.attribute(...attributed);
    const [found, delta] = options.returnConvergenceDelta ? (result as [unknown, Tensor]) : [result, null];
    const close = { rtol: tolerance, atol: tolerance / 10 };
    for (const [i, x] of flat(found).entries()) await expectClose(x, fixture.tensor(`${name}/out/${i}`), close);
    if (delta) await expectClose(delta, fixture.tensor(`${name}/delta`), { rtol: 1e-3, atol: 1e-5 });
    for (const [i, x] of Object.values(model.stateDict()).entries()) expect(await x.equal(before[i]!)).toBe(true);
    expect(inputs.every((x) => !x.requiresGrad && x.grad === null)).toBe(true);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });
});
