// Attention in one pass, the kernel of GPUs: results and gradients beside those of products and softmax, on any adapter.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attentionGrad } from '../../src/engine/kernels/matmul/attention-grad';
import { adapterOf } from '../support/adapter';
import { expectNumbers } from '../support/close';
import { runPasses } from '../support/passes';
import { partOf } from '../support/sample';

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
  readonly dropout?: number;
  /** Heads lie side by side in memory, as where features were split into them; 'packed': beside keys and values. */
  readonly heads?: 'inside' | 'packed';
}

/** The definition, written out: softmax(Q Kᵀ / √E + mask) V, and 0 where every key is hidden. */
function written(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, sharing: number, p = 0): Tensor {
  const [keys, values] = sharing > 1 ? [k, v].map((x) => x.repeatInterleave(sharing, -3)) : [k, v];
  const scores = q.matmul(keys!.transpose(-2, -1)).div(Math.sqrt(q.shape.at(-1)!));
  const drop = (weights: Tensor) => F.dropout(weights, { p, training: p > 0 });
  if (!mask) return drop(scores.softmax(-1)).matmul(values!);
  if (mask.dtype !== 'bool') return drop(scores.add(mask).softmax(-1)).matmul(values!);
  // −10⁴ rather than −∞, whose gradient is NaN where a row hides every key.
  const weights = scores.maskedFill(mask.logicalNot(), -1e4).softmax(-1);
  return drop(weights.mul(mask.any(-1, true).to('float32'))).matmul(values!);
}

const heads = [2, 3];
const cases: readonly Case[] = [
  { lead: heads, queries: 70, keys: 33, features: [64, 64] },
  { lead: heads, queries: 130, keys: 133, features: [64, 24], isCausal: true },
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
  { lead: [2, 4], queries: 110, keys: 37, features: [16, 128], mask: [2, 1, 110, 37], sharing: 4 },
  { lead: heads, queries: 40, keys: 40, features: [16, 16], isCausal: true, dropout: 0.3 },
  { lead: [80], queries: 70, keys: 37, features: [16, 20], dropout: 0.5 },
  { lead: [2, 4], queries: 40, keys: 138, features: [16, 16], mask: 'hidden', sharing: 2, dropout: 0.1 },
  { lead: heads, queries: 70, keys: 33, features: [16, 16], heads: 'inside' },
  { lead: [4, 2, 4], queries: 70, keys: 33, features: [64, 64], isCausal: true, sharing: 2, heads: 'inside' },
  { lead: [2, 4], queries: 20, keys: 20, features: [16, 16], mask: 'hidden', heads: 'packed' },
];

/** Of few heads, as these are: that several workgroups divide so many keys, or queries, whose results one more pass puts together. */
const divided = (others: number): number => (others > 96 ? 1 : 0);

const named = cases.map((item) => [JSON.stringify(item).replaceAll('"', ''), item] as const);

