// float16 beside PyTorch's halves on a device that computes with it; on any other device every case is the error that says so.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, describe, expect, test } from 'vitest';
import { engine } from '../../../src/engine/compiler/engine';
import { clusterPass } from '../../../src/engine/compiler/fusion/pointwise';
import { plainPasses } from '../../../src/engine/compiler/passes/plain';
import { expectClose, expectNumbers, fromFixture, type Tolerance } from '../../support/close';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

const F = nn.functional;
const dtype = torch.float16;

interface HalfCase extends FixtureCase {
  readonly kind: 'call' | 'values' | 'text' | 'train' | 'random';
  readonly op: string;
  readonly inputs: number;
  readonly gradFn: string;
  readonly optimizer: 'sgd' | 'adam';
  readonly losses: readonly number[];
  readonly size: number;
}

const fixture = await loadFixture<HalfCase>('half');
const of = (kind: HalfCase['kind']) => fixture.cases.filter((one) => one.kind === kind);
const array = (name: string, requiresGrad = false) => fromFixture(fixture.tensor(name), requiresGrad);

const early = torch.ones(3, { dtype }).add(1);
const { features, description } = await torch.init();
const supported = features.has('shader-f16');

/** Runs `body`, or without float16 sees it fail at its first tensor. */
async function here(body: () => Promise<void>): Promise<void> {
  if (supported) return body();
  const error = await body().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(torch.DTypeError);
  const { message } = error as Error;
  expect(message).toMatch(/^\w+: expected a dtype that this device computes in, but got float16, .*'shader-f16'/);
  expect(message).toContain(description);
}

const calls: Record<string, (...xs: Tensor[]) => Tensor> = {
  sum: (x) => x!.sum(1),
  mean: (x) => x!.mean(),
  amax: (x) => x!.amax(0),
  var: (x) => x!.var(1),
  cumsum: (x) => x!.cumsum(1),
  softmax: (x) => x!.softmax(1),
  logSoftmax: (x) => x!.logSoftmax(0),
  transpose: (x) => x!.t().mul(2),
  slice: (x) => x!.at('1:', '::2').add(1),
  flip: (x) => x!.flip(1),
  chain: (x) => x!.mul(3).add(0.1).float().mul(3).half().exp(),
  gelu: (x) => F.gelu(x!),
  layerNorm: (x, w, b) => F.layerNorm(x!, [7], w, b),
  matmul: (a, b) => a!.matmul(b!),
  linear: (x, w, b) => F.linear(x!, w!, b),
  bmm: (a, b) => torch.bmm(a!, b!),
  conv2d: (x, w, b) => F.conv2d(x!, w!, b, { stride: 2, padding: 1 }),
  convRelu: (x, w, b) => F.relu(F.conv2d(x!, w!, b, { groups: 2 })).mul(0.5),
  convTranspose2d: (x, w, b) => F.convTranspose2d(x!, w!, b, { stride: 2 }),
  maxPool2d: (x) => F.maxPool2d(x!, 2),
  avgPool2d: (x) => F.avgPool2d(x!, 3, 2, 1),
  batchNorm: (x, w, b) => F.batchNorm(x!, null, null, w, b, { training: true }),
  mseLoss: (x, t) => F.mseLoss(x!, t!),
  cat: (a, b) => torch.cat([a!, b!]).mul(a!.sum()),
  embedding: (w) => F.embedding(torch.tensor([2, 0, 2]), w!),
};

/** By its name: a method of the first argument, unless the case is one of the calls above. */
function call(op: string, xs: Tensor[]): Tensor {
  const own = calls[op];
  if (own) return own(...xs);
  const [x, ...rest] = xs;
  return (x as unknown as Record<string, (...args: Tensor[]) => Tensor>)[op]!(...rest);
}

/** A step of float16, and for numbers near 0 the least step. */
const step: Tolerance = { rtol: 2 ** -10, atol: 2 ** -22 };
/** PyTorch rounds between the parts of some functions, which are one here, and the other way about. */
const several: Tolerance = { rtol: 4e-3, atol: 4e-3 };

