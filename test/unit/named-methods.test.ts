// Optimizers, schedulers, data sets, samplers, loaders and transforms: parameters by place and by name, and nothing that is ignored.
import * as torch from 'lamplight';
import { data, optim, type Tensor, vision } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { lrScheduler, swaUtils } = optim;
const { transforms, datasets } = vision;

/** A method without its parameters' types. */
const loose = (object: object, method: string) => (Reflect.get(object, method) as () => unknown).bind(object) as Loose;
type Loose = (...args: unknown[]) => unknown;

const sgd = () => new optim.SGD([torch.ones(2, { requiresGrad: true })], { lr: 0.5, momentum: 0.9 });

/** Items that say which they are. */
class Numbered extends data.Dataset<string> {
  constructor(readonly length: number) {
    super();
  }
  get(index: number, prefix = 'item') {
    return `${prefix} ${index}`;
  }
}

describe('by name as by place', () => {
  test('optimizers', () => {
    const optimizer = sgd();
    const calls: string[] = [];
    const handle = optimizer.registerStepPreHook({ hook: (own) => void calls.push(own.name) });
    optimizer.registerStepPostHook((own, args) => void calls.push(`${own.name} ${args.length}`));
    expect(optimizer.step({ closure: () => 3 })).toBe(3);
    expect(calls).toEqual(['SGD', 'SGD 1']);
    handle.remove();
    expect(optimizer.step(() => 4)).toBe(4);
    expect(calls).toEqual(['SGD', 'SGD 1', 'SGD 1']);
    optimizer.addParamGroup({ paramGroup: { params: [torch.ones(3, { requiresGrad: true })], lr: 0.25 } });
    optimizer.addParamGroup({ params: [torch.ones(4, { requiresGrad: true })] });
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.25, 0.5]);
    const [one, other] = [sgd(), sgd()];
    const state = new optim.SGD([torch.ones(2, { requiresGrad: true })], 0.125).stateDict();
    one.loadStateDict({ stateDict: state });
    other.loadStateDict(state);
    expect([one, other].map(({ paramGroups }) => paramGroups[0]!.lr)).toEqual([0.125, 0.125]);
  });

  test('schedulers', () => {
    const rates = (step: (scheduler: optim.lrScheduler.StepLR) => void) => {
      const scheduler = new lrScheduler.StepLR(sgd(), { stepSize: 2, gamma: 0.5 });
      step(scheduler);
      return scheduler.getLastLr();
    };
    expect(rates((scheduler) => scheduler.step({ epoch: 4 }))).toEqual(rates((scheduler) => scheduler.step(4)));
    const plateau = new lrScheduler.ReduceLROnPlateau(sgd(), { patience: 0 });
    plateau.step({ metrics: 1 });
    plateau.step(Number.NaN, 7);
    expect(plateau).toMatchObject({ lastEpoch: 7, numBadEpochs: 0, best: 1 });
    expect(plateau.getLastLr()).toEqual([0.05]);
    plateau.loadStateDict({ stateDict: new lrScheduler.ReduceLROnPlateau(sgd()).stateDict() });
    expect(plateau.best).toBe(Number.POSITIVE_INFINITY);
    const [model, averaged] = [new torch.nn.Linear(1, 1), new swaUtils.AveragedModel(new torch.nn.Linear(1, 1))];
    averaged.updateParameters({ model });
    const [own, taken] = [torch.ones(1), torch.zeros(1)];
    expect(swaUtils.getEmaAvgFn({ decay: 0.5 })(own, taken, 1).shape).toEqual([1]);
  });

  test('data sets and samplers', () => {
    const [a, b] = [new Numbered(2), new Numbered(3)];
    const both = new data.ConcatDataset({ datasets: [a, b] });
    expect(both.get({ index: 3 })).toBe('item 1');
    expect(both[3]).toBe(both.get(3));
    expect(a.add({ other: b }).length).toBe(5);
    expect(new data.Subset(b, { indices: [2, 0] }).get({ index: 0 })).toBe('item 2');
    expect(new data.Subset({ dataset: b, indices: [2] }).length).toBe(1);
    const tensors = new data.TensorDataset(torch.ones(4, 2));
    expect(tensors.getBatch({ indices: [0, 1] })[0]!.shape).toEqual(tensors.getBatch([0, 1])[0]!.shape);
    const [named, placed] = [
      () => data.randomSplit({ dataset: b, lengths: [2, 1], generator: new torch.Generator().manualSeed(1) }),
      () => data.randomSplit(b, [2, 1], new torch.Generator().manualSeed(1)),
    ].map((split) => split().map(({ indices }) => [...Array.from(indices)]));
    expect(named).toEqual(placed);
    const sampler = new data.RandomSampler({ dataSource: { length: 5 }, numSamples: 3 });
    expect(sampler.length).toBe(3);
    expect([...new data.SequentialSampler({ length: 2 })]).toEqual([0, 1]);
    expect([...new data.SubsetRandomSampler({ indices: [7] })]).toEqual([7]);
    expect(new data.WeightedRandomSampler({ weights: [1, 2], numSamples: 4 }).length).toBe(4);
    const loader = new data.DataLoader(b, 3);
    expect(loader.withSampler({ sampler: new data.SequentialSampler(a) }).length).toBe(1);
    loader.loadStateDict({ stateDict: new data.DataLoader(b, 3).stateDict() });
    expect(data.defaultCollate({ batch: ['a', 'b'] })).toEqual(['a', 'b']);
  });

  test('transforms and sets of pictures', async () => {
    const identity = new transforms.Identity();
    const x = torch.ones(3, 2, 2);
    expect(new transforms.Compose({ transforms: [identity] })(x)).toBe(x);
    expect(new transforms.Lambda<number, number>({ lambd: (n) => n + 1 })(1)).toBe(2);
    expect(transforms.batched({ transform: identity })).toMatchObject({ takes: expect.any(Function) });
    const change = new datasets.StandardTransform<number, number>({ transform: (n: number) => n + 1 });
    expect(change({ input: 1, target: 2 })).toEqual([2, 2]);
    // A target of several things is one all the same.
    expect((change as unknown as Loose)(1, { boxes: 1 })).toEqual([2, { boxes: 1 }]);
    await expect(datasets.makeDataset({ directory: 'nowhere' })).rejects.toThrow(torch.ArgumentError);
  });
});

