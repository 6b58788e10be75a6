// Attribution methods beside what can be computed by hand, and what they leave behind.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import {
  AdditionModule,
  Deconvolution,
  DeepLift,
  EpsilonRule,
  GammaRule,
  GradientShap,
  GuidedBackprop,
  IntegratedGradients,
  LayerDeepLift,
  LayerIntegratedGradients,
  LRP,
  NeuronConductance,
  NeuronGradient,
  NeuronGuidedBackprop,
  Occlusion,
  Saliency,
} from 'lamplight/interpret';
import { expect, test } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { isLong } from '../support/sample';

const F = nn.functional;

/** The network of the course S4. */
class DrawingNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 20, 3, { stride: 2, padding: 1 });
  linear = new nn.Linear(20 * 14 * 14, 3);
  forward(x: Tensor): Tensor {
    return this.linear(F.relu(this.conv1(x)).flatten(1));
  }
}

test('saliency is what the course computes by hand', async () => {
  torch.manualSeed(0);
  const model = new DrawingNet();
  const input = torch.randn(1, 1, 28, 28, { requiresGrad: true });
  const scores = model(input);
  const target = await scores.argmax().item();
  scores.at(0, target).backward();
  const byHand = input.grad!.abs().squeeze();
  model.zeroGrad();
  const saliency = new Saliency(model).attribute(input, { target });
  expect(saliency.shape).toEqual([1, 1, 28, 28]);
  expect(await saliency.squeeze().tolist()).toEqual(await byHand.tolist());
  expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
});

test('ReLUs have three backwards', async () => {
  const x = torch.tensor([[1, -2, 3, -4, 5]]).float();
  const above = torch.tensor([[-1, 2, 3, -4, -5]]).float();
  const relu = new nn.ReLU();
  class Weighed extends nn.Module {
    relu = relu;
    forward(given: Tensor): Tensor {
      return this.relu(given).mul(above).sum(1);
    }
  }
  const model = new Weighed();
  const maps = [
    new Saliency(model).attribute(x, { abs: false }),
    new GuidedBackprop(model).attribute(x),
    new Deconvolution(model).attribute(x),
  ];
  expect(await torch.cat(maps).tolist()).toEqual([
    [-1, 0, 3, 0, -5],
    [0, 0, 3, 0, 0],
    [0, 2, 3, 0, 0],
  ]);
  const broken = new GuidedBackprop(model);
  expect(() => broken.attribute(x, { target: 7 })).toThrow(torch.ShapeError);
  expect(await new Saliency(model).attribute(x, { abs: false }).tolist()).toEqual([[-1, 0, 3, 0, -5]]);
});

