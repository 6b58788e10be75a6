// Checks attention and the transformer's encoder layer against PyTorch: first weights, printed text, outputs and gradients.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface LayerCase extends FixtureCase {
  readonly module: 'MultiheadAttention' | 'TransformerEncoderLayer';
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly call?: nn.AttentionCall;
  readonly text: string;
  readonly outputs: number;
}

const fixture = await loadFixture<Call | LayerCase>('attention');
const calls = fixture.cases.filter((item): item is Call => 'op' in item);
const layers = fixture.cases.filter((item): item is LayerCase => 'module' in item);

test.each(calls)('$name', async (item) => {
  await checkCall(fixture as never, item, ([q, k, v], options) => F.scaledDotProductAttention(q!, k!, v!, options));
});

type Layers = Record<LayerCase['module'], new (...args: unknown[]) => nn.Module>;

describe('layers against PyTorch', () => {
  test.each(layers)('$name', async ({ name, module, args, options, seed, call, text, outputs }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    const optional = (key: string) => (fixture.has(`${name}/${key}`) ? fromFixture(array(key)) : null);
    torch.manualSeed(seed);
    const layer = new (nn as unknown as Layers)[module](...args, options);
    expect(`${layer}`).toBe(text);
    expect(Object.keys(layer.stateDict()).length).toBe(layer.namedParameters().length);
    for (const [key, parameter] of layer.namedParameters()) await expectClose(parameter, array(`state_${key}`));
    const keys = module === 'MultiheadAttention' ? ['query', 'key', 'value'] : ['input'];
    const xs = keys.map((key) => fromFixture(array(key), true));
    const [pairs, padding] = [optional('maskPairs'), optional('maskKeys')];
    const masks =
      module === 'MultiheadAttention'
        ? { attnMask: pairs, keyPaddingMask: padding }
        : { srcMask: pairs, srcKeyPaddingMask: padding };
    const results = [layer(...xs, { ...call, ...masks })].flat().filter((y): y is Tensor => y !== null);
    expect(results).toHaveLength(outputs);
    let loss: Tensor = torch.zeros([]);
    for (const [i, y] of results.entries()) {
      await expectClose(y, array(`y${i}`), { atol: 2e-6 });
      loss = loss.add(y.mul(fromFixture(array(`dy${i}`))).sum());
    }
    loss.backward();
    const tolerance = { rtol: 2e-5, atol: 1e-5 };
    for (const [i, key] of keys.entries()) await expectClose(xs[i]!.grad!, array(`grad_${key}`), tolerance);
    for (const [key, parameter] of layer.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_state_${key}`), tolerance);
    }
  });
});

describe('errors', () => {
  test('name what is wrong', () => {
    const x = torch.zeros(3, 2, 8);
    expect(() => new nn.MultiheadAttention(8, 3)).toThrow(/embedDim divisible by numHeads, but got 8 and 3/);
    expect(() => new nn.MultiheadAttention(6, 3)(x, x, x)).toThrow(/with 6, 6, 6 features, but got \[3, 2, 8\]/);
    expect(() => new nn.MultiheadAttention(8, 2)(x, x, x, { isCausal: true })).toThrow(/expected an attnMask/);
    expect(() => F.scaledDotProductAttention(x, x, x, torch.ones(2, 2), 0, true)).toThrow(/attnMask or isCausal/);
    expect(() => new nn.TransformerEncoderLayer(8, 2, { activation: 'swish' as 'relu' })).toThrow(/'swish'/);
  });
});