describe('one dispatch gives the numbers of the definition, and three give its gradients, or a second where keys are divided', () => {
  test.each(partOf(named, 18))('%s', async (_, { lead, queries, keys, features, mask, sharing = 1, ...more }) => {
    torch.manualSeed(1);
    const { isCausal = false, dropout: dropoutP = 0 } = more;
    const shared = [...lead.slice(0, -1), ...lead.slice(-1).map((size) => size / sharing)];
    const [e, ev] = features;
    const leaf = (shape: readonly number[]) => torch.randn(shape).requiresGrad_();
    /** A leaf in which rows come before heads, if they lie so, and its heads. */
    const rows = (shape: readonly number[]) => {
      const [head, row] = shape.slice(-3) as [number, number];
      const inside = more.heads ? leaf([...shape.slice(0, -3), row, head, shape.at(-1)!]) : leaf(shape);
      return [inside, () => (more.heads ? inside.transpose(-2, -3) : inside)] as const;
    };
    const apart = [rows([...lead, queries, e]), rows([...shared, keys, e]), rows([...shared, keys, ev])] as const;
    const packed = leaf([lead[0] ?? 1, queries, 3, ...lead.slice(1), e]);
    // Computed, as a layer's output is: in what is stored, a part is found by a number that may change.
    const threeHeads = () => packed.mul(1).permute([2, 0, 3, 1, 4]).unbind(0) as [Tensor, Tensor, Tensor];
    const isPacked = more.heads === 'packed';
    const three = () => (isPacked ? threeHeads() : (apart.map(([, show]) => show()) as [Tensor, Tensor, Tensor]));
    const hiding = torch.rand(queries, keys).gt(0.3);
    hiding.at(3).fill_(false);
    const given = mask === 'hidden' ? hiding : mask ? leaf(mask) : null;
    const causal = torch.ones(queries, keys).tril().to('bool');
    const options = { attnMask: given, isCausal, enableGqa: sharing > 1, dropoutP };
    /** Heads become features again, if they were. */
    const attend = () => {
      torch.manualSeed(5);
      const y = F.scaledDotProductAttention(...three(), options);
      return more.heads ? y.transpose(-2, -3).flatten(-2) : y;
    };
    const definition = () => {
      torch.manualSeed(5);
      const y = written(...three(), isCausal ? causal : given, sharing, dropoutP);
      return more.heads ? y.transpose(-2, -3).flatten(-2) : y;
    };
    const dispatches = async <T>(work: () => T): Promise<[T, number]> => {
      await torch.synchronize();
      const before = torch.gpu.stats().dispatches;
      const result = torch.scope(work);
      await torch.synchronize();
      return [result, torch.gpu.stats().dispatches - before];
    };
    const [alone, once] = await dispatches(() => torch.noGrad(attend));
    // A mask of true and false becomes numbers first.
    expect(once).toBe(1 + divided(keys) + (mask === 'hidden' ? 1 : 0) + (isPacked ? 1 : 0));
    const leaves = [...(isPacked ? [packed] : apart.map(([x]) => x)), ...(given?.requiresGrad ? [given] : [])];
    const wanted = definition();
    const dy = torch.randn(wanted.shape);
    const wantedGrads = torch.autograd.grad(wanted, leaves, dy);
    const y = attend();
    const [grads, after] = await dispatches(() => torch.autograd.grad(y, leaves, dy, { retainGraph: true }));
    // Gradients of a mask come from products.
    if (!given?.requiresGrad && !isPacked) expect(after).toBe(3 + divided(keys) + divided(queries));
    const all = [alone, y, ...grads];
    const allWanted = [wanted, wanted, ...wantedGrads];
    for (const [i, x] of all.entries()) {
      expectNumbers(await x!.data(), [...(await allWanted[i]!.data())], { rtol: 2e-5, atol: 5e-6 });
    }
    // By gradients that are themselves recorded, all come from products.
    const again = torch.autograd.grad(y, leaves, dy, { createGraph: true });
    for (const [i, x] of again.entries()) {
      expectNumbers(await x.data(), [...(await wantedGrads[i]!.data())], { rtol: 2e-5, atol: 5e-6 });
    }
  });
});

test('values and gradients that a scalar was expanded to, more features than the kernels take, and infinite values', async () => {
  torch.manualSeed(4);
  const [q, k, v] = [torch.randn(1, 2, 16, 8), torch.randn(1, 2, 16, 8), torch.randn(1, 2, 16, 8)];
  const leaves = [q, k, v].map((x) => x.requiresGrad_());
  const sums = (y: Tensor) => torch.autograd.grad(y.sum(), leaves);
  const [grads, wanted] = [sums(F.scaledDotProductAttention(q, k, v)), sums(written(q, k, v, null, 1))];
  for (const [i, x] of grads.entries()) {
    expectNumbers(await x.data(), [...(await wanted[i]!.data())], { rtol: 2e-5, atol: 5e-6 });
  }
  const same = torch.noGrad(() => F.scaledDotProductAttention(q, k, torch.tensor([3]).add(0.5).expand(1, 2, 16, 8)));
  expectNumbers(await same.data(), new Array(256).fill(3.5), { rtol: 1e-6 });
  const [wide, ofWide] = [torch.randn(1, 8, 512).requiresGrad_(), torch.randn(1, 8, 512)];
  const byWide = (y: Tensor) => torch.autograd.grad(y.square().sum(), [wide])[0]!.data();
  const [got, due] = [
    F.scaledDotProductAttention(wide, ofWide, v.at(0, 0, '8:')),
    written(wide, ofWide, v.at(0, 0, '8:'), null, 1),
  ];
  expectNumbers(await byWide(got), [...(await byWide(due))], { rtol: 2e-4, atol: 1e-5 });
  // Three groups of invocations share the values of 80 features, and the last chunk of keys comes more than once.
  const few = torch.noGrad(() =>
    F.scaledDotProductAttention(torch.ones(1, 1, 80), torch.zeros(1, 600, 80), torch.full([1, 600, 80], Infinity)),
  );
  expectNumbers(await few.data(), new Array(80).fill(Infinity));
});

