// Perturbation methods, measures and TCAV beside what can be computed by hand, what they refuse, and what they leave behind.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import {
  Concept,
  FeatureAblation,
  FeaturePermutation,
  infidelity,
  KernelShap,
  Lasso,
  Lime,
  LinearRegression,
  NoiseTunnel,
  Occlusion,
  Saliency,
  ShapleyValueSampling,
  ShapleyValues,
  sensitivityMax,
  TCAV,
} from 'lamplight/interpret';
import { expect, test, vi } from 'vitest';

/** f(x) = x · w for every example. */
const weights = torch.tensor([[1, -2, 3, 0.5]]);
const additive = (x: Tensor): Tensor => x.mul(weights).sum(1);

const x = torch.tensor([
  [1, 2, 3, 4],
  [-1, 0.5, 2, -3],
]);

test('Shapley values of an additive model are its parts, however they are found', async () => {
  const parts = await x.sub(0.5).mul(weights).tolist();
  const options = { baselines: 0.5 };
  const found = [
    await new ShapleyValues(additive).attribute(x, options),
    await new ShapleyValueSampling(additive).attribute(x, { ...options, nSamples: 3, perturbationsPerEval: 5 }),
    await new KernelShap(additive).attribute(x, options),
    await new FeatureAblation(additive).attribute(x, 0.5),
  ];
  for (const values of found) {
    const error = await values
      .sub(torch.tensor(parts as number[][]))
      .abs()
      .max()
      .item();
    expect(error).toBeLessThan(1e-4);
  }
});

test('what waits holds a switch such as noGrad across its awaits', async () => {
  const seen: boolean[] = [];
  class Watching extends LinearRegression {
    override representation(): Tensor {
      seen.push(torch.isGradEnabled());
      return super.representation();
    }
  }
  // Masks are read, so that all of them wait before the network is called.
  const options = { featureMask: torch.tensor([[0, 0, 1, 2]]) };
  const lime = new Lime(additive, { interpretableModel: new Watching() });
  const explained = [
    () => new FeatureAblation(additive).attribute(x, options),
    () => new FeaturePermutation(additive).attribute(x, options),
    () => new Occlusion(additive).attribute(x, { slidingWindowShapes: [2] }),
    () => new ShapleyValues(additive).attribute(x, options),
    () => new ShapleyValueSampling(additive).attribute(x, { ...options, nSamples: 2 }),
    () => new KernelShap(additive).attribute(x, options),
    () => lime.attribute(x, options),
    () => new NoiseTunnel(lime).attribute(x, { ...options, ntSamples: 2, ntSamplesBatchSize: 1, stdevs: 0.1 }),
    () => sensitivityMax(lime, x, { ...options, nPerturbSamples: 2, maxExamplesPerBatch: 2 }),
  ];
  for (const explain of explained) {
    torch.manualSeed(0);
    const wanted = await (await explain()).tolist();
    torch.manualSeed(0);
    const under = torch.noGrad(explain);
    expect(torch.isGradEnabled()).toBe(true);
    expect(await (await under).tolist()).toEqual(wanted);
  }
  // Of every explanation by the watching model: first as ever, then under the switch.
  const models = seen.length / 2;
  expect(seen.slice(0, 2)).toEqual([true, true]);
  expect(seen.filter((recorded) => !recorded)).toHaveLength(models);
  await expect(torch.noGrad(() => new FeatureAblation(additive).attribute(3 as never))).rejects.toThrow(/inputs/);
  const waiting = async (rows: Tensor): Promise<Tensor> => lime.attribute(rows);
  expect(() => torch.noGrad((() => sensitivityMax(waiting, x)) as never)).toThrow(/synchronous/);
});