describe('functions', () => {
  test.each(of('values'))('$name', ({ name, op }) =>
    here(async () => {
      await expectClose(call(op, [array(`${name}/x0`)]), fixture.tensor(`${name}/output`), step);
    }),
  );

  test.each(of('call'))('$name', ({ name, op, inputs, gradFn }) =>
    here(async () => {
      const xs = Array.from({ length: inputs }, (_, i) => array(`${name}/x${i}`, true));
      const y = call(op, xs);
      expect(y.gradFn).toBe(gradFn);
      const tolerance = op in calls ? several : step;
      await expectClose(y, fixture.tensor(`${name}/output`), tolerance);
      y.backward(array(`${name}/dy`));
      for (const [i, x] of xs.entries()) await expectClose(x.grad!, fixture.tensor(`${name}/grad${i}`), several);
    }),
  );
});

describe('training', () => {
  test.each(of('train'))('$optimizer', ({ name, optimizer, losses }) =>
    here(async () => {
      const params = [0, 1].map((i) => array(`${name}/p${i}`, true));
      const x = array(`${name}/x`);
      const made =
        optimizer === 'sgd'
          ? new optim.SGD(params, { lr: 0.1, momentum: 0.9 })
          : new optim.Adam(params, { lr: 0.01, eps: 1e-3 });
      const seen: number[] = [];
      for (const _ of losses) {
        made.zeroGrad();
        const loss = F.linear(x, params[0]!, params[1]!).sub(1).square().mean();
        loss.backward();
        made.step();
        seen.push(await loss.item());
      }
      expectNumbers(seen, losses, { rtol: 5e-3 });
      for (const [i, param] of params.entries()) await expectClose(param, fixture.tensor(`${name}/end${i}`), several);
    }),
  );

  test('a converted module trains, its optimizer too, and its gradients can be clipped', () =>
    here(async () => {
      torch.manualSeed(0);
      const model = new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.ReLU(), new nn.Linear(6, 3));
      const made = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const x = torch.randn(12, 4);
      const labels = torch.randint(3, [12]);
      const losses: number[] = [];
      for (let i = 0; i < 12; i++) {
        if (i === 2) model.half();
        made.zeroGrad();
        const loss = F.crossEntropy(model(i < 2 ? x : x.half()), labels);
        loss.backward();
        nn.utils.clipGradNorm_(model.parameters(), 5);
        made.step();
        losses.push(await loss.item());
      }
      expect(losses.at(-1)!).toBeLessThan(losses[1]! * 0.8);
      expect(model.parameters().map((p) => `${p.dtype} ${p.grad!.dtype}`)).toEqual(Array(6).fill('float16 float16'));
      expect(model.buffers().map((b) => b.dtype)).toEqual(['float16', 'float16', 'int64']);
      expect(model.float().parameters()[0]!.dtype).toBe('float32');
    }));
});

test('autocast and GradScaler train as halves written out do', () =>
  here(async () => {
    const mixed = await loadFixture<FixtureCase & { losses: number[] }>('amp');
    const { losses } = mixed.cases.find(({ name }) => name === 'train')!;
    const of = (name: string) => fromFixture(mixed.tensor(`train/${name}`), name.startsWith('p'));
    const params = ['p0', 'p1', 'p2', 'p3'].map(of);
    const [w1, b1, w2, b2] = params as [Tensor, Tensor, Tensor, Tensor];
    const [x, y] = [of('x'), of('y')];
    const made = new optim.SGD(params, { lr: 0.1, momentum: 0.9 });
    const scaler = new torch.amp.GradScaler({ initScale: 1024 });
    const seen: number[] = [];
    for (const _ of losses) {
      made.zeroGrad();
      const loss = torch.autocast(() => F.crossEntropy(F.linear(F.relu(F.linear(x, w1, b1)), w2, b2), y));
      expect(loss.dtype).toBe('float32');
      scaler.scale(loss).backward();
      await scaler.step(made);
      scaler.update();
      seen.push(await loss.item());
    }
    expectNumbers(seen, losses, { rtol: 2e-3 });
    for (const [i, param] of params.entries()) await expectClose(param, mixed.tensor(`train/end${i}`), several);
  }));

test('writing in place and through views', () =>
  here(async () => {
    const x = torch.arange(7, { dtype });
    x.at('1:4').fill_(0.1);
    x.at(torch.tensor([5])).mul_(2);
    x.add_(torch.ones(7));
    expectNumbers(await x.data(), [1, 1.0996, 1.0996, 1.0996, 5, 11, 7], { rtol: 1e-4 });
    expect(x.dtype).toBe('float16');
  }));

