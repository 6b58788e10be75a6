// Checks networks written as functions over the tensors of a file: numbers and gradients as PyTorch has them, by as few dispatches as
// modules take.
import * as torch from 'lamplight';
import { autograd, nn, noGrad, scope, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { camelCase } from '../../scripts/checks/coverage-api/table.mjs';
import { engine } from '../../src/engine/compiler/engine';
import file from '../fixtures/pytorch/functional.pt?url&inline';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface PaddedCase extends FixtureCase {
  readonly pad?: readonly number[];
  readonly options: { readonly stride?: number; readonly padding?: number; readonly dilation?: number };
  readonly spatial: 1 | 2 | 3;
}

const fixture = await loadFixture<PaddedCase>('padded');
const tolerance = { rtol: 1e-5, atol: 2e-5 };
const convolutions = { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d };

/** The dispatches that a run takes, and its result's numbers. */
async function run(fn: () => Tensor) {
  await torch.gpu.synchronize();
  const before = torch.gpu.stats();
  const y = fn();
  await torch.gpu.synchronize();
  const { dispatches, submits } = torch.gpu.stats();
  return { dispatches: dispatches - before.dispatches, submits: submits - before.submits, numbers: await y.data() };
}

/** Runs until the plan, which runs often, has kernels of its own, and none comes later. */
async function warmUp(fn: () => Tensor): Promise<void> {
  for (let i = 0; i < 8; i++) {
    if (i === 6) await engine.refined();
    await fn().data();
  }
}

/** The same where the run is known. */
async function again(fn: () => Tensor) {
  await fn().data();
  return run(fn);
}

const inner = (fn: () => Tensor) => () => noGrad(() => scope(fn));

/** A convolution of zeros around x, and one of x by no padding at all. */
function paddedCase({ name, pad, options, spatial }: PaddedCase) {
  const [x, w] = ['input', 'weight'].map((key) => fromFixture(fixture.tensor(`${name}/${key}`), true)) as [
    Tensor,
    Tensor,
  ];
  const conv = convolutions[spatial] as (x: Tensor, w: Tensor, b: null, options: object) => Tensor;
  return { x, w, call: () => conv(F.pad(x, pad!), w, null, options) };
}

describe('a convolution of what F.pad has put zeros around', () => {
  const cases = fixture.cases.filter(({ pad }) => pad);

  test.concurrent.each(sampled(cases, 8))('$name', async (one) => {
    const { x, w, call } = paddedCase(one);
    const dy = fromFixture(fixture.tensor(`${one.name}/dy`));
    const [y, dx, dw] = scope(() => {
      const output = call();
      return [output, ...autograd.grad(output, [x, w], dy)] as const;
    });
    await expectClose(y, fixture.tensor(`${one.name}/output`), tolerance);
    await expectClose(dx!, fixture.tensor(`${one.name}/grad_input`), tolerance);
    await expectClose(dw!, fixture.tensor(`${one.name}/grad_weight`), tolerance);
    // A gradient that is taken after the output has been read.
    const later = call();
    await later.data();
    const [byX, byW] = autograd.grad(later, [x, w], dy);
    await expectClose(byX!, fixture.tensor(`${one.name}/grad_input`), tolerance);
    await expectClose(byW!, fixture.tensor(`${one.name}/grad_weight`), tolerance);
  });

  test('takes one dispatch, and as many with its gradients as by its own padding', async () => {
    const counts: Record<string, number> = {};
    for (const one of cases) counts[one.name] = (await again(inner(paddedCase(one).call))).dispatches;
    expect(counts).toEqual({
      ...Object.fromEntries(cases.map(({ name }) => [name, 1])),
      // Channels are no padding, a frame as wide as the kernel stays apart, what is cropped is copied, and depth has a pass of its own.
      channels: 2,
      'over-kernel': 2,
      crops: 2,
      '3d': 4,
    });
    const step = async (padded: boolean) => {
      const x = torch.ones(1, 2, 9, 9).requiresGrad_();
      const w = torch.ones(3, 2, 3, 3).requiresGrad_();
      const options = { stride: 2 };
      const { dispatches } = await run(() =>
        scope(() => {
          const y = padded
            ? F.conv2d(F.pad(x, [1, 1, 1, 1]), w, null, options)
            : F.conv2d(x, w, null, { ...options, padding: 1 });
          y.square().sum().backward();
          return y;
        }),
      );
      return dispatches;
    };
    expect(await step(true)).toBe(await step(false));
    const layers = new nn.Sequential(new nn.ZeroPad2d([0, 1, 0, 1]), new nn.Conv2d(3, 4, 3, { stride: 2 }));
    const picture = torch.rand(1, 3, 8, 8);
    expect((await again(() => noGrad(() => layers(picture)))).dispatches).toBe(1);
  });

  test('leaves what else is made of the padded picture, its hooks and other numbers as they are', async () => {
    const x = torch
      .arange(2 * 5 * 5)
      .reshape(1, 2, 5, 5)
      .float()
      .requiresGrad_();
    const w = torch.arange(36).reshape(2, 2, 3, 3).sub(20).div(10);
    const padded = F.pad(x, [1, 1, 0, 1]);
    padded.retainGrad();
    const written = F.pad(x.detach(), [1, 1, 0, 1]);
    const y = F.conv2d(padded, w).add(F.conv2d(written, w));
    written.add_(1);
    y.sum().add(padded.square().sum()).backward();
    const apart = F.pad(x.detach(), [1, 1, 0, 1]).mul(1).requiresGrad_();
    await apart.data();
    const expected = F.conv2d(apart, w);
    expectNumbers(await y.data(), await expected.mul(2).data(), tolerance);
    expected.sum().add(apart.square().sum()).backward();
    expectNumbers(await padded.grad!.data(), await apart.grad!.data(), tolerance);
    expectNumbers(await x.grad!.data(), await apart.grad!.narrow(2, 0, 5).narrow(3, 1, 5).data(), tolerance);
    const ones = F.pad(x.detach(), [1, 1, 1, 1], { value: 1 });
    expectNumbers(
      await F.conv2d(ones, w).data(),
      await F.conv2d(x.detach().sub(1), w, null, { padding: 1 })
        .add(w.sum([1, 2, 3]).reshape(1, 2, 1, 1))
        .data(),
      { rtol: 1e-4, atol: 1e-3 },
    );
  });
});

interface NormedCase extends FixtureCase {
  readonly function: string;
  readonly options: Readonly<Record<string, number | string>>;
  readonly affine: readonly [scale: boolean, shift: boolean];
}

type Layer = (x: Tensor, weight: Tensor, bias: Tensor, options: object) => Tensor;

describe('a norm by given statistics behind a layer', () => {
  const cases = fixture.cases.filter((one): one is PaddedCase & NormedCase => 'affine' in one);

  /** A layer with its norm, of tensors as a file has them. */
  function normedCase({ name, function: called, options, affine }: NormedCase, dtype: 'float32' | 'float16') {
    const tensorOf = (key: string) => fromFixture(fixture.tensor(`${name}/${key}`)).to(dtype);
    const [x, w, b, mean, variance, scale, shift] = [
      ...['input', 'weight', 'bias', 'mean', 'variance', 'scale', 'shift'].map(tensorOf),
    ] as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const layer = Reflect.get(F, camelCase(called)) as Layer;
    const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
    return () => {
      const y = called === 'linear' ? F.linear(x, w, b) : layer(x, w, b, given);
      const [weight, bias] = [affine[0] ? scale : null, affine[1] ? shift : null];
      return F.relu(F.batchNorm(y, mean, variance, weight, bias, false, 0.1, 1e-3));
    };
  }

  test('gives the numbers of PyTorch, in one dispatch with it', async () => {
    const counts: Record<string, number> = {};
    const tried = sampled(cases, 2);
    for (const one of tried) {
      const call = normedCase(one, 'float32');
      const expected = fixture.tensor(`${one.name}/output`);
      await expectClose(call(), expected, tolerance);
      await warmUp(inner(call));
      const { dispatches, numbers } = await again(inner(call));
      counts[one.name] = dispatches;
      expectNumbers(numbers, expected.data, tolerance);
    }
    // Depth is summed by passes of its own: see src/ops/conv-nd.ts.
    const passes: Record<string, number> = { 'normed-conv-3d': 5, 'normed-transposed-3d': 3 };
    expect(counts).toEqual(Object.fromEntries(tried.map(({ name }) => [name, passes[name] ?? 1])));
  });

  test('is right in float16 where the device has it', async () => {
    const { features } = await torch.init();
    for (const one of cases) {
      const call = () => noGrad(() => scope(normedCase(one, 'float16')));
      if (!features.has('shader-f16'))
        await expect(async () => call().data()).rejects.toThrow(/float16, .*'shader-f16'/);
      else await expectClose(call().float(), fixture.tensor(`${one.name}/output`), { rtol: 2e-2, atol: 5e-2 });
    }
  });
});

type State = Record<string, Tensor>;

/** `network` of families/padded.py. */
const network = (sd: State) => (x: Tensor) => {
  const norm = (y: Tensor, name: string) => {
    const [mean, variance, weight, bias] = sd[name]!.unbind() as [Tensor, Tensor, Tensor, Tensor];
    return F.batchNorm(y, mean, variance, weight, bias, false, 0.01, 1e-3);
  };
  const stem = F.conv2d(F.pad(x, [0, 1, 0, 1]), sd['stem.weight']!, null, { stride: 2 });
  const first = F.relu6(norm(stem, 'stem.norm'));
  const deep = F.silu(norm(F.conv2d(F.pad(first, [2, 2, 2, 2]), sd['deep.weight']!, null, { groups: 8 }), 'deep.norm'));
  const second = norm(F.conv2d(deep, sd['project.weight']!), 'project.norm').add(first);
  const line = F.relu(norm(F.conv1d(second.flatten(2), sd['line.weight']!), 'line.norm'));
  const scores = F.linear(line.mean(2), sd['fc.weight']!, sd['fc.bias']!);
  return scores.matmul(sd['fc.tied']!).matmul(sd['mix.weight']!);
};

describe('a network over the tensors of a file', () => {
  const load = async () => (await torch.load(new Uint8Array(await (await fetch(file)).arrayBuffer()))) as State;
  const expected = (name: string) => fixture.tensor(`${name}/output`);

  test('takes a dispatch for each convolution with what follows, and copies no weight', async () => {
    const net = network(await load());
    const x = fromFixture(fixture.tensor('network/input'));
    for (const fn of [inner(() => net(x)), () => net(x)]) await expectClose(fn(), expected('network'), tolerance);
    await warmUp(inner(() => net(x)));
    const scoped = await run(inner(() => net(x)));
    // Four convolutions, a mean and three products.
    expect([scoped.dispatches, scoped.submits]).toEqual([8, 1]);
    expectNumbers(scoped.numbers, expected('network').data, tolerance);
    // At the top level each result is the program's own; the small padded pictures too are stored.
    expect((await again(() => net(x))).dispatches).toBeLessThanOrEqual(12);
  });

  test('follows writes to its tensors, which share storage where they do in the file', async () => {
    const sd = await load();
    const net = network(sd);
    const x = fromFixture(fixture.tensor('network/input'));
    await again(inner(() => net(x)));
    sd['fc.weight']!.mul_(2);
    sd['mix.weight']!.select(0, 0).zero_();
    await expectClose(inner(() => net(x))(), expected('written'), tolerance);
    await warmUp(inner(() => net(x)));
    // Numbers in TensorFlow's order are copied once more when they have been written, and then no more.
    for (const round of [1, 2]) {
      sd['stem.weight']!.mul_(1);
      const after = await run(inner(() => net(x)));
      expectNumbers(after.numbers, expected('written').data, tolerance);
      const { dispatches } = await run(inner(() => net(x)));
      // The first calls after a write may have a plan of their own.
      if (round > 1) expect([after.dispatches - dispatches, dispatches]).toEqual([1, 8]);
    }
  });
});

test('a product that is stored, in another shape than its kernel gives it, and what follows are one kernel', async () => {
  torch.manualSeed(0);
  const [x, w, b] = [torch.randn(2, 40, 8), torch.randn(16, 8), torch.randn(16)];
  const kept: Tensor[] = [];
  const call = () => {
    const y = F.linear(x, w, b);
    const z = F.relu(y).add(y);
    kept.push(y, z);
    return z;
  };
  await again(() => noGrad(call));
  const { dispatches, numbers } = await again(() => noGrad(call));
  expect(dispatches).toBe(1);
  const rows = await x.reshape(80, 8).mul(1).tolist<number[][]>();
  const [weights, biases] = [await w.tolist<number[][]>(), await b.tolist<number[]>()];
  const expected = rows.flatMap((row) =>
    weights.map((weight, i) => weight.reduce((sum, value, k) => sum + value * row[k]!, biases[i]!)),
  );
  expectNumbers(await kept.at(-2)!.data(), expected, tolerance);
  expectNumbers(
    numbers,
    expected.map((y) => (y > 0 ? 2 * y : y)),
    tolerance,
  );
});

test('the copy of a transposed weight is right at each run, whatever takes its place as the last that reads it', async () => {
  torch.manualSeed(0);
  const [w, x] = [torch.randn(96, 64), torch.randn(64, 96)];
  await torch.synchronize();
  const rows = await w.tolist<number[][]>();
  const others = await x.tolist<number[][]>();
  const expected = others.flatMap((row, i) => row.map((value, j) => value * rows[j]![i]! + 1));
  const programs = {
    'a new tensor': () => x.mul(w.t()).add(1),
    'a copy, changed in place': () => w.t().contiguous().mul_(x).add_(1),
    'one of two readers': () => x.mul(w.t()).add(1).add(w.t().sub(w.t())),
  };
  for (const [name, program] of Object.entries(programs)) {
    for (let run = 0; run < 3; run++) {
      const found = await torch.noGrad(program).flatten().data();
      const most = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
      expect(most, `${name}, run ${run}`).toBeLessThan(1e-5);
    }
  }
});