test('readCsv takes its source by name, too', async () => {
  const table = await data.readCsv({ source: new Blob(['a;b\n1;2\n']), delimiter: ';' });
  expect(table.columns).toEqual(['a', 'b']);
});

test.each<[string, () => unknown, RegExp]>([
  ['a state dict', () => loose(sgd(), 'stateDict')(1), /^stateDict: expected no arguments, but got 1$/],
  ['a step', () => loose(sgd(), 'step')(() => 1, 2), /^SGD\.step: expected at most 1 argument \('closure'\)/],
  ['a rate', () => loose(new lrScheduler.ConstantLR(sgd()), 'getLastLr')(1), /^getLastLr: expected no arguments/],
  [
    'a state that is none',
    () => new lrScheduler.ConstantLR(sgd()).loadStateDict(3 as never),
    /^ConstantLR\.loadStateDict: expected what stateDict\(\) returns, but got number 3$/,
  ],
  [
    'a text for a count',
    () => new lrScheduler.OneCycleLR(sgd(), 1, { totalSteps: 5, epochs: 'foo' as never }),
    /^OneCycleLR: expected epochs to be a whole number of at least 1 or null, but got "foo"$/,
  ],
  ['an item', () => loose(new data.Subset(['a'], [0]), 'get')(0, 1), /^Subset\.get: expected at most 1 argument/],
  [
    'a promise of a data set',
    () => new data.StackDataset(Promise.resolve([1]) as never),
    /^data: expected a data set, but got a promise; await it first$/,
  ],
  ['a loader', () => loose(new data.DataLoader(['a']), 'stateDict')(1), /^stateDict: expected no arguments/],
  ['a worker', () => (data.getWorkerInfo as Loose)(1), /^getWorkerInfo: expected no arguments, but got 1$/],
  ['a printed transform', () => loose(new transforms.Identity(), 'toString')(1), /^toString: expected no arguments/],
  [
    'a type that is none',
    () => new transforms.Lambda((x: Tensor) => x, 3 as never),
    /^Lambda: expected classes as types, but got number 3$/,
  ],
  [
    'two of one',
    () => (sgd().loadStateDict as Loose)({ state: {}, param_groups: [] }, { stateDict: {} }),
    /^SGD\.loadStateDict: got argument 'stateDict' twice, by position and by name$/,
  ],
])('%s with what it would not look at is refused', (_what, call, message) => {
  expect(call).toThrow(torch.LamplightError);
  expect(call).toThrow(message);
});

test('a data set without a constructor refuses arguments', () => {
  class Plain extends data.Dataset<number> {
    get length() {
      return 1;
    }
    get(index: number) {
      return index;
    }
  }
  expect(() => Reflect.construct(Plain, [1])).toThrow(/^Plain: expected no arguments, but got 1$/);
});

test('methods of a program are called as it defines them', () => {
  expect(new Numbered(2).get(1, 'row')).toBe('row 1');
  expect(String(new Numbered(2))).toBe('Numbered(length=2)');
});