test('what only moves is moved as it is', () =>
  here(async () => {
    const x = torch.randn(300, 7, { dtype });
    const views = (from: Tensor) => [
      from.t(),
      from.at('1:'),
      from.at('128:256'),
      from.at('::3', '-4:').flip(0),
      from.reshape(100, 3, 7).permute(2, 0, 1).at(':', '7:'),
      torch.cat([from, from.at('5:9'), from.at('0:1'), from, from, from, from]),
      torch.cat([from, from.at(':', '2:')], 1),
      from.unsqueeze(0).expand(2, 300, 7).contiguous(),
    ];
    const lists = (all: Tensor[]) => Promise.all(all.map((y) => y.tolist()));
    for (const y of views(x)) expect(`${await torch.gpu.explain(y)}`).not.toMatch(/cast/);
    expect(await lists(views(x))).toEqual(await lists(views(x.float())));
  }));

test('numbers are compared as float16 holds them', () =>
  here(async () => {
    const x = torch.tensor([0.1, 1 / 3, 2], { dtype });
    expect(await x.eq(0.1).tolist()).toEqual([true, false, false]);
    expect(await x.ge(0.1).tolist()).toEqual([true, true, true]);
    expect(await x.lt(0.1).tolist()).toEqual([false, false, false]);
  }));

test('what was recorded before there was a device runs, or reports the device', async () => {
  if (supported) expect(await early.tolist()).toEqual([2, 2, 2]);
  else await expect(early.tolist()).rejects.toThrow(/^float16: expected .* got float16, .*; use float32$/);
});

test('sums of floats of two dtypes are float32, products of matrices refuse them', () =>
  here(async () => {
    const x = torch.ones(2, 2, { dtype });
    expect(x.add(torch.ones(2, 2)).dtype).toBe('float32');
    expect(() => x.matmul(torch.ones(2, 2))).toThrow(/matmul: expected .* one dtype, but got float16 and float32/);
  }));

test('what is saved comes back', () =>
  here(async () => {
    const x = torch.randn(3, 5).half();
    const bytes = await torch.saveBytes({ x, y: x.at(0, '1:') });
    const loaded = await torch.load(bytes);
    expect([loaded.x!.dtype, await loaded.x!.tolist()]).toEqual(['float16', await x.tolist()]);
    expect(await loaded.y!.tolist()).toEqual(await x.at(0, '1:').tolist());
  }));

describe.each(['software', 'gpu'] as const)(
  'kernels for a %s read float16 where it lies, to the same bits:',
  (kernels) => {
    const functions: [string, (x: Tensor, w: Tensor) => Tensor, ...number[][]][] = [
      ['a product', (a, b) => a.matmul(b), [37, 50], [50, 29]],
      ['a product by a transposed matrix', (a, b) => F.linear(a, b), [64, 33], [17, 33]],
      ['a product by a vector', (a, b) => a.matmul(b), [70, 65], [65]],
      ['a product in chunks', (a, b) => a.matmul(b), [3, 3000], [3000, 5]],
      ['products in a batch', (a, b) => torch.bmm(a, b), [3, 9, 17], [3, 17, 20]],
      ['a convolution', (x, w) => F.conv2d(x, w, null, { padding: 1 }), [2, 5, 13, 11], [7, 5, 3, 3]],
      [
        'a convolution of many channels',
        (x, w) => F.conv2d(x, w, null, { padding: 1 }),
        [1, 32, 12, 12],
        [32, 32, 3, 3],
      ],
      [
        'a strided convolution',
        (x, w) => F.conv2d(x, w, null, { stride: 2, dilation: 2, groups: 2 }),
        [2, 4, 15, 15],
        [6, 2, 3, 3],
      ],
      ['a convolution by 1 × 1', (x, w) => F.conv2d(x, w), [2, 16, 8, 8], [24, 16, 1, 1]],
      ['a convolution by channel', (x, w) => F.conv2d(x, w, null, { groups: 8 }), [1, 8, 10, 10], [8, 1, 3, 3]],
      ['a transposed convolution', (x, w) => F.convTranspose2d(x, w, null, { stride: 2 }), [2, 6, 7, 7], [6, 4, 3, 3]],
      ['the greatest of windows', (x) => F.maxPool2d(x, 3, 2, 1), [2, 3, 9, 8]],
      ['means of windows', (x) => F.avgPool2d(x, 2), [2, 3, 9, 8]],
    ];

    test.each(functions)('%s', (_, compute, ...shapes) =>
      here(async () => {
        await torch.init({ kernels });
        torch.manualSeed(1);
        const inputs = shapes.map((shape) => torch.randn(shape, { dtype }));
        const results = await Promise.all(
          [(x: Tensor) => x, (x: Tensor) => x.float()].map(async (widen) => {
            const xs = inputs.map((x) => x.detach().clone().requiresGrad_());
            const [x, w] = xs.map(widen);
            const y = compute(x!, w!).half();
            y.backward(torch.ones(y.shape, { dtype }));
            return Promise.all([y, ...xs.map(({ grad }) => grad!)].map((one) => one.data()));
          }),
        );
        expect(results[0]).toEqual(results[1]);
      }),
    );

    test('no copy is made for them', () =>
      here(async () => {
        await torch.init({ kernels });
        const [x, w] = [torch.randn(2, 4, 9, 9, { dtype }), torch.randn(4, 4, 3, 3, { dtype })];
        for (const y of [F.conv2d(x, w), x.reshape(36, 18).matmul(w.reshape(18, 8)), x.matmul(w.reshape(1, 4, 9, 4))]) {
          const plan = `${await torch.gpu.explain(y)}`;
          expect(plan).toMatch(/^ +\d+ +(conv2d|matmul)/m);
          expect(plan).not.toMatch(/^ +\d+ +cast/m);
        }
      }));
  },
);

