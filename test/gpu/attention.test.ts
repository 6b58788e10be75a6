// Checks attention and the transformer's encoder layer against PyTorch: first weights, printed text, outputs and gradients.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attention as onePass } from '../../src/engine/kernels/matmul/attention';
import { adapterOf } from '../support/adapter';
import { type Call, checkCall } from '../support/calls';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { runPasses } from '../support/passes';
import { sampled } from '../support/sample';

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

interface StackCase extends FixtureCase {
  readonly stack: 'TransformerEncoder' | 'TransformerDecoder' | 'Transformer';
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly inputs: number;
  readonly training: boolean;
  readonly masks: readonly string[];
  readonly flags: Record<string, boolean>;
  readonly text: string;
}

const fixture = await loadFixture<Call | LayerCase | StackCase>('attention');
const calls = fixture.cases.filter((item): item is Call => 'op' in item);
const stacks = fixture.cases.filter((item): item is StackCase => 'stack' in item);
const layers = fixture.cases.filter((item): item is LayerCase => 'module' in item);

/** What must be told to `multiHeadAttentionForward`, though it may be null. */
const without = { inProjWeight: null, inProjBias: null, biasK: null, biasV: null, outProjBias: null };

/** Results in a row. */
const joined = (results: readonly (Tensor | null)[]): Tensor =>
  torch.cat(results.filter((y): y is Tensor => y !== null).map((y) => y.flatten()));

test.each(calls)('$name', async (item) => {
  await checkCall(fixture as never, item, ([q, k, v], options) =>
    item.op === 'multiHeadAttentionForward'
      ? joined(F.multiHeadAttentionForward(q!, k!, v!, { ...without, ...options } as nn.functional.MultiHeadArguments))
      : F.scaledDotProductAttention(q!, k!, v!, options),
  );
});

type Layers = Record<LayerCase['module'], new (...args: unknown[]) => nn.Module>;

