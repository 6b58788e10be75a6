// What the compiler's passes make of a graph computes the same as the graph, every node a kernel of its own.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, describe, expect, test } from 'vitest';
import { CNNModel, ComplexCNNModel } from '../../demos/mnist/models';
import { engine } from '../../src/engine/compiler/engine';
import { clusterPass } from '../../src/engine/compiler/fusion/pointwise';
import { plainPasses } from '../../src/engine/compiler/passes/plain';
import { programsOf, sampled } from '../support/sample';

const F = nn.functional;

afterEach(() => engine.compileBy());

/** The numbers of all results. Nothing may be pending when the passes change. */
async function numbers(results: readonly Tensor[]): Promise<number[][]> {
  return Promise.all(results.map(async (x) => Array.from(await x.data(), Number)));
}

/** Runs a function with and without fusion, from the same seed. */
async function both(run: () => readonly Tensor[] | Promise<readonly Tensor[]>) {
  const found: number[][][] = [];
  for (const passes of [plainPasses(clusterPass), undefined]) {
    await torch.gpu.synchronize();
    engine.compileBy(passes);
    torch.manualSeed(3);
    const before = torch.gpu.stats().dispatches;
    found.push(await numbers(await run()));
    found[found.length - 1]!.push([torch.gpu.stats().dispatches - before]);
  }
  const [plain, fused] = found as [number[][], number[][]];
  return { plain, fused, dispatches: [plain.pop()![0]!, fused.pop()![0]!] as const };
}

/**
 * Fusion changes no order of sums, so results agree to a few units in the last place: where a product and a sum come into one
 * kernel, its compiler may contract them to one rounding. An element may be a small rest of large terms: the unit is the largest
 * element's.
 */
function expectSame(plain: number[][], fused: number[][]): void {
  plain.forEach((values, i) => {
    const largest = values.reduce((most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0), 1);
    values.forEach((value, j) => {
      const other = fused[i]![j]!;
      const same = Object.is(value, other) || Math.abs(value - other) <= 1e-6 * largest + 1e-5 * Math.abs(value);
      expect(same, `result ${i}, element ${j}: ${value} and ${other}`).toBe(true);
    });
  });
}

// ── Random programs over matrices of 4 × 6 ──

const ROWS = 4;
const COLS = 6;

interface Step {
  readonly op: number;
  /** Which of the values so far; counted modulo their number. */
  readonly a: number;
  readonly b: number;
}

const asImage = (x: Tensor) => x.reshape(1, 1, ROWS, COLS);
const asMatrix = (x: Tensor) => x.reshape(ROWS, COLS);

/** Each takes and gives matrices of 4 × 6, and keeps numbers small. */
const operations: readonly ((a: Tensor, b: Tensor, weights: Weights) => Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b).mul(0.5),
  (a, b) => a.tanh().mul(b),
  (a) => a.relu(),
  (a) => a.sigmoid(),
  (a, b) => torch.where(a.gt(b), a, b.mul(0.25)),
  (a) => F.leakyRelu(a, 0.1),
  (a) => a.exp().add(1).log(),
  (a) => a.clone(),
  (a, b) => a.add(b.sum(1, true)).mul(0.2),
  (a, b) => a.sub(b.mean(0)),
  (a) => a.sum().tanh().expand(ROWS, COLS),
  (a) => a.mul(a).mean(1, true).add(1).rsqrt().mul(a),
  (a) => a.amax(1, true).sub(a),
  (a) => a.softmax(1),
  (a) => a.softmax(0).log(),
  (a, _, { square }) => a.matmul(square),
  (a, b) => a.matmul(b.t()).matmul(a).mul(0.1),
  (a) => a.t().reshape(ROWS, COLS),
  (a) => a.reshape(COLS, ROWS).t(),
  (a, b) =>
    a
      .reshape(2, 2, COLS)
      .add(b.narrow(0, 1, 2))
      .reshape(ROWS, COLS),
  (a, b) => torch.cat([a.narrow(1, 0, 3), b.narrow(1, 3, 3).relu()], 1),
  (a) => a.flip(0).add(1),
  (a, b) => a.add(torch.ones(COLS).mul(3)).sub(b.gt(0).to('float32')),
  (a, _, { kernel, shift }) => asMatrix(F.conv2d(asImage(a), kernel, shift, { padding: 1 }).relu()),
  (a, b, { kernel }) => asMatrix(F.conv2d(asImage(a), kernel, { padding: 1 }).add(asImage(b)).tanh()),
  (a, _, { kernel }) => {
    const pooled = F.maxPool2d(F.conv2d(asImage(a), kernel, { padding: 1 }).relu(), 2);
    return pooled.reshape(2, 3).repeat(2, 2);
  },
  (a, _, { kernel }) => asMatrix(F.convTranspose2d(asImage(a), kernel, { padding: 1 }).sigmoid()),
  (a) => asMatrix(F.avgPool2d(asImage(a), 3, { stride: 1, padding: 1 }).relu()),
  (a, _, { scale }) => F.layerNorm(a, [COLS], { weight: scale }),
  (a, b) => {
    const changed = a.mul(1.5);
    changed.narrow(0, 0, 2).add_(b.narrow(0, 2, 2));
    return changed.mul_(0.5);
  },
  (a, b) => a.detach().relu().add(b),
];

interface Weights {
  readonly square: Tensor;
  readonly kernel: Tensor;
  readonly shift: Tensor;
  readonly scale: Tensor;
}