describe('fused kernels give the bits of single ones:', () => {
  afterEach(() => engine.compileBy());

  const functions: [string, (x: Tensor) => Tensor, ...number[][]][] = [
    ['pointwise, by fours', (x) => x.mul(3).add(0.1).float().mul(3).half().exp(), [16, 33]],
    ['pointwise, broadcast', (x) => x.mul(x.at(0)).add(x.at(':', '0:1')).tanh(), [7, 12]],
    ['sums along rows', (x) => x.mul(2).sum(1).relu(), [9, 260]],
    ['sums across rows', (x) => x.square().sum(0).sqrt(), [260, 64]],
    ['softmax', (x) => x.mul(2).softmax(1).add(1), [6, 512]],
    ['softmax across', (x) => x.mul(2).softmax(0).add(1), [40, 64]],
    ['layer norm', (x) => F.layerNorm(x.add(1), [512], x.at(0), x.at(1)).relu(), [6, 512]],
    ['a product', (x) => F.relu(x.matmul(x.t()).add(1)).mul(x.at(':', '0:1')), [40, 24]],
    ['a layer', (x) => F.relu(F.linear(x, x.at('0:8'), x.at('0:8', 0))).mul(0.3), [40, 24]],
    ['batch norm', (x) => F.relu(F.batchNorm(x, null, null, null, null, { training: true })), [6, 5, 20]],
  ];

  test.each(functions)('%s', (_, compute, shape) =>
    here(async () => {
      const x = torch.randn(shape!, { dtype });
      const run = async () => {
        const leaf = x.detach().clone().requiresGrad_();
        const y = compute(leaf);
        y.backward(torch.ones(y.shape, { dtype }));
        return Promise.all([y.data(), leaf.grad!.data()]);
      };
      const fused = await run();
      engine.compileBy(plainPasses(clusterPass));
      expect(fused).toEqual(await run());
    }),
  );
});

test('takes half the memory', () =>
  here(async () => {
    await torch.gpu.synchronize();
    const before = torch.gpu.stats().liveBytes;
    const kept = [torch.ones(1 << 20, { dtype }).add(1), torch.ones(1 << 20).add(1)];
    await torch.gpu.synchronize();
    const taken = torch.gpu.stats().liveBytes - before;
    expect(taken).toBeGreaterThanOrEqual((2 + 4) << 20);
    expect(taken).toBeLessThan((2 + 4 + 0.1) * 2 ** 20);
    for (const x of kept) x.dispose();
  }));

test('what a gradient needs is kept as float16', () =>
  here(async () => {
    await torch.gpu.synchronize();
    const before = torch.gpu.stats().liveBytes;
    const w = torch.ones(512, 4, { dtype, requiresGrad: true });
    const loss = torch.scope(() => torch.ones(512, 512, { dtype }).mul(w.at(0, 0)).matmul(w).sum());
    expect(await loss.item()).toBe(Number.POSITIVE_INFINITY);
    expect(torch.gpu.stats().liveBytes - before).toBeLessThan(1.1 * 2 ** 20);
    loss.backward();
    expectNumbers((await w.grad!.data()).slice(4, 8), [512, 512, 512, 512]);
  }));

test('the device says whether it computes with float16', () => {
  expect(torch.gpu.isFloat16Supported()).toBe(supported);
});