test('causal queries past the last key of a growing cache see none of the room behind it', async () => {
  torch.manualSeed(6);
  const q = torch.randn(1, 24, 8);
  for (let keys = 5; keys < 12; keys++) {
    const [k, v] = [torch.randn(1, keys, 8), torch.randn(1, keys, 8)];
    const y = F.scaledDotProductAttention(q, k, v, { isCausal: true });
    const wanted = written(q, k, v, torch.ones(24, keys).tril().to('bool'), 1);
    expectNumbers(await y.data(), [...(await wanted.data())], { rtol: 2e-5, atol: 5e-6 });
  }
});

test.each([true, false])(
  'multi-head attention of a value by itself is one product before it, and gives what three give: batches first %s',
  async (batchFirst) => {
    torch.manualSeed(2);
    const layer = new nn.MultiheadAttention(32, 4, { batchFirst });
    layer.in_proj_bias!.data.normal_();
    const x = torch.randn(3, 20, 32).requiresGrad_();
    const leaves = [x, ...layer.parameters()];
    const count = async (work: () => Tensor): Promise<[Tensor, number]> => {
      await torch.synchronize();
      const before = torch.gpu.stats().dispatches;
      const result = torch.scope(work);
      await torch.synchronize();
      return [result, torch.gpu.stats().dispatches - before];
    };
    const [, dispatches] = await count(() => torch.noGrad(() => layer.forward(x, x, x, { needWeights: false })[0]));
    expect(dispatches).toBe(3);
    const dy = torch.randn(3, 20, 32);
    const together = layer.forward(x, x, x, { needWeights: false })[0];
    const apart = layer.forward(x, x.clone(), x.clone(), { needWeights: false })[0];
    const [got, wanted] = [together, apart].map((y) => [y, ...torch.autograd.grad(y, leaves, dy)]);
    for (const [i, y] of got!.entries())
      expectNumbers(await y.data(), [...(await wanted![i]!.data())], { rtol: 2e-5, atol: 2e-6 });
  },
);

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

describe('lengths that were not seen before compile nothing, with gradients and without', () => {
  test.each(['plain', 'causal', 'masked'])('%s', async (kind) => {
    torch.manualSeed(4);
    const created: number[] = [];
    for (let length = 20; length < 44; length++) {
      const leaf = () => torch.randn(1, length, 4, 16).requiresGrad_();
      const leaves = [leaf(), leaf(), leaf()] as const;
      const causal = torch.ones(length, length).tril().to('bool');
      const mask = kind === 'masked' ? torch.randn(length, length) : null;
      await torch.synchronize();
      const before = torch.gpu.stats().pipelinesCreated;
      const attended = (attend: (q: Tensor, k: Tensor, v: Tensor) => Tensor) => {
        const [q, k, v] = leaves.map((x) => x.transpose(1, 2)) as [Tensor, Tensor, Tensor];
        const y = attend(q, k, v).transpose(1, 2).reshape(1, length, 64);
        return [y, ...torch.autograd.grad(y.square().sum(), leaves)];
      };
      const options = { attnMask: mask, isCausal: kind === 'causal' };
      const results = torch.scope(() => attended((q, k, v) => F.scaledDotProductAttention(q, k, v, options)));
      const numbers = await Promise.all(results.map((x) => x.data()));
      created.push(torch.gpu.stats().pipelinesCreated - before);
      if (length % 8 !== 5) continue;
      const wanted = attended((q, k, v) => written(q, k, v, kind === 'causal' ? causal : mask, 1));
      for (const [i, x] of wanted.entries()) {
        expectNumbers(numbers[i]!, [...(await x.data())], { rtol: 2e-5, atol: 1e-5 });
      }
    }
    expect(created.slice(8)).toEqual(created.slice(8).map(() => 0));
  });
});

