// Checks convolutions that pool their own outputs: against PyTorch's pooling, and against the same kernels apart.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { clusterPass } from '../../src/engine/compiler/fusion/pointwise';
import { plainPasses } from '../../src/engine/compiler/passes/plain';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { expectCase } from '../support/differentiable';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

type Size = number | [number, number];

interface MaxCase extends FixtureCase {
  readonly kernelSize: Size;
  readonly stride: Size | null;
  readonly padding: Size;
  readonly ceilMode: boolean;
  readonly dilation: Size;
}

const maxima = await loadFixture<MaxCase>('max-pool2d');

/** A convolution that gives its input, exactly. */
function copied(x: Tensor): Tensor {
  const channels = x.shape.at(-3)!;
  return F.conv2d(x, torch.ones(channels, 1, 1, 1), null, { groups: channels });
}

const sideBySide = maxima.cases.filter(({ kernelSize, stride, padding, dilation }) => {
  const text = (size: Size) => [size].flat().join();
  return (stride === null || text(stride) === text(kernelSize)) && padding === 0 && dilation === 1;
});

describe("PyTorch's poolings, of what a convolution gives", () => {
  test.each(sampled(sideBySide, 16))('$name', async ({ name, kernelSize, ...options }) => {
    const call = ({ input }: Record<string, Tensor | undefined>) =>
      torch.scope(() => F.maxPool2d(copied(input!), { kernelSize, ...options }));
    await expectCase(maxima, name, ['input'], call);
    const x = fromFixture(maxima.tensor(`${name}/input`));
    const [values, indices] = torch.scope(() =>
      F.maxPool2d(copied(x), kernelSize, { ...options, returnIndices: true }),
    );
    await expectClose(values, maxima.tensor(`${name}/output`), { rtol: 0, atol: 0 });
    await expectClose(indices, maxima.tensor(`${name}/indices`));
  });
});

/** The results of a function with every kernel by itself and with kernels fused, and the dispatches that each took. */
async function both(run: () => readonly Tensor[]) {
  const found: { numbers: number[][]; dispatches: number }[] = [];
  for (const passes of [plainPasses(clusterPass), undefined]) {
    await torch.gpu.synchronize();
    engine.compileBy(passes);
    torch.manualSeed(5);
    const before = torch.gpu.stats().dispatches;
    try {
      const numbers = await Promise.all(torch.scope(run).map(async (x) => Array.from(await x.data(), Number)));
      found.push({ numbers, dispatches: torch.gpu.stats().dispatches - before });
    } finally {
      engine.compileBy();
    }
  }
  return found as [(typeof found)[0], (typeof found)[0]];
}

function expectEqual(fused: number[][], plain: number[][]): void {
  for (const [i, values] of plain.entries()) expectNumbers(fused[i]!, values, { rtol: 0, atol: 0 });
}

interface Case {
  readonly name: string;
  /** [N, C, H, W] */
  readonly x: [number, number, number, number];
  readonly channels: number;
  readonly kernel: Size;
  readonly window: Size;
  readonly options?: { padding?: number; stride?: number; dilation?: number; groups?: number };
}

const cases: Case[] = [
  { name: 'rows and columns left over', x: [3, 2, 11, 9], channels: 9, kernel: 3, window: 2 },
  { name: 'a few channels', x: [5, 1, 16, 16], channels: 3, kernel: 3, window: 2, options: { padding: 1 } },
  { name: 'more channels than a tile has', x: [3, 3, 12, 14], channels: 37, kernel: 3, window: 2 },
  { name: 'one window', x: [1, 4, 4, 5], channels: 8, kernel: 3, window: 2 },
  { name: 'windows of 3 × 2', x: [2, 3, 10, 13], channels: 8, kernel: 2, window: [3, 2] },
  { name: 'windows of 1 × 4', x: [2, 3, 6, 15], channels: 16, kernel: 1, window: [1, 4] },
  { name: 'windows of 4', x: [2, 8, 17, 18], channels: 4, kernel: 3, window: 4, options: { padding: 1 } },
  {
    name: 'stride and groups',
    x: [2, 6, 19, 17],
    channels: 18,
    kernel: 3,
    window: 2,
    options: { stride: 2, groups: 2 },
  },
  { name: 'dilation', x: [2, 2, 14, 13], channels: 8, kernel: 3, window: 2, options: { dilation: 2, padding: 1 } },
];

/** Small whole numbers: sums are exact, however they are ordered, and many outputs are equal. */
const whole = (...shape: number[]) => torch.randint(-2, 3, shape).to('float32');

const ofWholeNumbers = ({ x, channels, kernel, options }: Case) => {
  const [high, wide] = [kernel].flat() as [number, number?];
  const weight = whole(channels, x[1] / (options?.groups ?? 1), high, wide ?? high);
  return { input: whole(...x), weight, bias: whole(channels) };
};