test('permuting features takes what they say of the output', async () => {
  const flip = (rows: Tensor, mask: Tensor): Tensor => torch.where(mask, rows.flip(0), rows);
  const lost = await x.sub(x.flip(0)).mul(weights).tolist();
  expect(await new FeaturePermutation(additive, flip).attribute(x).then((map) => map.tolist())).toEqual(lost);
  // Of two examples there is only one other order.
  expect(await new FeaturePermutation(additive).attribute(x).then((map) => map.tolist())).toEqual(lost);
  const alone = await new FeaturePermutation(additive).attribute(x.narrow(0, 0, 1));
  expect(await alone.tolist()).toEqual([[0, 0, 0, 0]]);
});

test('methods tell how far they are, end at a signal, and leave the model as it was', async () => {
  const model = new nn.Sequential(new nn.Linear(4, 3), new nn.BatchNorm1d(3));
  const before = await Promise.all([...model.parameters(), ...model.buffers()].map((each) => each.tolist()));
  const said = vi.spyOn(console, 'info').mockImplementation(() => {});
  const steps: number[] = [];
  const controller = new AbortController();
  const options = {
    target: 1,
    nSamples: 2,
    perturbationsPerEval: 3,
    onProgress: ({ done, total }: { done: number; total: number }) => {
      steps.push(done, total);
      if (done === 6) controller.abort(new Error('enough'));
    },
    signal: controller.signal,
    showProgress: true,
  };
  await expect(new ShapleyValueSampling(model).attribute(x, options)).rejects.toThrow('enough');
  expect(steps).toEqual([3, 8, 6, 8]);
  expect(said.mock.calls).toEqual([['ShapleyValueSampling: 30 % (3/8)'], ['ShapleyValueSampling: 70 % (6/8)']]);
  said.mockRestore();
  expect((await new FeatureAblation(model).attribute(x, 0, 1, null, torch.tensor([[0, 0, 1, 1]]), 2)).shape).toEqual([
    2, 4,
  ]);
  await expect(new Lime(model).attribute(x, { target: 7 })).rejects.toThrow(torch.IndexError);
  expect(model.training).toBe(true);
  expect([...model.parameters()].every(({ grad }) => grad === null)).toBe(true);
  expect(await Promise.all([...model.parameters(), ...model.buffers()].map((each) => each.tolist()))).toEqual(before);
});

test('a model that gives one number a batch is explained as one', async () => {
  const total = (rows: Tensor): Tensor => additive(rows).sum();
  const shares = x.mul(weights).sum(0, { keepdim: true });
  const maps = [
    await new ShapleyValues(total).attribute(x),
    await new ShapleyValueSampling(total).attribute(x),
    await new FeatureAblation(total).attribute(x),
  ];
  for (const map of maps) {
    expect(map.shape).toEqual([1, 4]);
    expect(await map.sub(shares).abs().max().item()).toBeLessThan(1e-5);
  }
  const own = torch.tensor([
    [0, 0, 1, 1],
    [0, 1, 1, 1],
  ]);
  await expect(new FeatureAblation(total).attribute(x, { featureMask: own })).rejects.toThrow(/one row/);
  await expect(new Lime(total).attribute(x, { perturbationsPerEval: 2 })).rejects.toThrow(/perturbationsPerEval 1/);
});