const few: readonly Case[] = [
  { lead: heads, queries: 1, keys: 33, features: [64, 64] },
  { lead: [1, 12], queries: 1, keys: 1000, features: [64, 64] },
  { lead: [200], queries: 1, keys: 300, features: [20, 36] },
  { lead: [], queries: 5, keys: 77, features: [4, 8] },
  { lead: heads, queries: 7, keys: 130, features: [16, 128], isCausal: true },
  { lead: heads, queries: 4, keys: 130, features: [16, 16], mask: 'hidden' },
  { lead: [2, 8], queries: 1, keys: 500, features: [64, 64], sharing: 4, heads: 'inside' },
  { lead: [2, 8], queries: 2, keys: 500, features: [128, 24], mask: [2, 1, 2, 500], sharing: 4 },
  { lead: [2, 8], queries: 7, keys: 90, features: [32, 20], mask: [8, 1, 90], sharing: 2 },
  { lead: [400, 2], queries: 3, keys: 90, features: [32, 20], mask: [90] },
];

describe('few queries take a dispatch, or two where the keys are divided', () => {
  test.each(partOf(few, 18).map((item) => [JSON.stringify(item).replaceAll('"', ''), item] as const))(
    '%s',
    async (_, item) => {
      torch.manualSeed(6);
      const { lead, queries, keys, features, mask, isCausal = false, sharing = 1 } = item;
      const shared = [...lead.slice(0, -1), ...lead.slice(-1).map((size) => size / sharing)];
      const rows = (shape: readonly number[], width: number) =>
        item.heads ? torch.randn(shape[0]!, shape[2]!, shape[1]!, width).transpose(1, 2) : torch.randn(...shape, width);
      const [q, k] = [rows([...lead, queries], features[0]), rows([...shared, keys], features[0])];
      const v = rows([...shared, keys], features[1]);
      const hiding = torch.rand(queries, keys).gt(0.3);
      hiding.at(-1).fill_(false);
      const given = mask === 'hidden' ? hiding : mask ? torch.randn(mask) : null;
      await torch.synchronize();
      const before = torch.gpu.stats().dispatches;
      const y = F.scaledDotProductAttention(q, k, v, { attnMask: given, isCausal, enableGqa: sharing > 1 });
      await torch.synchronize();
      const count = torch.gpu.stats().dispatches - before;
      expect(count).toBeLessThanOrEqual((keys > 64 ? 2 : 1) + (mask === 'hidden' ? 1 : 0));
      const causal = torch.ones(queries, keys).tril().to('bool');
      const wanted = written(q, k, v, isCausal ? causal : given, sharing);
      expectNumbers(await y.data(), [...(await wanted.data())], { rtol: 2e-5, atol: 5e-6 });
    },
  );
});

test('a growing cache of keys and values compiles nothing, and gives the numbers of the definition', async () => {
  torch.manualSeed(7);
  let [keys, values] = [torch.randn(1, 4, 60, 16), torch.randn(1, 4, 60, 16)];
  const created: number[] = [];
  for (let i = 0; i < 40; i++) {
    const [q, k, v] = [0, 1, 2].map(() => torch.randn(1, 4, 1, 16)) as [Tensor, Tensor, Tensor];
    await torch.synchronize();
    const before = torch.gpu.stats().pipelinesCreated;
    keys = torch.cat([keys, k], 2);
    values = torch.cat([values, v], 2);
    const numbers = await F.scaledDotProductAttention(q, keys, values).data();
    created.push(torch.gpu.stats().pipelinesCreated - before);
    if (i % 8 !== 7) continue;
    expectNumbers(numbers, [...(await written(q, keys, values, null, 1).data())], { rtol: 2e-5, atol: 5e-6 });
  }
  expect(created.slice(12)).toEqual(created.slice(12).map(() => 0));
});