describe('a convolution pools', () => {
  test.each(sampled(cases, 12))('$name', async (each) => {
    const [plain, fused] = await both(() => {
      const { input, weight, bias } = ofWholeNumbers(each);
      const pooled = (y: Tensor) => F.maxPool2d(y, each.window, { returnIndices: true });
      return torch.noGrad(() => [
        ...pooled(F.conv2d(input, weight, bias, each.options)),
        ...pooled(F.conv2d(input, weight, null, each.options).relu()),
      ]);
    });
    expectEqual(fused.numbers, plain.numbers);
    // A relu, and two poolings unless the adapter's kernels do better apart; with windows of 2 × 2 none does so here.
    expect([1, 3]).toContain(plain.dispatches - fused.dispatches);
    if (each.window === 2) expect(plain.dispatches - fused.dispatches).toBe(3);
  });

  test('without a NaN that it leaves over, and with each in a window', async () => {
    const [plain, fused] = await both(() => {
      const holes = torch.rand(2, 3, 13, 11);
      const x = torch.where(holes.lt(0.03), torch.tensor(Number.NaN), whole(2, 3, 13, 11));
      const infinite = torch.where(holes.gt(0.9), torch.tensor(Number.NEGATIVE_INFINITY), x);
      return torch.noGrad(() =>
        [x, infinite].flatMap((input) =>
          F.maxPool2d(F.conv2d(input, torch.ones(8, 3, 1, 1)), 2, { returnIndices: true }),
        ),
      );
    });
    expectEqual(fused.numbers, plain.numbers);
    expect(fused.numbers[0]!.some(Number.isNaN)).toBe(true);
    expect(fused.numbers[0]!.every(Number.isNaN)).toBe(false);
  });

  test('after pointwise operations of any kind, and before them', async () => {
    const [plain, fused] = await both(() => {
      const [x, w, residual, scale] = [whole(2, 3, 9, 9), whole(8, 3, 3, 3), whole(2, 8, 9, 9), whole(8, 1, 1)];
      const y = () => F.conv2d(x, w, null, { padding: 1 });
      return torch.noGrad(() => [
        F.maxPool2d(y().add(residual).mul(scale).sub(1), 2),
        F.maxPool2d(y(), 2).mul(scale).add(3).relu(),
        F.maxPool2d(y().neg().relu(), 2).sub(2),
      ]);
    });
    expectEqual(fused.numbers, plain.numbers);
    expect(fused.dispatches).toBeLessThan(plain.dispatches);
  });

  test('of random numbers as apart, but for the order in which sums are rounded', async () => {
    const [plain, fused] = await both(() => {
      const [x, w, b] = [torch.randn(3, 5, 15, 14), torch.randn(12, 5, 3, 3), torch.randn(12)];
      return torch.noGrad(() => [F.maxPool2d(F.conv2d(x, w, b, { padding: 1 }).tanh(), 2)]);
    });
    // 45 products a sum, of a few units each.
    expectNumbers(fused.numbers[0]!, plain.numbers[0]!, { rtol: 1e-5, atol: 1e-5 });
  });

  test('an image without a batch, a line, and its results as another shape', async () => {
    const [plain, fused] = await both(() => {
      const [image, w, line, v] = [whole(3, 9, 10), whole(8, 3, 3, 3), whole(2, 3, 21), whole(8, 3, 3)];
      return torch.noGrad(() => [
        F.maxPool2d(F.conv2d(image, w).relu(), 2),
        F.maxPool1d(F.conv1d(line, v), 2),
        F.maxPool2d(F.conv2d(image, w).reshape(1, 8, 14, 4), 2),
      ]);
    });
    expectEqual(fused.numbers, plain.numbers);
  });

  test.each(cases.slice(0, 2))('with the gradients of $name', async (each) => {
    const [plain, fused] = await both(() => {
      const leaves = Object.values(ofWholeNumbers(each)).map((leaf) => leaf.requiresGrad_());
      const [input, weight, bias] = leaves as [Tensor, Tensor, Tensor];
      const y = F.maxPool2d(F.conv2d(input, weight, bias, each.options).relu(), each.window);
      return [y, ...torch.autograd.grad(y, leaves, whole(...y.shape))];
    });
    expectEqual(fused.numbers, plain.numbers);
    expect(fused.dispatches).toBeLessThan(plain.dispatches);
  });

  test.each(sampled(['tanh', 'sigmoid'] as const, 2))('with the gradients through %s', async (activation) => {
    const [plain, fused] = await both(() => {
      const leaves = [torch.randn(4, 3, 8, 9), torch.randn(8, 3, 3, 3)].map((leaf) => leaf.requiresGrad_());
      const y = F.maxPool2d(F.conv2d(leaves[0]!, leaves[1]!, null, { padding: 1 })[activation](), 2);
      return [y, ...torch.autograd.grad(y, leaves, torch.randn(...y.shape))];
    });
    for (const [i, values] of plain.numbers.entries()) {
      expectNumbers(fused.numbers[i]!, values, { rtol: 1e-5, atol: 1e-5 });
    }
    // The convolution, its activation and the pooling are one.
    expect(plain.dispatches - fused.dispatches).toBeGreaterThanOrEqual(2);
  });

  test('and gives its outputs too where somebody wants them', async () => {
    const [plain, fused] = await both(() => {
      const y = F.conv2d(whole(2, 3, 8, 8), whole(8, 3, 3, 3), null, { padding: 1 }).relu();
      return torch.noGrad(() => [y, F.maxPool2d(y, 2)]);
    });
    expectEqual(fused.numbers, plain.numbers);
  });
});