/** The network of the tests below: 8 × 8 pictures, three classes. */
const small = (bias = true) =>
  new nn.Sequential(
    new nn.Conv2d(1, 3, 3, { bias }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(27, 3, { bias }),
  );

test('DeepLift and relevance conserve', async () => {
  torch.manualSeed(1);
  const [x, baselines] = [torch.randn(2, 1, 8, 8), torch.randn(2, 1, 8, 8)];
  const lifted = (model: nn.Module): Tensor =>
    new DeepLift(model).attribute(x, { baselines, target: [0, 2], returnConvergenceDelta: true })[1];
  const overlapping = new nn.Sequential(
    new nn.Conv2d(1, 3, 3),
    new nn.MaxPool2d(3, { stride: 1 }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(48, 3),
  );
  const relevance = (model: nn.Module): Tensor =>
    new LRP(model).attribute(x, { target: [0, 2], returnConvergenceDelta: true })[1];
  const model = small();
  const how = { baselines, target: 1, attributeToLayerInput: true, returnConvergenceDelta: true } as const;
  const [, ofLayer] = new LayerDeepLift(model, '1').attribute(x, how);
  const deltas = [lifted(model), lifted(overlapping), ofLayer, relevance(small(false))];
  expect(Math.max(...(await torch.cat(deltas).abs().data()))).toBeLessThan(1e-5);
  expect(Math.max(...(await relevance(small()).abs().data()))).toBeGreaterThan(1e-2);
});

/** Takes an object, as no layer of the library does. */
class OwnSum extends nn.Module {
  rule = new EpsilonRule();
  forward({ x1, x2 }: { x1: Tensor; x2: Tensor }): Tensor {
    return x1.add(x2);
  }
}

test.each([
  ['by name', () => new AdditionModule()],
  ['in an object', () => new OwnSum() as unknown as AdditionModule],
])('a sum whose parts come %s is explained as one by place', async (_, make) => {
  class Residual extends nn.Module {
    linear = new nn.Linear(4, 4, { bias: false });
    constructor(
      readonly add: AdditionModule,
      private readonly isNamed: boolean,
    ) {
      super();
    }
    forward(x: Tensor): Tensor {
      const [x1, x2] = [this.linear(x), x];
      return this.isNamed ? this.add({ x1, x2 }) : this.add(x1, x2);
    }
  }
  const [byPlace, byName] = [new Residual(new AdditionModule(), false), new Residual(make(), true)];
  byName.loadStateDict(byPlace.stateDict());
  const x = torch.rand(2, 4);
  const found = new LRP(byPlace).attribute(x, { target: 1 });
  const [named, delta] = new LRP({ model: byName }).attribute(x, { target: 1, returnConvergenceDelta: true });
  expect(await named.equal(found)).toBe(true);
  expect(await delta.abs().max().item()).toBeLessThan(1e-5);
  const how = { target: 1, attributeToLayerInput: true };
  const [seen, expected] = [byName, byPlace].map((model) =>
    new LayerIntegratedGradients(model, 'add').attribute<Tensor[]>(x, how),
  );
  expect(seen).toHaveLength(2);
  expect(await torch.cat(seen!).equal(torch.cat(expected!))).toBe(true);
});

test('gradient SHAP of a linear model and one baseline is exact', async () => {
  const model = new nn.Linear(3, 2);
  const [x, baselines] = [torch.tensor([[1, -2, 3]]).float(), torch.tensor([[0.5, 1, -1]])];
  const found = new GradientShap(model).attribute(x, { baselines, target: 1, nSamples: 4 });
  const exact = model.weight.detach().at(1).mul(x.sub(baselines));
  expect(Math.max(...(await found.sub(exact).abs().data()))).toBeLessThan(1e-6);
});

class Both extends nn.Module {
  forward(x: Tensor): Tensor[] {
    return [x.mul(2), x.mul(5)];
  }
}

class Times extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(7);
  }
}

class Beside extends nn.Module {
  both = new Both();
  times = new Times();
  forward(x: Tensor): Tensor {
    const [a, b] = this.both(x) as [Tensor, Tensor];
    return a.add(b.mul(2)).add(this.times(x).mul(3)).sum(1);
  }
}

test('layers that are explained together may have different numbers of tensors', async () => {
  const model = new Beside();
  const explained = new LayerIntegratedGradients(model, ['both', 'times']).attribute(
    torch.tensor([[1, 2]], { dtype: 'float32' }),
  );
  const [both, times] = explained as unknown as [[Tensor, Tensor], Tensor];
  // Σ of a + 2 b + 3 c is linear, so that each term is its own attribution.
  expect(both).toHaveLength(2);
  expect(await both[0].tolist()).toEqual([[expect.closeTo(2, 4), expect.closeTo(4, 4)]]);
  expect(await both[1].tolist()).toEqual([[expect.closeTo(10, 4), expect.closeTo(20, 4)]]);
  expect(await times.tolist()).toEqual([[expect.closeTo(21, 4), expect.closeTo(42, 4)]]);
});

