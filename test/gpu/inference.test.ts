// Checks networks in eval mode: as few dispatches as with batch norm folded by hand, and results that follow every write.
import * as torch from 'lamplight';
import { nn, noGrad, optim, type Tensor } from 'lamplight';
import { ops } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';

import { expectNumbers } from '../support/close';
import { settled } from '../support/settled';

const F = nn.functional;
const { fuseConvBnEval } = nn.utils;

/** Convolutions, each with its batch norm: a residual block whose short cut has one too, a depthwise one, and one behind a norm. */
class Network extends nn.Module {
  readonly first = new nn.Conv2d(4, 8, 3, { padding: 1, stride: 2 });
  readonly second = new nn.Conv2d(8, 8, 3, { padding: 1, bias: false });
  readonly short = new nn.Conv2d(4, 8, 1, { stride: 2, bias: false });
  readonly deep = new nn.Conv2d(8, 8, 3, { padding: 1, groups: 8, bias: false });
  readonly norms: nn.ModuleList<nn.UnaryModule>;

  constructor(norm: new (channels: number) => nn.UnaryModule = nn.BatchNorm2d) {
    super();
    this.norms = new nn.ModuleList([0, 1, 2, 3].map(() => new norm(8)));
  }

  override forward(x: Tensor): Tensor {
    const [first, second, short, deep] = this.norms as Iterable<nn.UnaryModule> as [
      nn.UnaryModule,
      nn.UnaryModule,
      nn.UnaryModule,
      nn.UnaryModule,
    ];
    const y = second(this.second(first(this.first(x)).relu()));
    const z = y.add(short(this.short(x))).relu();
    return F.relu6(deep(this.deep(z))).add(z);
  }

  /** The same with each batch norm worked into its convolution. */
  folded(): Network {
    const copy = new Network().eval();
    for (const [i, name] of (['first', 'second', 'short', 'deep'] as const).entries()) {
      copy.registerModule(name, fuseConvBnEval(this[name], this.norms.at(i) as nn.BatchNorm2d));
      copy.norms.registerModule(String(i), new nn.Identity());
    }
    return copy;
  }
}

/** Numbers from 0.5 to 1.5, others for each seed. */
const some = (shape: readonly number[], seed: number): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.tensor(Array.from({ length: count }, (_, i) => 0.5 + ((37 * i + 11 * seed) % 64) / 64)).reshape(shape);
};

/** Puts numbers into all parameters and statistics. */
function fill<M extends nn.Module>(model: M): M {
  noGrad(() => {
    for (const [seed, value] of Object.values(model.stateDict()).entries()) {
      if (value.dtype === 'float32') value.copy_(some(value.shape, seed));
    }
  });
  return model;
}

function filled(): Network {
  torch.manualSeed(1);
  return fill(new Network().eval());
}

const input = () => torch.rand(1, 4, 10, 10);

test('the second pass runs the plan of the first, which was the first to look at the parameters', async () => {
  const model = filled();
  const x = input();
  await torch.synchronize();
  const pass = async () => {
    const { plansCompiled } = torch.gpu.stats();
    await noGrad(() => model(x)).data();
    return torch.gpu.stats().plansCompiled - plansCompiled;
  };
  expect(await pass()).toBe(1);
  expect(await pass()).toBe(0);
});

/** What a call without gradients gives, and the dispatches that it took. */
async function called(model: nn.UnaryModule, x: Tensor) {
  const before = torch.gpu.stats();
  const y = noGrad(() => model(x));
  await torch.gpu.synchronize();
  const after = torch.gpu.stats();
  const made = (['submits', 'buffersCreated', 'bindGroupsCreated', 'pipelinesCreated', 'plansCompiled'] as const).map(
    (name) => after[name] - before[name],
  );
  const numbers = await y.data();
  // A page for more results than are there would count as made.
  y.dispose();
  return { numbers, dispatches: after.dispatches - before.dispatches, made };
}

/** Calls until a plan that runs often has kernels of its own, and nothing else is under way. */
async function warmUp(model: nn.UnaryModule, x: Tensor): Promise<void> {
  for (let i = 0; i < 8; i++) {
    if (i === 6) await settled();
    await called(model, x);
  }
}

async function expectAlike(model: Network, x: Tensor): Promise<void> {
  const { numbers } = await called(model, x);
  const byHand = await called(
    noGrad(() => model.folded()),
    x,
  );
  expectNumbers(numbers, byHand.numbers, { rtol: 1e-4, atol: 1e-4 });
}

