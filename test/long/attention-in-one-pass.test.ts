// Attention in one pass, the kernel of GPUs: results and gradients beside those of products and softmax, on any adapter.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const F = nn.functional;

beforeAll(() => torch.init({ kernels: 'gpu' }));

interface Case {
  /** Batches and heads. */
  readonly lead: readonly number[];
  readonly queries: number;
  readonly keys: number;
  /** Features of queries and keys, and of values. */
  readonly features: readonly [number, number];
  /** The shape of a mask to add; 'hidden': one of true and false whose row 3 hides every key. */
  readonly mask?: readonly number[] | 'hidden';
  readonly isCausal?: boolean;
  /** Query heads that share a head of keys and values. */
  readonly sharing?: number;
}

/** The definition, written out: softmax(Q Kᵀ / √E + mask) V, and 0 where every key is hidden. */
function written(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, sharing: number): Tensor {
  const [keys, values] = sharing > 1 ? [k, v].map((x) => x.repeatInterleave(sharing, -3)) : [k, v];
  const scores = q.matmul(keys!.transpose(-2, -1)).div(Math.sqrt(q.shape.at(-1)!));
  if (!mask) return scores.softmax(-1).matmul(values!);
  if (mask.dtype !== 'bool') return scores.add(mask).softmax(-1).matmul(values!);
  // −10⁴ rather than −∞, whose gradient is NaN where a row hides every key.
  const weights = scores.maskedFill(mask.logicalNot(), -1e4).softmax(-1);
  return weights.mul(mask.any(-1, true).to('float32')).matmul(values!);
}

const heads = [2, 3];
const cases: readonly Case[] = [
  { lead: heads, queries: 70, keys: 33, features: [64, 64] },
  { lead: heads, queries: 70, keys: 70, features: [64, 24], isCausal: true },
  { lead: [], queries: 8, keys: 5, features: [4, 8] },
  { lead: [3], queries: 37, keys: 100, features: [20, 128] },
  // More rows than keys, and as many tiles as let one have 64 rows.
  { lead: [80], queries: 70, keys: 40, features: [16, 36], isCausal: true },
  { lead: [80], queries: 66, keys: 40, features: [16, 16], mask: [40] },
  { lead: heads, queries: 40, keys: 50, features: [16, 16], mask: [2, 1, 1, 50] },
  { lead: heads, queries: 40, keys: 50, features: [16, 16], mask: [2, 3, 40, 50] },
  { lead: heads, queries: 40, keys: 50, features: [16, 16], mask: [3, 40, 1] },
  { lead: heads, queries: 40, keys: 50, features: [16, 16], mask: 'hidden' },
  { lead: [2, 4], queries: 40, keys: 37, features: [16, 16], isCausal: true, sharing: 2 },
  { lead: [2, 4], queries: 40, keys: 37, features: [16, 16], mask: [2, 1, 40, 37], sharing: 4 },
];

const named = cases.map((item) => [JSON.stringify(item).replaceAll('"', ''), item] as const);

describe('one dispatch gives the numbers of the definition, and its gradients are theirs', () => {
  test.each(named)('%s', async (_, { lead, queries, keys, features, mask, isCausal = false, sharing = 1 }) => {
    torch.manualSeed(1);
    const shared = [...lead.slice(0, -1), ...lead.slice(-1).map((size) => size / sharing)];
    const [e, ev] = features;
    const leaf = (shape: readonly number[]) => torch.randn(shape).requiresGrad_();
    const q = leaf([...lead, queries, e]);
    const [k, v] = [leaf([...shared, keys, e]), leaf([...shared, keys, ev])];
    const hiding = torch.rand(queries, keys).gt(0.3);
    hiding.at(3).fill_(false);
    const given = mask === 'hidden' ? hiding : mask ? leaf(mask) : null;
    const causal = torch.ones(queries, keys).tril().to('bool');
    const options = { attnMask: given, isCausal, enableGqa: sharing > 1 };
    await torch.synchronize();
    const before = torch.gpu.stats().dispatches;
    const alone = torch.noGrad(() => F.scaledDotProductAttention(q, k, v, options));
    await torch.synchronize();
    // A mask of true and false becomes numbers first.
    expect(torch.gpu.stats().dispatches - before).toBe(mask === 'hidden' ? 2 : 1);
    const y = F.scaledDotProductAttention(q, k, v, options);
    const wanted = written(q, k, v, isCausal ? causal : given, sharing);
    const leaves = given?.requiresGrad ? [q, k, v, given] : [q, k, v];
    const dy = torch.randn(y.shape);
    const grads = torch.autograd.grad(y, leaves, dy);
    const wantedGrads = torch.autograd.grad(wanted, leaves, dy);
    const all = [alone, y, ...grads];
    const allWanted = [wanted, wanted, ...wantedGrads];
    for (const [i, x] of all.entries()) {
      expectNumbers(await x!.data(), [...(await allWanted[i]!.data())], { rtol: 2e-5, atol: 5e-6 });
    }
  });
});

test('multi-head attention without weights takes it, too, and gives what it gives with them', async () => {
  torch.manualSeed(2);
  const layer = new nn.MultiheadAttention(32, 4, { batchFirst: true });
  const x = torch.randn(3, 20, 32);
  const padding = torch.zeros(3, 20).to('bool');
  padding.at(1, '15:').fill_(true);
  for (const keyPaddingMask of [null, padding]) {
    const [alone, none] = layer.forward(x, x, x, { keyPaddingMask, needWeights: false });
    const [beside, weights] = layer.forward(x, x, x, { keyPaddingMask });
    expect([none, weights?.shape]).toEqual([null, [3, 20, 20]]);
    expectNumbers(await alone.data(), [...(await beside.data())], { rtol: 2e-5, atol: 1e-6 });
  }
});

test('scores too great for their exponentials, and rows of many keys, are as exact as in the definition', async () => {
  torch.manualSeed(3);
  const [q, k, v] = [torch.randn(1, 32, 16).mul(40), torch.randn(1, 600, 16), torch.randn(1, 600, 16)];
  const y = await F.scaledDotProductAttention(q, k, v).data();
  expectNumbers(y, [...(await written(q, k, v, null, 1).data())], { rtol: 2e-4, atol: 1e-5 });
});