test('a neuron is chosen by an index, slices or a function, before or behind its layer', async () => {
  const model = small();
  const x = torch.randn(2, 1, 8, 8);
  const neuron = new NeuronGradient(model, '2');
  const one = neuron.attribute(x, [1, 2, 0]);
  const two = neuron.attribute(x, ['1:3', 2, 0]);
  expect(await neuron.attribute(x, (y) => y.at(':', 1, 2, 0)).equal(one)).toBe(true);
  expect(await neuron.attribute(x, (y) => y.at(':', '1:', 2, 0).sum(1)).equal(two)).toBe(true);
  const after = new NeuronGradient(model, model.at(3)).attribute(x, 15);
  const before = new NeuronGradient(model, model.at(4)).attribute(x, 15, { attributeToNeuronInput: true });
  expect([await after.equal(one), await before.equal(one)]).toEqual([true, true]);
  expect(() => neuron.attribute(x, 1)).toThrow(/^NeuronGradient: expected one output per example/);
  expect(() => neuron.attribute(x, [0, 1, 2, 3])).toThrow(torch.ShapeError);
  expect(() => neuron.attribute(x, null as never)).toThrow(torch.ArgumentError);
  expect(() => new NeuronConductance(model, '9')).toThrow(/expected layer to be the name of a module/);
});

test('layers without a rule, rules that are none and layers that are called twice are told of', () => {
  const x = torch.randn(1, 4);
  const lrp = (...layers: nn.UnaryModule[]) => new LRP(new nn.Sequential(...layers));
  const linear = new nn.Linear(4, 4);
  expect(() => lrp(linear, new nn.Sigmoid()).attribute(x, { target: 0 })).toThrow(
    /^LRP: expected layers with a rule, but got Sigmoid/,
  );
  expect(() => lrp(linear, new nn.ReLU(), linear).attribute(x, { target: 0 })).toThrow(/calls Linear again/);
  linear.rule = 1 as never;
  expect(() => lrp(linear)).toThrow(/^LRP: expected the rule of '0' to be a PropagationRule, but got/);
  linear.rule = null;
  expect(() => new LRP(linear, { rules: { fc: new GammaRule() } })).toThrow(torch.ArgumentError);
  expect(() => new EpsilonRule(-1)).toThrow(torch.ArgumentError);
});

test('nothing is left of what was put into a model, whatever throws', async () => {
  const model = small();
  const relu = model.at(1);
  const rule = new GammaRule();
  model.at(0).rule = rule;
  const state = () => ({
    keys: model.modules().map((module) => Reflect.ownKeys(module)),
    members: [...model.parameters(), ...model.buffers(), ...model.modules().map(({ rule }) => rule)],
    training: model.modules().map(({ training }) => training),
  });
  const x = torch.randn(2, 1, 8, 8);
  const plain = await new Saliency(model).attribute(x, { target: 1 }).tolist();
  const before = state();
  const fails = new Error('on the way');
  const explained: readonly ((options: { target: number }) => unknown)[] = [
    (options) => new GuidedBackprop(model).attribute(x, options),
    (options) => new Deconvolution(model).attribute(x, options),
    (options) => new DeepLift(model).attribute(x, options),
    (options) => new LayerDeepLift(model, relu).attribute(x, options),
    (options) => new LRP(model).attribute(x, options),
    ({ target }) => new NeuronGuidedBackprop(model, '0').attribute(x, target === 1 ? [0, 0, 0] : [9, 0, 0]),
  ];
  for (const attribute of explained) {
    attribute({ target: 1 });
    expect(() => attribute({ target: 7 })).toThrow(torch.IndexError);
    const hook = relu.registerForwardHook(() => {
      throw fails;
    });
    expect(() => attribute({ target: 1 })).toThrow(fails);
    hook.remove();
    const { keys, members, training } = state();
    expect([keys, training]).toEqual([before.keys, before.training]);
    expect(members.every((member, i) => member === before.members[i])).toBe(true);
  }
  expect(model.at(0).rule).toBe(rule);
  expect(await new Saliency(model).attribute(x, { target: 1 }).tolist()).toEqual(plain);
  expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
});

test('statistics of a model in training stay as they are', async () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
  const before = await Promise.all(model.buffers().map((buffer) => buffer.tolist()));
  const map = new IntegratedGradients(model).attribute(torch.randn(5, 3), { target: 1, nSteps: 4 });
  expect((await map.data()).every(Number.isFinite)).toBe(true);
  expect(await Promise.all(model.buffers().map((buffer) => buffer.tolist()))).toEqual(before);
  expect(model.training).toBe(true);
});