test('what does not fit is refused in words', async () => {
  const many = torch.zeros(1, 40);
  const sum = (rows: Tensor): Tensor => rows.sum(1);
  await expect(new ShapleyValues(sum).attribute(many)).rejects.toThrow(/at most 30 features.*featureMask/);
  await expect(new KernelShap(sum).attribute(x, { nSamples: 0 })).rejects.toThrow(torch.ArgumentError);
  await expect(new KernelShap(sum).attribute(torch.zeros(2, 0))).rejects.toThrow(torch.ShapeError);
  const wide = torch.tensor([[0, 1, 2 ** 30, 3]]);
  await expect(new Lime(sum).attribute(x, { featureMask: wide })).rejects.toThrow(/within 16777216/);
  await expect(new Lime(sum, { perturbFunc: () => torch.zeros(1, 3) }).attribute(x)).rejects.toThrow(/\[1, 4\]/);
  await expect(new Lime(sum, { perturbFunc: () => [][Symbol.iterator]() }).attribute(x)).rejects.toThrow(/none/);
  await expect(new Lime(sum, { similarityFunc: () => torch.zeros(2) }).attribute(x)).rejects.toThrow(/similarityFunc/);
  expect(() => new Lime(sum, { interpretableModel: {} as Lasso })).toThrow(/fit and representation/);
  expect(() => new Lasso({ alpha: -1 })).toThrow(torch.ArgumentError);
  expect(() => new LinearRegression().representation()).toThrow(/call fit first/);
  expect(() => new FeaturePermutation(sum, 3 as never)).toThrow(torch.ArgumentError);
  const signal = {} as AbortSignal;
  await expect(new ShapleyValues(sum).attribute(x, { signal })).rejects.toThrow(/AbortSignal/);
  expect(() => infidelity(sum, (rows) => rows as never, x, x)).toThrow(/infidelityPerturbFuncDecorator/);
  expect(() => infidelity(sum, (rows) => [rows, rows], x, x.t())).toThrow(torch.ShapeError);
  expect(() => sensitivityMax(3 as never, x)).toThrow(torch.ArgumentError);
});

test('gradients of a linear model are as faithful and as steady as can be', async () => {
  const saliency = new Saliency(additive);
  const map = saliency.attribute(x, { abs: false });
  const perturb = (rows: Tensor): [Tensor, Tensor] => {
    const noise = torch.randnLike(rows);
    return [noise, rows.sub(noise)];
  };
  for (const error of await infidelity(additive, perturb, x, map).data()) expect(error).toBeLessThan(1e-9);
  expect(await sensitivityMax(saliency, x).tolist()).toEqual([0, 0]);
  const later = sensitivityMax(new FeatureAblation((rows: Tensor) => rows.square().sum(1)), x, { perturbRadius: 0.1 });
  expect(later).toBeInstanceOf(Promise);
  for (const change of await (await later).data()) expect(change > 0 && change < 1).toBe(true);
});

test('TCAV finds the concept that a layer tells apart', async () => {
  torch.manualSeed(3);
  const model = new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(4, 2));
  model.loadStateDict({
    '0.weight': torch.eye(4),
    '0.bias': torch.zeros(4),
    '1.weight': torch.tensor([
      [1, 0, 0, 0],
      [-1, 0, 0, 0],
    ]),
    '1.bias': torch.zeros(2),
  });
  const direction = torch.tensor([[1, 0, 0, 0]]);
  const examples = (sign: number): Tensor => torch.randn(20, 4).mul(0.2).add(direction.mul(sign));
  const [high, low] = [new Concept(0, 'high', examples(2)), new Concept(1, 'low', examples(-2))];
  expect(`${high} ${high.identifier}`).toBe("Concept(0, 'high') high-0");
  const tcav = new TCAV(model, '0');
  const steps: number[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }): number => steps.push(done, total);
  const scores = await tcav.interpret(x, [[high, low]], { target: 0, onProgress });
  expect(await scores['0-1']!['0']!.signCount.tolist()).toEqual([1, 0]);
  expect(steps).toEqual([1, 3, 2, 3, 3, 3]);
  const { stats } = tcav.cavs['0-1']!['0']!;
  expect(stats.accs).toBe(1);
  const other = await tcav.interpret(x, [[high, low]], { target: 1 });
  expect(await other['0-1']!['0']!.signCount.tolist()).toEqual([0, 1]);
  // The vectors are those of the first time.
  expect(tcav.cavs['0-1']!['0']!.stats).toBe(stats);
  await expect(tcav.interpret(x, [[high]], { target: 0 })).rejects.toThrow(/at least two concepts/);
  await expect(tcav.computeCavs([[high, new Concept(0, 'other', x)]])).rejects.toThrow(/number 0/);
  await expect(tcav.computeCavs([[high, new Concept(2, 'nothing')]])).rejects.toThrow(/dataIter/);
  expect(() => new TCAV(model, 'nowhere')).toThrow(torch.ArgumentError);
});
