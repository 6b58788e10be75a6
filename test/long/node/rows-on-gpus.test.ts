// Rows, columns, moments, losses, windows and scatters with the kernels that GPUs take, beside those of processors, which other tests
// compare with PyTorch.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { expectNumbers, type Tolerance } from '../../support/close';
import { partOf } from '../../support/sample';

const F = nn.functional;

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly compute: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  readonly tolerance?: Tolerance;
  /** What is put in the place of some numbers. */
  readonly holes?: readonly number[];
  /** Whether gradients are compared where there are holes, and have such holes, too. */
  readonly grads?: boolean;
}

const labels = (n: number, classes: number): Tensor => torch.arange(n).mul(7919).remainder(classes).to(torch.int64);
/** Without gradients, which would be far apart from one another. */
const huge = (x: Tensor): Tensor[] => [1e30, 1e-30].map((by) => x.detach().mul(by));
const loose = { rtol: 2e-5, atol: 2e-5 };

const reductions: readonly Case[] = [
  [[300, 516], [0]],
  [[300, 517], [0]],
  [[9001, 12], [0]],
  [[9001, 10], [0]],
  [[3, 40_000], [1]],
  [[40_004], [0]],
  [
    [6, 5, 12, 28],
    [0, 2, 3],
  ],
  [[20, 70, 36], [1]],
  [[2100, 44], [1]],
  [[1001, 49], [1]],
  [
    [2, 50, 3, 3, 33],
    [0, 2, 4],
  ],
  [[2, 90_001], [1]],
].map(([shape, dims]) => ({
  shapes: [shape!],
  // The gradients are pointwise.
  compute: (given: Tensor) => {
    const x = given.detach();
    return [
      x.sum(dims!),
      x.mul(2).sub(x.square()).mean(dims!),
      x.amax(dims!),
      x.var(dims!),
      x.std(dims!),
      ...(dims!.length === 1 ? [x.argmax(dims![0]!), x.argmin(dims![0]!)] : []),
    ];
  },
  tolerance: loose,
}));