describe('layers against PyTorch', () => {
  test.each(sampled(layers, 8))('$name', async ({ name, module, args, options, seed, call, text, outputs }) => {
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

const short = { dimFeedforward: 12, dropout: 0 };

function stackOf({ stack, options: { layers = 1, norm = false, ...own } }: StackCase): nn.Module {
  const options = { ...short, ...own };
  if (stack === 'Transformer') return new nn.Transformer(8, 2, 1, 1, options);
  const last = norm ? new nn.LayerNorm(8) : null;
  return stack === 'TransformerEncoder'
    ? new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2, options), layers as number, last)
    : new nn.TransformerDecoder(new nn.TransformerDecoderLayer(8, 2, options), layers as number, last);
}

describe('stacks with masks against PyTorch', () => {
  test.concurrent.each(sampled(stacks, 12))('$name', async (item) => {
    const array = (key: string) => fixture.tensor(`${item.name}/${key}`);
    torch.manualSeed(item.seed);
    const model = stackOf(item).train(item.training);
    expect(`${model}`).toBe(item.text);
    const state = Object.keys(model.stateDict()).map((key) => [key, fromFixture(array(`state_${key}`))]);
    model.loadStateDict(Object.fromEntries(state));
    const xs = Array.from({ length: item.inputs }, (_, i) => fromFixture(array(`x${i}`), true));
    const masks = Object.fromEntries(item.masks.map((key) => [key, fromFixture(array(`mask_${key}`))]));
    const y = model(...xs, { ...masks, ...item.flags }) as Tensor;
    await expectClose(y, array('y0'), { rtol: 2e-5, atol: 1e-5 });
    y.mul(fromFixture(array('dy0')))
      .sum()
      .backward();
    const tolerance = { rtol: 1e-4, atol: 2e-5 };
    for (const [i, x] of xs.entries()) await expectClose(x.grad!, array(`grad_x${i}`), tolerance);
    for (const [key, parameter] of model.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_state_${key}`), tolerance);
    }
  });

  test('masks may be given by place, as in PyTorch', async () => {
    torch.manualSeed(0);
    const model = new nn.Transformer(8, 2, 1, 1, short);
    const [src, tgt] = [torch.randn(4, 2, 8), torch.randn(3, 2, 8)];
    const [srcMask, tgtMask] = [4, 3].map((size) => nn.Transformer.generateSquareSubsequentMask(size)) as [
      Tensor,
      Tensor,
    ];
    const named = model(src, tgt, { srcMask, tgtMask });
    expect(await torch.equal(model(src, tgt, srcMask, tgtMask), named)).toBe(true);
    const [encoder, decoder] = [model.encoder as nn.TransformerEncoder, model.decoder as nn.TransformerDecoder];
    const memory = encoder(src, srcMask);
    expect(await torch.equal(decoder(tgt, memory, tgtMask), named)).toBe(true);
    const [first, second] = [encoder.layers[0]!, decoder.layers[0]!];
    expect(await torch.equal(first(src, srcMask, null, true), first(src, { srcMask, isCausal: true }))).toBe(true);
    expect(await torch.equal(second(tgt, memory, tgtMask), second(tgt, memory, { tgtMask }))).toBe(true);
    expect(() => model(src, tgt, { mask: srcMask } as never)).toThrow(/Transformer: got an unknown argument 'mask'/);
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

test('multiHeadAttentionForward says which projections it lacks', () => {
  const x = torch.ones(3, 8);
  const given = {
    ...without,
    embedDimToCheck: 8,
    numHeads: 2,
    addZeroAttn: false,
    dropoutP: 0,
    outProjWeight: torch.eye(8),
  };
  const call = (more: object) => () => F.multiHeadAttentionForward(x, x, x, { ...given, ...more });
  expect(call({})).toThrow(
    'multiHeadAttentionForward: expected inProjWeight with useSeparateProjWeight false, but got null',
  );
  expect(call({ useSeparateProjWeight: true })).toThrow('expected qProjWeight, kProjWeight and vProjWeight');
  expect(call({ embedDimToCheck: 6 })).toThrow(
    'a query of 6 features, which 2 heads share, but got [3, 8], [3, 8], [3, 8]',
  );
  expect(call({ inProjWeight: torch.ones(24, 8), isCausal: true })).toThrow('expected an attnMask with isCausal');
});

describe('the pass that a GPU takes for attention, on this device', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  });
  afterAll(() => device?.destroy());

  // Three heads of queries share one of keys and values. In test/long gradients and other shapes are tried, too.
  test.each([
    { causal: true, rows: 40, keys: 37 },
    { causal: false, rows: 33, keys: 70 },
  ])('%o', async ({ causal, rows, keys }) => {
    const [heads, features, columns, scale] = [3, 20, 12, 0.5];
    const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + count));
    const [q, k, v] = [numbers(heads * rows * features), numbers(keys * features), numbers(keys * columns)] as const;
    const mask = numbers(rows * keys);
    const meta = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
    const lowering = onePass({
      inputs: [meta(heads, rows, features), meta(1, keys, features), meta(1, keys, columns), meta(rows, keys)],
      outputs: [meta(heads, rows, columns)],
      attrs: { scale, causal, masked: !causal, drops: false, orders: [null, null, null] },
      adapter: adapterOf('gpu'),
    });
    const expected: number[] = [];
    for (let row = 0; row < heads * rows; row++) {
      const i = row % rows;
      const seen = causal ? Math.min(i + 1, keys) : keys;
      const weights = Array.from({ length: seen }, (_, j) => {
        let score = causal ? 0 : mask[i * keys + j]!;
        for (let e = 0; e < features; e++) score += scale * q[row * features + e]! * k[j * features + e]!;
        return Math.exp(score);
      });
      const total = weights.reduce((a, b) => a + b);
      for (let c = 0; c < columns; c++) {
        expected.push(weights.reduce((sum, weight, j) => sum + weight * v[j * columns + c]!, 0) / total);
      }
    }
    const [y] = await runPasses(device, lowering, causal ? [q, k, v] : [q, k, v, mask], [expected.length]);
    expectNumbers(y!, expected, { rtol: 1e-5, atol: 2e-6 });
  });
});