const programs = fc.record({
  steps: fc.array(fc.record({ op: fc.nat(operations.length - 1), a: fc.nat(50), b: fc.nat(50) }), {
    minLength: 3,
    maxLength: 14,
  }),
  kept: fc.array(fc.nat(50), { maxLength: 3 }),
});

function runProgram(steps: readonly Step[], kept: readonly number[]): Tensor[] {
  const leaf = (...shape: number[]) => torch.randn(...shape).requiresGrad_();
  const inputs = [leaf(ROWS, COLS), leaf(ROWS, COLS), leaf(ROWS, COLS)];
  const weights = { square: leaf(COLS, COLS), kernel: leaf(1, 1, 3, 3), shift: leaf(1), scale: leaf(COLS) };
  return torch.scope(() => {
    const values: Tensor[] = [...inputs];
    const pick = (i: number) => values[values.length - 1 - (i % values.length)]!;
    for (const { op, a, b } of steps) values.push(operations[op]!(pick(a), pick(b), weights));
    const end = values[values.length - 1]!;
    const loss = end.tanh().mul(torch.arange(COLS).add(1)).sum();
    loss.backward();
    const gradients = [...inputs, ...Object.values(weights)].flatMap(({ grad }) => (grad ? [grad] : []));
    return [loss, end, ...kept.map(pick), ...gradients];
  });
}

test('random programs and their gradients are the same with and without fusion', { timeout: 600_000 }, async () => {
  await torch.init();
  await fc.assert(
    fc.asyncProperty(programs, async ({ steps, kept }) => {
      const { plain, fused, dispatches } = await both(() => runProgram(steps, kept));
      expectSame(plain, fused);
      expect(dispatches[1]).toBeLessThanOrEqual(dispatches[0]);
    }),
    programsOf(5),
  );
});

// ── Training steps ──

const mlp = () =>
  new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 32),
    new nn.LayerNorm(32),
    new nn.GELU(),
    new nn.Dropout(0.25),
    new nn.Linear(32, 10),
  );
const strided = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 6, 5, { stride: 2, padding: 2 }),
    new nn.BatchNorm2d(6),
    new nn.LeakyReLU(0.1),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    new nn.Conv2d(6, 12, 3, { groups: 3 }),
    new nn.Tanh(),
    new nn.AvgPool2d(2),
    new nn.Flatten(),
    new nn.LazyLinear(10),
  );

const networks: [string, () => nn.UnaryModule][] = [
  ['a perceptron with layer norm and dropout', mlp],
  ['CNNModel', () => new CNNModel()],
  ['ComplexCNNModel', () => new ComplexCNNModel()],
  ['a network of strided convolutions', strided],
];
describe.each(sampled(networks, 3))('training %s', (_, make) => {
  test('is the same with and without fusion', async () => {
    const { plain, fused, dispatches } = await both(() => {
      const model = make();
      const inputs = torch.rand(8, 1, 28, 28);
      const targets = torch.randint(0, 10, [8]);
      torch.noGrad(() => model(inputs)); // Lazy parameters get their shapes.
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
      const losses: Tensor[] = [];
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        const loss = F.crossEntropy(model(inputs), targets);
        loss.backward();
        nn.utils.clipGradNorm_(model.parameters(), 1);
        optimizer.step();
        losses.push(loss);
      }
      return [...losses, ...model.parameters()];
    });
    expectSame(plain, fused);
    expect(dispatches[1]).toBeLessThan(dispatches[0]);
  });
});

test('a sum over quotients that are guarded against zeros compiles, whatever their number', async () => {
  const guarded = (a: Tensor, b: Tensor): Tensor => {
    const isZero = b.eq(0);
    return a.div(b.maskedFill(isZero, 1)).maskedFill(isZero, 0);
  };
  const all = torch.tensor([[6]], { dtype: 'float32' });
  const [from, above, other] = [5, 3, 2].map((most) =>
    torch.tensor([Array.from({ length: 12 }, (_, i) => Math.min(i, most))], { dtype: 'float32' }),
  ) as [Tensor, Tensor, Tensor];
  const total = torch.scope(() => {
    const share = (part: Tensor) => guarded(part, all.expandAs(part));
    const [left, right] = [all.sub(from), all.sub(above)];
    return share(right)
      .sub(share(left))
      .mul(other)
      .mul(guarded(other, right.sub(left)))
      .sum(-1);
  });
  // From i = 4 on the shares differ: by 1/6 · 2 · 2/1 at 4, by 2/6 · 2 · 2/2 at each of the seven that follow.
  expect(await total.item()).toBeCloseTo(8 * (2 / 3), 5);
});

test('so does a sum over a product of remainders and angles', async () => {
  const x = torch.tensor([Array.from({ length: 12 }, (_, i) => i - 5)], { dtype: 'float32' });
  const total = torch.scope(() =>
    [2, 3, 5]
      .map((k) =>
        x
          .remainder(x.mul(0).add(k))
          .add(1)
          .mul(x.atan2(x.abs().add(k)))
          .floorDivide(x.mul(0).add(0.25)),
      )
      .reduce((product, one) => product.add(one))
      .sum(-1),
  );
  const term = (i: number, k: number) => Math.floor(((((i % k) + k) % k) + 1) * Math.atan2(i, Math.abs(i) + k) * 4);
  const wanted = Array.from({ length: 12 }, (_, i) => [2, 3, 5].reduce((sum, k) => sum + term(i - 5, k), 0));
  expect(await total.item()).toBe(wanted.reduce((a, b) => a + b));
});