describe('the passes of its gradients, on this device', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  });
  afterAll(() => device?.destroy());

  const wide = [
    { features: 68, columns: 128, causal: true },
    { features: 128, columns: 40, causal: false },
  ];
  test.each(partOf(wide, 9))(
    'gradients by keys and by values apart, where lanes have half the registers: $features, $columns',
    async (item) => {
      const { features, columns, causal } = item;
      const [rows, keys, heads, scale] = [37, 41, 2, 0.3];
      const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * i + count));
      const [q, k, v] = [
        numbers(heads * rows * features),
        numbers(heads * keys * features),
        numbers(heads * keys * columns),
      ];
      const [dy, mask] = [numbers(heads * rows * columns), numbers(rows * keys)];
      const [y, logSums] = [new Float32Array(dy.length), new Float32Array(heads * rows)];
      const [dq, dk, dv] = [q, k, v].map(({ length }) => new Float64Array(length)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let row = 0; row < heads * rows; row++) {
        const [head, i] = [Math.floor(row / rows), row % rows];
        const seen = causal ? Math.min(i + 1, keys) : keys;
        const key = (j: number, e: number, width: number) => (head * keys + j) * width + e;
        const exps = Array.from({ length: seen }, (_, j) => {
          let score = causal ? 0 : mask[i * keys + j]!;
          for (let e = 0; e < features; e++) score += scale * q[row * features + e]! * k[key(j, e, features)]!;
          return Math.exp(score);
        });
        const total = exps.reduce((a, b) => a + b);
        logSums[row] = Math.log(total);
        const weights = exps.map((x) => x / total);
        const byWeight = weights.map((p, j) => {
          let sum = 0;
          for (let c = 0; c < columns; c++) {
            const at = row * columns + c;
            y[at]! += p * v[key(j, c, columns)]!;
            dv[key(j, c, columns)]! += p * dy[at]!;
            sum += dy[at]! * v[key(j, c, columns)]!;
          }
          return sum;
        });
        const mean = weights.reduce((sum, p, j) => sum + p * byWeight[j]!, 0);
        for (const [j, p] of weights.entries()) {
          const ds = scale * p * (byWeight[j]! - mean);
          for (let e = 0; e < features; e++) {
            dq[row * features + e]! += ds * k[key(j, e, features)]!;
            dk[key(j, e, features)]! += ds * q[row * features + e]!;
          }
        }
      }
      const meta = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
      const metas = [meta(heads, rows, features), meta(heads, keys, features), meta(heads, keys, columns)];
      const lowering = attentionGrad({
        inputs: [meta(heads, rows, columns), ...metas, meta(heads, rows, columns), meta(heads, rows), meta(rows, keys)],
        outputs: metas,
        attrs: {
          scale,
          causal,
          masked: !causal,
          drops: false,
          orders: [null, null, null],
          byQuery: true,
          byKeys: true,
        },
        adapter: adapterOf('gpu', { vendor: 'amd', architecture: 'rdna-3' }),
      });
      if (lowering.kind !== 'passes') throw new Error('expected passes');
      expect(lowering.passes.map(({ label }) => label)).toEqual([
        'attention gradient rows',
        'attention gradient by query',
        'attention gradient by value',
        'attention gradient by key',
      ]);
      const given = [dy, q, k, v, y, logSums, ...(causal ? [] : [mask])];
      const found = await runPasses(device, lowering, given, [dq.length, dk.length, dv.length]);
      for (const [n, wanted] of [dq, dk, dv].entries())
        expectNumbers(found[n]!, [...wanted], { rtol: 2e-5, atol: 1e-5 });
    },
  );
});
