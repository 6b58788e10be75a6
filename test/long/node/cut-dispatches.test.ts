// Dispatches that are cut into parts, as for work that takes seconds on a slow GPU, give the bits of whole ones.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { afterAll, expect, test } from 'vitest';
import { limits } from '../../../src/engine/kernels/work';

const F = nn.functional;
const usual = { ...limits };
afterAll(() => Object.assign(limits, usual));

const leaf = (...shape: number[]): Tensor => torch.randn(shape, { requiresGrad: true });

const convolution = (
  batch: number,
  ins: number,
  outs: number,
  size: number,
  kernel: number,
  groups: number,
  stride: number,
) => {
  const [x, w, b] = [leaf(batch, ins, size, size + 1), leaf(outs, ins / groups, kernel, kernel), leaf(outs)];
  return { inputs: [x, w, b], y: F.relu(F.conv2d(x, w, b, { stride, padding: 1, groups })) };
};

/** Each gives a result and what it has gradients by. */
const programs: Readonly<Record<string, () => { readonly inputs: readonly Tensor[]; readonly y: Tensor }>> = {
  product: () => {
    const [a, b] = [leaf(300, 70), leaf(70, 290)];
    return { inputs: [a, b], y: a.matmul(b).relu().mul(2) };
  },
  'a linear layer of one row': () => {
    const [x, w, b] = [leaf(1, 513), leaf(700, 513), leaf(700)];
    return { inputs: [x, w, b], y: F.linear(x, w, b).tanh() };
  },
  'convolution 3 × 3': () => convolution(3, 16, 40, 20, 3, 1, 1),
  'convolution of few channels': () => convolution(4, 3, 16, 30, 5, 1, 1),
  'strided convolution': () => convolution(4, 16, 32, 23, 3, 1, 2),
  'convolution in groups': () => convolution(3, 12, 24, 19, 3, 3, 1),
  'pooled convolution': () => {
    const [x, w] = [leaf(4, 8, 28, 28), leaf(16, 8, 3, 3)];
    return { inputs: [x, w], y: F.maxPool2d(F.relu(F.conv2d(x, w, null, { padding: 1 })), 2) };
  },
  attention: () => {
    const [q, k, v] = [leaf(2, 4, 150, 32), leaf(2, 2, 161, 32), leaf(2, 2, 161, 32)];
    return { inputs: [q, k, v], y: F.scaledDotProductAttention(q, k, v, null, 0, false, { enableGqa: true }) };
  },
};

interface Computed {
  readonly values: readonly ArrayLike<number | bigint>[];
  readonly dispatches: number;
}

async function computed(): Promise<Record<string, Computed>> {
  const results: Record<string, Computed> = {};
  for (const [name, program] of Object.entries(programs)) {
    torch.manualSeed(3);
    const { y, inputs } = program();
    y.square().sum().backward();
    const before = torch.gpu.stats().dispatches;
    const values = await Promise.all([y, ...inputs.map((x) => x.grad!)].map((one) => one.data()));
    results[name] = { values, dispatches: torch.gpu.stats().dispatches - before };
  }
  return results;
}

await torch.init({ kernels: 'gpu', tuning: false });
const whole = await computed();
// Another class of kernels, so that plans are made anew.
await torch.init({ kernels: 'software', tuning: false });
await torch.init({ kernels: 'gpu', tuning: false });
Object.assign(limits, { milliseconds: 0, parts: 3 });
const cut = await computed();

test.each(Object.keys(programs))('%s', (name) => {
  expect(cut[name]!.dispatches).toBeGreaterThan(whole[name]!.dispatches);
  expect(cut[name]!.values).toEqual(whole[name]!.values);
});