describe('batch norm in eval mode', () => {
  test('takes no dispatch of its own, and in steady state nothing is made', async () => {
    const [model, x] = [filled(), input()];
    const byHand = model.folded();
    for (const one of [model, byHand]) await warmUp(one, x);
    const own = await called(model, x);
    const other = await called(byHand, x);
    expect(own.dispatches).toBe(other.dispatches);
    expect(own.dispatches).toBe(4);
    expect(own.made).toEqual([1, 0, 0, 0, 0]);
    expectNumbers(own.numbers, other.numbers, { rtol: 1e-4, atol: 1e-4 });
  });

  test('that is frozen takes none either, and its gradient needs no input of it', async () => {
    const [model, x] = [new Network(ops.FrozenBatchNorm2d).eval(), input()];
    model.loadStateDict(filled().stateDict());
    await warmUp(model, x);
    const own = await called(model, x);
    expect([own.dispatches, ...own.made]).toEqual([4, 1, 0, 0, 0, 0]);
    const byHand = filled().folded();
    expectNumbers(own.numbers, (await called(byHand, x)).numbers, { rtol: 1e-4, atol: 1e-4 });
    const gradient = (one: nn.UnaryModule) => {
      const leaf = x.detach().clone().requiresGrad_();
      one(leaf).square().mean().backward();
      return leaf.grad!.data();
    };
    expectNumbers(await gradient(model), await gradient(byHand), { rtol: 1e-3, atol: 1e-4 });
  });

  test('follows every write to a parameter and to running statistics, and computes anew for what was written alone', async () => {
    const [model, x] = [filled(), input()];
    await warmUp(model, x);
    const steady = (await called(model, x)).dispatches;
    const norm = model.norms.at(0) as nn.BatchNorm2d;
    const writes: readonly (readonly [write: (round: number) => unknown, dispatches: number])[] = [
      [(round) => norm.weight!.copy_(some([8], round)), 1],
      [(round) => norm.runningVar!.copy_(some([8], round + 1)), 1],
      [(round) => Object.assign(norm, { eps: 0.1 * round }), 1],
      [(round) => model.first.weight.copy_(some([8, 4, 3, 3], round)), 0],
    ];
    for (const [write, more] of writes) {
      // The first calls after a write may have a plan of their own.
      for (const round of [1, 2]) {
        noGrad(() => write(round));
        await torch.gpu.synchronize();
        const { dispatches } = await called(model, x);
        await called(model, x);
        const next = await called(model, x);
        if (round > 1) expect([dispatches, next.dispatches]).toEqual([steady + more, steady]);
        await expectAlike(model, x);
      }
    }
    model.loadStateDict(filled().stateDict());
    await expectAlike(model, x);
  });

  test('follows training, with its running statistics and its optimizer', async () => {
    const [model, x] = [filled(), input()];
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    for (let step = 0; step < 2; step++) {
      await called(model.eval(), x);
      optimizer.zeroGrad();
      model
        .train()(torch.rand(3, 4, 10, 10))
        .mean()
        .backward();
      optimizer.step();
      await expectAlike(model.eval(), x);
    }
  });

  test('is given up for a plan that writes its parameters, and its gradients stay what they are', async () => {
    const model = filled();
    const x = input().requiresGrad_();
    const gradients = async (one: Network) => {
      x.grad = null;
      one(x).square().mean().backward();
      return x.grad!.data();
    };
    const own = await gradients(model);
    expectNumbers(own, await gradients(model.folded()), { rtol: 1e-3, atol: 1e-4 });
  });

  test('leaves a concatenation to the kernels that compute its parts', async () => {
    const parts = [1, 3].map((size) => new nn.Conv2d(4, 16, size, { padding: (size - 1) / 2 }));
    const last = new nn.Conv2d(32, 4, 1);
    const x = torch.rand(1, 4, 8, 8);
    const run = () =>
      noGrad(() =>
        torch.scope(() =>
          last(
            torch.cat(
              parts.map((part) => part(x).relu()),
              1,
            ),
          ),
        ),
      );
    const apart = noGrad(() => {
      const [a, b] = parts.map((part) => part(x).relu()) as [Tensor, Tensor];
      const [ofA, ofB] = last.weight.split(16, 1) as [Tensor, Tensor];
      return F.conv2d(a, ofA.contiguous(), last.bias).add(F.conv2d(b, ofB.contiguous()));
    });
    const expected = await apart.data();
    expectNumbers(await run().data(), expected, { rtol: 1e-4, atol: 1e-5 });
    const before = torch.gpu.stats().dispatches;
    const again = await run().data();
    expect(torch.gpu.stats().dispatches - before).toBe(3);
    expectNumbers(again, expected, { rtol: 1e-4, atol: 1e-5 });
  });

  test('takes at most a tenth more bytes than the parameters, laid-out weights included', async () => {
    const layers = [new nn.Conv2d(64, 64, 3, { padding: 1 }), new nn.BatchNorm2d(64), new nn.ReLU()];
    const model = fill(new nn.Sequential(...layers, new nn.Conv2d(64, 128, 1), new nn.BatchNorm2d(128)).eval());
    const x = torch.rand(1, 64, 6, 6);
    await called(model, x);
    const { plans } = await torch.gpu.explain(() => noGrad(() => model(x)));
    const written = plans.flatMap(({ kept }) => kept.flatMap(({ bindings }) => bindings));
    const bytes = written.filter(({ kind }) => kind === 'write').reduce((sum, one) => sum + one.bytes, 0);
    const parameters = model.parameters().reduce((sum, { shape }) => sum + 4 * shape.reduce((n, d) => n * d, 1), 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(0.1 * parameters);
  });

  test('keeps little, which explain shows apart', async () => {
    const [model, x] = [filled(), input()];
    await called(model, x);
    const { plans, dispatches } = await torch.gpu.explain(() => noGrad(() => model(x)));
    expect(dispatches).toBe(4);
    expect(plans[0]!.kept.map(({ label }) => label)).toEqual(Array(4).fill('batchNorm factors'));
    const bytes = plans[0]!.kept.flatMap(({ bindings }) => bindings.filter(({ kind }) => kind === 'write'));
    expect(bytes.reduce((sum, one) => sum + one.bytes, 0)).toBe(4 * 8 * 8);
    expect(`${plans[0]}`).toContain('kept  4 dispatches when parameters change');
  });
});