test('many attributions in a row leave memory and modules flat', async () => {
  const model = small();
  const [guided, relevance, lift] = [new GuidedBackprop(model), new LRP(model), new DeepLift(model)];
  const x = torch.randn(2, 1, 8, 8);
  const maps: readonly ((options: { target: number }) => Tensor)[] = [
    (options) => guided.attribute(x, options),
    (options) => relevance.attribute(x, options),
    (options) => lift.attribute(x, options),
  ];
  const run = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const map = maps[i % maps.length]!({ target: i % 2 });
      await map.sum().item();
    }
  };
  /** Pipelines and plans that so many attributions add. */
  const added = async (times: number): Promise<number[]> => {
    const { plansCompiled, pipelinesCreated } = torch.gpu.stats();
    await run(times);
    await engine.refined();
    const after = torch.gpu.stats();
    return [after.plansCompiled - plansCompiled, after.pipelinesCreated - pipelinesCreated];
  };
  await run(18);
  await engine.refined();
  const before = torch.gpu.stats();
  const keys = model.modules().map((module) => Reflect.ownKeys(module));
  // On a busy machine a run takes over a second, and its plan then gets kernels of its own: once a plan, of which there are six.
  const news: number[][] = [];
  for (let round = 0; round < 6 && news.at(-1)?.some(Boolean) !== false; round++) news.push(await added(30));
  expect(news.at(-1)).toEqual([0, 0]);
  await run(isLong() ? 170 : 0);
  const { buffersCreated } = torch.gpu.stats();
  // A result may wait for the collector when the next is computed.
  expect(buffersCreated - before.buffersCreated).toBeLessThan(8);
  expect(model.modules().map((module) => Reflect.ownKeys(module))).toEqual(keys);
});

test('occlusion tells how far it is, and ends at a signal', async () => {
  const model = new DrawingNet();
  const x = torch.randn(1, 1, 28, 28);
  const steps: number[] = [];
  const options = { target: 0, slidingWindowShapes: [1, 14, 14], strides: [1, 14, 14], perturbationsPerEval: 2 };
  await new Occlusion(model).attribute(x, { ...options, onProgress: ({ done, total }) => steps.push(done, total) });
  expect(steps).toEqual([2, 4, 4, 4]);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(new Occlusion(model).attribute(x, { ...options, signal })).rejects.toThrow('enough');
});

test('a module whose input is used elsewhere too has its rule on the way through it alone', async () => {
  /** f(x) = Σ r(x) x. */
  class Gated extends nn.Module {
    r: nn.UnaryModule;
    constructor(r: nn.UnaryModule) {
      super();
      this.r = r;
    }
    forward(x: Tensor): Tensor {
      return this.r(x).mul(x).sum(1, { keepdim: true });
    }
  }
  const [x, base] = [
    [1, -2, 3],
    [0.5, 1, -1],
  ] as const;
  const [input, baselines] = [x, base].map((list) => torch.tensor([list], { dtype: 'float32' })) as [Tensor, Tensor];
  const lifted = new DeepLift(new Gated(new nn.LeakyReLU())).attribute(input, { baselines });
  const guided = new GuidedBackprop(new Gated(new nn.ReLU())).attribute(input);
  const deconvolved = new Deconvolution(new Gated(new nn.ReLU())).attribute(input);
  const rows = await torch.stack([lifted, guided, deconvolved]).squeeze(1).tolist<number[][]>();
  // By hand, with r' and relu' at x. DeepLIFT: (x Δr / Δx + r(x)) Δx; guided: relu(x) [x > 0] + relu(x); deconvolution: relu(x) + relu(x).
  const leaky = (v: number) => (v > 0 ? v : 0.01 * v);
  const byHand = x.map((v, i) => {
    const step = v - base[i]!;
    return (v * ((leaky(v) - leaky(base[i]!)) / step) + leaky(v)) * step;
  });
  const relu = x.map((v) => Math.max(v, 0));
  expect(byHand.map((v) => Math.round(v * 100) / 100)).toEqual([1, 2.1, 21.03]);
  rows[0]!.forEach((value, i) => {
    expect(value).toBeCloseTo(byHand[i]!, 4);
  });
  expect(rows[1]).toEqual(relu.map((v) => 2 * v));
  expect(rows[2]).toEqual(relu.map((v) => 2 * v));
});
