// The workloads of the table: each makes its inputs and gives what is then run and recorded.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as F from 'lamplight/functional';

type Outputs = Tensor | readonly Tensor[];

export interface Workload {
  /** Makes the inputs, and gives the work. */
  readonly make: () => () => Outputs | Promise<Outputs>;
  /** Multiplications that the definition asks for, where products are most of the work. */
  readonly macs?: number;
}

const { rand } = torch;
const leaf = (...shape: number[]): Tensor => rand(...shape).requiresGrad_();
/** The gradient alone: the output is computed once. */
const gradients =
  (output: Tensor, inputs: Tensor | Tensor[], dy: Tensor): (() => readonly Tensor[]) =>
  () =>
    torch.autograd.grad(output, inputs, dy, { retainGraph: true }) as readonly Tensor[];

export const workloads: ReadonlyMap<string, Workload> = new Map(
  [products(), convolutions(), windowsAndNorms(), memoryBound(), layers()].flatMap((family) => Object.entries(family)),
);

type Family = Record<string, Workload>;

function products(): Family {
  const matmul = (m: number, n: number, k: number): Workload => ({
    macs: m * n * k,
    make: () => {
      const [a, b] = [rand(m, k), rand(k, n)];
      return () => torch.matmul(a, b);
    },
  });
  const pair = (macs: number, a: number[], b: number[], product: (a: Tensor, b: Tensor) => Tensor): Workload => ({
    macs,
    make: () => {
      const [x, y] = [rand(...a), rand(...b)];
      return () => product(x, y);
    },
  });
  const square = [1024, 1024];
  return {
    ...Object.fromEntries([256, 512, 1024, 2048].map((n) => [`matmul ${n}`, matmul(n, n, n)])),
    'matmul 4096x4096x1024': matmul(4096, 4096, 1024),
    'matmul 1000x777x555': matmul(1000, 777, 555),
    'matmul tall 64x64x100000': matmul(64, 64, 100_000),
    'matmul batched 32x128x64x128': pair(32 * 128 * 64 * 128, [32, 128, 64], [32, 64, 128], torch.matmul),
    'matmul A.Bt 1024': pair(1024 ** 3, square, square, (a, b) => torch.matmul(a, b.t())),
    'matmul At.B 1024': pair(1024 ** 3, square, square, (a, b) => torch.matmul(a.t(), b)),
    'matvec 4096x4096': pair(4096 ** 2, [4096, 4096], [4096], torch.matmul),
    'vecmat 4096x4096': pair(4096 ** 2, [1, 4096], [4096, 4096], torch.matmul),
  };
}