const cases: Record<string, readonly Case[]> = {
  reductions,
  'extrema of equals and of NaN': [
    { shapes: [[5000, 8]], compute: (x) => [x.mul(4).round().argmax(0), x.mul(4).round().max(0).values] },
    { shapes: [[700, 36]], compute: (x) => [x.argmax(0), x.amax(0), x.argmin()], holes: [NaN] },
    { shapes: [[3, 9000]], compute: (x) => [x.argmax(1), x.amin(1), x.argmax()], holes: [NaN, Infinity] },
    { shapes: [[90_000]], compute: (x) => [x.mul(4).round().argmin(0), x.argmax()], holes: [NaN, NaN] },
    {
      shapes: [[77, 45]],
      compute: (x) => [x.mul(4).round().argmin(1), x.amax(1), x.argmax(1)],
      holes: [NaN, -Infinity],
    },
  ],
  'moments of what a square overflows, of infinities and of equals': [
    { shapes: [[2000, 8]], compute: (x) => huge(x).flatMap((y) => [y.std(0), y.std()]) },
    { shapes: [[3, 9001]], compute: (x) => [...huge(x).map((y) => y.std(1)), x.mul(0).add(0.5).var(1)] },
    { shapes: [[2000, 12]], compute: (x) => [x.add(1000).var(0), x.add(1000).mean(0)], tolerance: { rtol: 3e-3 } },
    { shapes: [[2000, 7]], compute: (x) => [x.var(0), x.mean(0)], holes: [Infinity] },
    { shapes: [[301, 49]], compute: (x) => [x.std(1), ...huge(x).map((y) => y.std(1))] },
    {
      shapes: [[90_001]],
      compute: (x) => [...huge(x).map((y) => y.std()), x.add(1000).var()],
      tolerance: { rtol: 3e-3 },
    },
  ],
  'cross entropy': (
    [
      [70, 33],
      [9000, 40],
      [16_400, 33],
      [40, 2050],
      [5, 3001],
    ] as const
  ).flatMap(([n, classes]) => [
    {
      shapes: [[n, classes]],
      compute: (x: Tensor) => F.crossEntropy(x.mul(9), labels(n, classes)),
      tolerance: loose,
    },
    {
      shapes: [[n, classes], [classes]],
      compute: (x: Tensor, w: Tensor) =>
        F.crossEntropy(x, labels(n, classes), { weight: w.detach().abs(), ignoreIndex: 3, reduction: 'sum' }),
      tolerance: { rtol: 2e-5, atol: 1e-4 },
    },
    { shapes: [[n, classes]], compute: (x: Tensor) => F.crossEntropy(x, labels(n, classes), { reduction: 'none' }) },
  ]),
  'layer norm': (
    [
      [7, 1024],
      [3, 5012],
      [2, 1999],
      [200, 36],
      [1100, 33],
      [4000, 8],
      [5, 3000],
      [3, 700],
      [2, 1001],
      [3, 9001],
      [17, 8196],
      [2, 6004],
      [200, 4100],
    ] as const
  ).flatMap(([rows, n]) => [
    {
      shapes: [[rows, n], [n], [n]],
      compute: (x: Tensor, w: Tensor, b: Tensor) => F.layerNorm(x.add(3), [n], w, b),
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    { shapes: [[rows, n]], compute: (x: Tensor) => F.relu(F.layerNorm(x, [n])), tolerance: { rtol: 1e-4, atol: 1e-4 } },
  ]),
  'products whose results and gradients are read transposed': [
    {
      shapes: [
        [33, 20],
        [45, 20],
      ],
      compute: (a, b) => [a.matmul(b.t()), b.t().contiguous().t().matmul(a.t()).t().contiguous()],
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    {
      shapes: [
        [3, 17, 40],
        [2, 3, 29, 40],
      ],
      compute: (a, b) => a.matmul(b.transpose(-1, -2)).transpose(-1, -2).contiguous(),
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    {
      // Read otherwise, too.
      shapes: [
        [12, 20],
        [20, 12],
      ],
      compute: (a, b) => {
        const y = a.matmul(b);
        return [y.t().contiguous().mul(2), y.exp(), a.matmul(b).t().reshape(9, 16)];
      },
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
  ],
  'convolutions whose results go on, with sums in parts and whole': [
    [1, 200, 40, 7],
    [2, 9, 7, 13],
  ].map(([batch, from, to, size]) => ({
    shapes: [[batch!, from!, size!, size!], [to!, from!, 3, 3], [batch!, to!, size!, size!], [to!]],
    compute: (x: Tensor, w: Tensor, r: Tensor, c: Tensor) => {
      const y = F.conv2d(x, w, c, 1, 1);
      // The first result alone, the second beside the values that it is made from.
      return [
        F.relu(
          F.conv2d(x, w, undefined, 1, 1)
            .mul(c.view(-1, 1, 1))
            .add(r),
        ),
        y.add(r).relu(),
        y,
      ];
    },
    tolerance: { rtol: 1e-4, atol: 1e-3 },
  })),
  'RMS norm': (
    [
      [7, 1024],
      [3, 5012],
      [2, 1999],
      [200, 36],
      [1100, 33],
      [40, 8],
      [3, 700],
      [3, 9001],
    ] as const
  ).flatMap(([rows, n]) => [
    {
      shapes: [[rows, n], [n]],
      compute: (x: Tensor, w: Tensor) => F.rmsNorm(x.add(0.5), [n], w),
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    {
      shapes: [[rows, n]],
      compute: (x: Tensor) => [F.relu(F.rmsNorm(x, [n], { eps: 0.1 })), ...huge(x).map((y) => F.rmsNorm(y, [n]))],
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    {
      // The gradient's own gradient.
      shapes: [[rows, n], [n]],
      compute: (x: Tensor, w: Tensor) =>
        torch.autograd.grad(F.rmsNorm(x, [n], w).square().sum(), [x, w], undefined, { createGraph: true }) as Tensor[],
      tolerance: { rtol: 1e-3, atol: 1e-3 },
    },
  ]),
  'batch and group norm': [
    {
      shapes: [[2, 6, 26, 40], [6], [6]],
      compute: (x, w, b) => [
        F.instanceNorm(x, null, null, w, b),
        F.groupNorm(x.mul(2), 3, w, b).add(x),
        F.batchNorm(x.add(1), null, null, w, null, { training: true }),
      ],
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    {
      shapes: [[4, 8, 18, 20], [8], [8]],
      compute: (x, w, b) => [F.batchNorm(x, null, null, w, b, { training: true }), F.groupNorm(x, 2, w, b)],
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
  ],
  'mean of windows': [
    ...[
      { kernelSize: 2 },
      { kernelSize: 3, stride: 1, padding: 1 },
      { kernelSize: 3, stride: 2, padding: 1, countIncludePad: false },
      { kernelSize: [3, 2], stride: [2, 1], padding: [1, 0], ceilMode: true },
      { kernelSize: 2, stride: 3, divisorOverride: -3 },
      { kernelSize: 5, stride: 1, padding: 2 },
    ].map((options) => ({
      shapes: [[2, 3, 13, 11]],
      compute: (x: Tensor) => F.avgPool2d(x, options as { kernelSize: number }),
      holes: [0, NaN, Infinity],
      grads: true,
    })),
    { shapes: [[2, 3, 9]], compute: (x) => F.avgPool1d(x, 2) },
  ],
  'pictures of another size': [
    ...(['nearest', 'bilinear', 'bicubic', 'area'] as const).map((mode) => ({
      shapes: [[2, 10, 23, 31]],
      compute: (x: Tensor) => F.interpolate(x, { size: [61, 50], mode }),
      tolerance: loose,
    })),
    {
      shapes: [[1, 11, 120, 99]],
      compute: (x) => F.interpolate(x, { size: [50, 41], mode: 'bilinear' }),
      tolerance: loose,
    },
    { shapes: [[3, 7, 65, 64]], compute: (x) => F.adaptiveAvgPool2d(x, [30, 21]), tolerance: loose },
  ],
  'softmax of few long rows': [
    {
      shapes: [[17, 4099]],
      compute: (x) => [F.softmax(x.mul(30), -1), F.logSoftmax(x, -1)],
      tolerance: loose,
    },
    { shapes: [[16, 9000]], compute: (x) => F.softmax(x, -1), tolerance: loose },
    // So few that processors reduce in strips, and of lengths that are not divided.
    { shapes: [[3, 9001]], compute: (x) => [F.softmax(x, -1), F.logSoftmax(x, -1)], tolerance: loose },
    { shapes: [[1, 2000]], compute: (x) => [F.softmax(x, -1), F.logSoftmax(x, 0)], tolerance: loose },
    // Held in registers: single elements and fours, by small workgroups and large ones.
    ...[33, 197, 260, 1027, 2047, 5004].map((n) => ({
      shapes: [[7, n]],
      compute: (x: Tensor) => [F.softmax(x.mul(30), -1), F.logSoftmax(x, -1)],
      tolerance: loose,
    })),
    { shapes: [[3, 2000, 4]], compute: (x) => [F.softmax(x, 1), F.logSoftmax(x, 1)], tolerance: loose },
    ...[NaN, Infinity, -Infinity].map((hole) => ({
      shapes: [[16, 4096]],
      compute: (x: Tensor) => [F.softmax(x, -1), F.logSoftmax(x, -1)],
      holes: [hole],
    })),
    { shapes: [[16, 4096]], compute: (x) => [F.softmax(x.mul(0).sub(Infinity), -1)] },
  ],
  'norms of gradients that are clipped': [2, 1, 2.5, Infinity].map((normType) => ({
    shapes: [[70, 33], [1], [], [65], [300, 300]],
    compute: (...given: Tensor[]) => {
      const parameters = given.map((one) => one.detach().clone().requiresGrad_());
      const optimizer = new torch.optim.SGD(parameters, { lr: 0 });
      const backward = () => torch.autograd.backward(parameters.map((one) => one.square().sum()));
      // The first step makes the buffer in which gradients lie side by side from then on.
      backward();
      optimizer.step();
      optimizer.zeroGrad();
      backward();
      const norm = nn.utils.clipGradNorm_(parameters, 3, normType);
      return [norm, ...parameters.map(({ grad }) => grad!)];
    },
    tolerance: loose,
  })),
  'scans of few long rows': [
    {
      shapes: [[5001]],
      compute: (x) => [x.cumsum(0), x.logcumsumexp(0)],
      tolerance: { rtol: 1e-4, atol: 1e-4 },
    },
    { shapes: [[3, 8193]], compute: (x) => x.cumsum(1), tolerance: { rtol: 1e-4, atol: 1e-4 } },
    { shapes: [[2, 9000]], compute: (x) => x.div(100).add(1).cumprod(1), tolerance: { rtol: 1e-3, atol: 1e-4 } },
    {
      shapes: [[9000]],
      compute: (x) => x.cumsum(0),
      tolerance: { rtol: 1e-4, atol: 1e-4 },
      holes: [Infinity, NaN],
    },
    { shapes: [[9000]], compute: (x) => x.detach().mul(9).to(torch.int64).cumsum(0) },
  ],
  'first elements of rows': [
    { shapes: [[5, 40]], compute: (x) => firsts(x, 3, -1) },
    { shapes: [[3, 5000]], compute: (x) => firsts(x.mul(20).round(), 50, 1) },
    { shapes: [[70, 4]], compute: (x) => firsts(x, 2, 0) },
    { shapes: [[2, 900, 3]], compute: (x) => firsts(x, 130, 1) },
    { shapes: [[1, 130]], compute: (x) => firsts(x, 1, 1) },
    { shapes: [[20_000]], compute: (x) => firsts(x.mul(99).round(), 300, 0), holes: [NaN, Infinity, -Infinity] },
    { shapes: [[2, 700]], compute: (x) => firsts(x.mul(99).to(torch.int64), 9, 1) },
  ],
  'embedding and scatters': [
    { shapes: [[50, 12]], compute: (w) => F.embedding(labels(9000, 50), w), tolerance: loose },
    { shapes: [[3, 16]], compute: (w) => F.embedding(labels(9000, 3), w), tolerance: loose },
    { shapes: [[40, 5]], compute: (w) => F.embedding(labels(6000, 40), w), tolerance: loose },
    {
      shapes: [[30], [9000]],
      compute: (x, s) => [
        x.scatterAdd(0, labels(9000, 30), s),
        x.scatterReduce(0, labels(9000, 30), s, 'amax'),
        x.scatterReduce(0, labels(9000, 7), s, 'mean', { includeSelf: false }),
      ],
      tolerance: loose,
    },
  ],
};

/** The k greatest and the k least elements, and their indices. */
const firsts = (x: Tensor, k: number, dim: number): Tensor[] =>
  [true, false].flatMap((largest) => [...x.topk(k, dim, largest)]);

/** Numbers that are the same on every run, from -1 to 1. */
function numbersOf(shape: readonly number[], holes: readonly number[] = []): Float32Array {
  const numbers = Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) =>
    Math.sin(i * 12.9898 + shape.length),
  );
  for (const [i, hole] of holes.entries()) numbers[Math.floor((numbers.length * (i + 1)) / 3)] = hole;
  return numbers;
}

type Results = ArrayLike<number | bigint>[];

/** The outputs of a case, and the gradients of those inputs that have one. */
async function computed({ shapes, compute, holes, grads: isHeld }: Case): Promise<Results> {
  const inputs = shapes.map((shape) =>
    torch
      .tensor(numbersOf(shape, holes))
      .reshape([...shape])
      .requiresGrad_(),
  );
  const outputs = [compute(...inputs)].flat();
  const floats = outputs.filter((one) => one.requiresGrad);
  const dys = floats.map(({ shape }) => torch.tensor(numbersOf(shape, isHeld ? holes : [])).reshape(shape));
  if ((isHeld || !holes) && floats.length > 0) torch.autograd.backward(floats, dys);
  const grads = inputs.flatMap(({ grad }) => (grad ? [grad] : []));
  return Promise.all([...outputs, ...grads].map((one) => one.data()));
}

const families = Object.entries(cases).map(([name, those], f) => ({ name, those: partOf(those, 8), f }));

const results = (): Promise<Results[][]> =>
  Promise.all(families.map(({ those }) => Promise.all(those.map((one) => computed(one)))));

await torch.init({ kernels: 'software' });
const expected = await results();
await torch.init({ kernels: 'gpu' });
const actual = await results();

test.each(families)('$name', ({ name, those, f }) => {
  expect(torch.gpu.adapterInfo()?.kind).toBe('gpu');
  for (const [i, { shapes, tolerance }] of those.entries()) {
    const [got, wanted] = [actual[f]![i]!, expected[f]![i]!];
    expect(got.length, `${name} of ${JSON.stringify(shapes)}`).toBe(wanted.length);
    for (const [k, one] of got.entries()) {
      try {
        expectNumbers(Array.from(one, Number), Array.from(wanted[k]!, Number), tolerance);
      } catch (error) {
        throw new Error(`result ${k} of ${JSON.stringify(shapes)}: ${(error as Error).message}`);
      }
    }
  }
});