interface Convolution {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** A convolution with both of its gradients. */
function convolution(name: string, what: Convolution): Family {
  const { batch, from, to, size, kernel, stride = 1, padding = (kernel - 1) >> 1, groups = 1 } = what;
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const macs = batch * to * out * out * (from / groups) * kernel * kernel;
  const x = (): Tensor => rand(batch, from, size, size);
  const w = (): Tensor => rand(to, from / groups, kernel, kernel);
  const dy = (): Tensor => rand(batch, to, out, out);
  const run = (input: Tensor, weight: Tensor): Tensor => F.conv2d(input, weight, undefined, stride, padding, 1, groups);
  const by = (isInput: boolean): Workload => ({
    macs,
    make: () => {
      const [input, weight, g] = [x(), w(), dy()];
      const variable = (isInput ? input : weight).requiresGrad_();
      return gradients(run(input, weight), variable, g);
    },
  });
  return {
    [`${name} fwd`]: {
      macs,
      make: () => {
        const [input, weight] = [x(), w()];
        return () => run(input, weight);
      },
    },
    [`${name} dx`]: by(true),
    [`${name} dw`]: by(false),
  };
}

/** A transposed convolution that doubles the sides of its images, or makes one of each pixel. */
function transposed(batch: number, from: number, to: number, size: number, kernel: number): Workload {
  const [stride, padding] = size === 1 ? [1, 0] : [2, (kernel - 2) / 2];
  return {
    macs: batch * from * to * size * size * kernel * kernel,
    make: () => {
      const [x, w] = [rand(batch, from, size, size), rand(from, to, kernel, kernel)];
      return () => F.convTranspose2d(x, w, undefined, stride, padding);
    },
  };
}

function convolutions(): Family {
  const all: Family = {
    ...convolution('conv n100 1>16 28² k3', { batch: 100, from: 1, to: 16, size: 28, kernel: 3 }),
    ...convolution('conv n100 16>32 28² k3', { batch: 100, from: 16, to: 32, size: 28, kernel: 3 }),
    ...convolution('conv n32 64>64 28² k3', { batch: 32, from: 64, to: 64, size: 28, kernel: 3 }),
    ...convolution('conv n1 64>64 28² k3', { batch: 1, from: 64, to: 64, size: 28, kernel: 3 }),
  };
  for (const batch of [1, 8]) {
    for (const [channels, size] of [
      [64, 56],
      [128, 28],
      [256, 14],
      [512, 7],
    ] as const) {
      const name = `resnet n${batch} ${channels}>${channels} ${size}² k3`;
      Object.assign(all, convolution(name, { batch, from: channels, to: channels, size, kernel: 3 }));
    }
    const [stem, short] = [`resnet n${batch} 3>64 224² k7 s2`, `resnet n${batch} 64>128 56² k1 s2`];
    Object.assign(all, convolution(stem, { batch, from: 3, to: 64, size: 224, kernel: 7, stride: 2 }));
    Object.assign(all, convolution(short, { batch, from: 64, to: 128, size: 56, kernel: 1, stride: 2 }));
  }
  const [batch, size, wide] = [8, 56, { from: 64, to: 64, groups: 64 }] as const;
  return {
    ...all,
    ...convolution('conv n8 64>128 56² k3 s2', { batch, from: 64, to: 128, size, kernel: 3, stride: 2 }),
    ...convolution('conv n8 256>64 56² k1', { batch, from: 256, to: 64, size, kernel: 1 }),
    ...convolution('depthwise n8 64 56² k3', { batch, ...wide, size, kernel: 3 }),
    ...convolution('depthwise n8 64 56² k5', { batch, ...wide, size, kernel: 5 }),
    ...convolution('conv n1 256>512 14² k3 s2', { batch: 1, from: 256, to: 512, size: 14, kernel: 3, stride: 2 }),
    ...convolution('vit n8 3>768 224² k16 s16', {
      batch,
      from: 3,
      to: 768,
      size: 224,
      kernel: 16,
      stride: 16,
      padding: 0,
    }),
    ...convolution('alexnet n8 3>64 224² k11 s4', {
      batch,
      from: 3,
      to: 64,
      size: 224,
      kernel: 11,
      stride: 4,
      padding: 2,
    }),
    ...convolution('conv n8 2048>512 7² k1', { batch, from: 2048, to: 512, size: 7, kernel: 1 }),
    ...convolution('depthwise n8 64 112² k3 s2', { batch, ...wide, size: 112, kernel: 3, stride: 2 }),
    'convT n64 100>512 1² k4 fwd': transposed(64, 100, 512, 1, 4),
    'convT n8 64>32 28² k4 s2 fwd': transposed(8, 64, 32, 28, 4),
    'convT n64 256>128 8² k4 s2 fwd': transposed(64, 256, 128, 8, 4),
    'convT n4 128>64 64² k2 s2 fwd': transposed(4, 128, 64, 64, 2),
  };
}

function windowsAndNorms(): Family {
  const pool = (
    shape: number[],
    out: number,
    kernel: number,
    stride: number,
    padding: number,
    name: string,
  ): Family => ({
    [`${name} fwd`]: {
      make: () => {
        const x = rand(...shape);
        return () => F.maxPool2d(x, kernel, stride, padding);
      },
    },
    [`${name} bwd`]: {
      make: () => {
        const [x, g] = [leaf(...shape), rand(shape[0]!, shape[1]!, out, out)];
        return gradients(F.maxPool2d(x, kernel, stride, padding), x, g);
      },
    },
  });
  const layerNorm = (rows: number, n: number): Workload => ({
    make: () => {
      const [x, w, b] = [rand(rows, n), rand(n), rand(n)];
      return () => F.layerNorm(x, [n], w, b);
    },
  });
  return {
    ...pool([32, 64, 56, 56], 28, 2, 2, 0, 'maxpool n32 64 56² k2'),
    ...pool([8, 64, 112, 112], 56, 3, 2, 1, 'maxpool n8 64 112² k3 s2'),
    'avgpool n32 64 56² k2 bwd': {
      make: () => {
        const [x, g] = [leaf(32, 64, 56, 56), rand(32, 64, 28, 28)];
        return gradients(F.avgPool2d(x, 2), x, g);
      },
    },
    'avgpool n8 256 28² k3 s1 bwd': {
      make: () => {
        const [x, g] = [leaf(8, 256, 28, 28), rand(8, 256, 28, 28)];
        return gradients(F.avgPool2d(x, 3, 1, 1), x, g);
      },
    },
    'adaptive avgpool n32 512 7²>1 fwd': {
      make: () => {
        const x = rand(32, 512, 7, 7);
        return () => F.adaptiveAvgPool2d(x, 1);
      },
    },
    'adaptive avgpool n32 256 13²>6² bwd': {
      make: () => {
        const [x, g] = [leaf(32, 256, 13, 13), rand(32, 256, 6, 6)];
        return gradients(F.adaptiveAvgPool2d(x, 6), x, g);
      },
    },
    'bilinear n8 64 56²>112² bwd': {
      make: () => {
        const [x, g] = [leaf(8, 64, 56, 56), rand(8, 64, 112, 112)];
        return gradients(F.interpolate(x, { scaleFactor: 2, mode: 'bilinear' }), x, g);
      },
    },
    'softmax 64x50257 fwd': {
      make: () => {
        const x = rand(64, 50_257);
        return () => F.softmax(x, -1);
      },
    },
    'softmax 4x50257 fwd': {
      make: () => {
        const x = rand(4, 50_257);
        return () => F.softmax(x, -1);
      },
    },
    'softmax 4096x512 fwd': {
      make: () => {
        const x = rand(4096, 512);
        return () => F.softmax(x, -1);
      },
    },
    'softmax 4096x512 bwd': {
      make: () => {
        const [x, g] = [leaf(4096, 512), rand(4096, 512)];
        return gradients(F.softmax(x, -1), x, g);
      },
    },
    'layernorm 4096x512 fwd': {
      make: () => {
        const [x, w, b] = [rand(4096, 512), rand(512), rand(512)];
        return () => F.layerNorm(x, [512], w, b);
      },
    },
    'layernorm 4096x512 bwd': {
      make: () => {
        const [x, w, b, g] = [leaf(4096, 512), leaf(512), leaf(512), rand(4096, 512)];
        return gradients(F.layerNorm(x, [512], w, b), [x, w, b], g);
      },
    },
    'layernorm 197x768 fwd': layerNorm(197, 768),
    'layernorm 8x1M fwd': layerNorm(8, 1 << 20),
    'rmsnorm 4096x512 fwd': {
      make: () => {
        const [x, w] = [rand(4096, 512), rand(512)];
        return () => F.rmsNorm(x, [512], w);
      },
    },
    'rmsnorm 4096x512 bwd': {
      make: () => {
        const [x, w, g] = [leaf(4096, 512), leaf(512), rand(4096, 512)];
        return gradients(F.rmsNorm(x, [512], w), [x, w], g);
      },
    },
    'groupnorm n2 64 112² fwd': {
      make: () => {
        const [x, w, b] = [rand(2, 64, 112, 112), rand(64), rand(64)];
        return () => F.groupNorm(x, 4, w, b);
      },
    },
    'groupnorm n32 64 56² fwd': {
      make: () => {
        const [x, w, b] = [rand(32, 64, 56, 56), rand(64), rand(64)];
        return () => F.groupNorm(x, 8, w, b);
      },
    },
    'groupnorm n32 64 56² bwd': {
      make: () => {
        const [x, w, b, g] = [leaf(32, 64, 56, 56), leaf(64), leaf(64), rand(32, 64, 56, 56)];
        return gradients(F.groupNorm(x, 8, w, b), [x, w, b], g);
      },
    },
    'batchnorm n32 64 56² fwd train': {
      make: () => {
        const [x, mean, variance, w, b] = [rand(32, 64, 56, 56), torch.zeros(64), torch.ones(64), rand(64), rand(64)];
        return () => F.batchNorm(x, mean, variance, w, b, true);
      },
    },
    'batchnorm n32 64 56² bwd': {
      make: () => {
        const [x, w, b, g] = [leaf(32, 64, 56, 56), leaf(64), leaf(64), rand(32, 64, 56, 56)];
        return gradients(F.batchNorm(x, null, null, w, b, true), [x, w, b], g);
      },
    },
  };
}

function memoryBound(): Family {
  const of = (shape: number[], work: (x: Tensor) => Tensor): Workload => ({
    make: () => {
      const x = rand(...shape);
      return () => work(x);
    },
  });
  const square = (work: (x: Tensor) => Tensor): Workload => of([4096, 4096], work);
  return {
    'sum 16M': square((x) => x.sum()),
    'std 16M': square((x) => x.std()),
    'argmax 16M': square((x) => x.argmax()),
    'variance of rows 2x8M': of([2, 8 << 20], (x) => x.var(1)),
    'cumsum 1M': of([1 << 20], (x) => x.cumsum(0)),
    'sum rows 4096x4096': square((x) => x.sum(1)),
    'sum columns 4096x4096': square((x) => x.sum(0)),
    'sum columns 1Mx10': of([1_000_000, 10], (x) => x.sum(0)),
    'variance of columns 4096x4096': square((x) => x.var(0)),
    'argmax of columns 4096x4096': square((x) => x.argmax(0)),
    'transpose copy 4096x4096': square((x) => x.t().contiguous()),
    'elementwise chain 16M': {
      make: () => {
        const [x, a, b] = [rand(4096, 4096), rand(4096, 4096), rand(4096)];
        return () => torch.relu(x.mul(a).add(b)).mul(torch.sigmoid(x));
      },
    },
    'embedding fwd 8192 of 32000x512': {
      make: () => {
        const [w, i] = [rand(32_000, 512), torch.randint(0, 32_000, [8192])];
        return () => F.embedding(i, w);
      },
    },
    'embedding grad 8192 of 32000x512': {
      make: () => {
        const [w, i, g] = [leaf(32_000, 512), torch.randint(0, 32_000, [8192]), rand(8192, 512)];
        return gradients(F.embedding(i, w), w, g);
      },
    },
    'cross entropy 4096x1000 fwd': {
      make: () => {
        const [x, y] = [rand(4096, 1000), torch.randint(0, 1000, [4096])];
        return () => F.crossEntropy(x, y);
      },
    },
    'cross entropy 1024x50257 fwd': {
      make: () => {
        const [x, y] = [rand(1024, 50_257), torch.randint(0, 50_257, [1024])];
        return () => F.crossEntropy(x, y);
      },
    },
    'embedding grad 65536 of 1000x128': {
      make: () => {
        const [w, i, g] = [leaf(1000, 128), torch.randint(0, 1000, [65_536]), rand(65_536, 128)];
        return gradients(F.embedding(i, w), w, g);
      },
    },
    'gather grad 4096x1000 by 4096x100': {
      make: () => {
        const [x, i, g] = [leaf(4096, 1000), torch.randint(0, 1000, [4096, 100]), rand(4096, 100)];
        return gradients(x.gather(1, i), x, g);
      },
    },
    'argsort 1M': of([1 << 20], (x) => x.argsort(0)),
    'argsort 4096x1000': of([4096, 1000], (x) => x.argsort(1)),
    'cross entropy 4096x1000 bwd': {
      make: () => {
        const [x, y] = [leaf(4096, 1000), torch.randint(0, 1000, [4096])];
        return gradients(F.crossEntropy(x, y), x, torch.ones([]));
      },
    },
    'clipped gradients 16M': {
      make: () => {
        const p = leaf(4096, 4096);
        const optimizer = new torch.optim.SGD([p], { lr: 1e-3 });
        return () => {
          optimizer.zeroGrad();
          p.square().sum().backward();
          torch.nn.utils.clipGradNorm_([p], 1);
          optimizer.step();
          return p;
        };
      },
    },
    'adam 1M': {
      make: () => {
        const p = leaf(1024, 1024);
        const optimizer = new torch.optim.Adam([p], { lr: 1e-3 });
        p.grad = rand(1024, 1024);
        return () => {
          optimizer.step();
          return p;
        };
      },
    },
  };
}

function layers(): Family {
  const linear = (batch: number, from: number, to: number): Workload => ({
    macs: batch * from * to,
    make: () => {
      const [x, w, b] = [rand(batch, from), rand(to, from), rand(to)];
      return () => F.linear(x, w, b);
    },
  });
  return {
    'attention 8x8x512x64': {
      macs: 2 * 64 * 512 * 512 * 64,
      make: () => {
        const [q, k, v] = [rand(8, 8, 512, 64), rand(8, 8, 512, 64), rand(8, 8, 512, 64)];
        return () => F.scaledDotProductAttention(q, k, v);
      },
    },
    'attention 8x8x512x64 bwd': {
      // The scores once more, and the four products of the gradients.
      macs: 5 * 64 * 512 * 512 * 64,
      make: () => {
        const [q, k, v] = [leaf(8, 8, 512, 64), leaf(8, 8, 512, 64), leaf(8, 8, 512, 64)];
        return gradients(F.scaledDotProductAttention(q, k, v), [q, k, v], rand(8, 8, 512, 64));
      },
    },
    'attention 1x32x1x4096x128, 8 heads of keys': {
      make: () => {
        const [q, k, v] = [rand(1, 32, 1, 128), rand(1, 8, 4096, 128), rand(1, 8, 4096, 128)];
        return () => F.scaledDotProductAttention(q, k, v, { enableGqa: true });
      },
    },
    'linear 1024x1024 fwd': linear(1024, 1024, 1024),
    'linear 64x784>256 fwd': linear(64, 784, 256),
    'linear 1x4096>4096 fwd': linear(1, 4096, 4096),
    'linear 1024x1024 bwd': {
      macs: 2 * 1024 ** 3,
      make: () => {
        const [x, w, b, g] = [leaf(1024, 1024), leaf(1024, 1024), leaf(1024), rand(1024, 1024)];
        return gradients(F.linear(x, w, b), [x, w, b], g);
      },
    },
  };
}
