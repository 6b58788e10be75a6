// What all metrics have in common: updates, calls, resets, copies, state dicts, arithmetic, collections, trackers, and what they cost in a loop.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import * as metrics from 'lamplight/metrics';
import {
  Accuracy,
  BinaryAccuracy,
  BinaryROC,
  CompositionalMetric,
  ConfusionMatrix,
  Metric,
  MetricCollection,
  MetricTracker,
  MulticlassAccuracy,
  MulticlassF1Score,
  MulticlassRecall,
  MulticlassROC,
  PrecisionRecallCurve,
} from 'lamplight/metrics';
import { describe, expect, test, vi } from 'vitest';
import { notingCanvas } from '../support/plot-canvas';
import { settled } from '../support/settled';

const F = nn.functional;
const labels = (...list: number[]): Tensor => torch.tensor(list, { dtype: 'int64' });

/** Written as torchmetrics' page on metrics of one's own has it. */
class Share extends Metric {
  declare right: Tensor;
  declare total: Tensor;
  declare seen: Tensor[];

  constructor() {
    super();
    this.addState('right', torch.tensor(0), { distReduceFx: 'sum' });
    this.addState('total', torch.tensor(0), { distReduceFx: 'sum' });
    this.addState('seen', [], { distReduceFx: 'cat' });
  }

  update(preds: Tensor, target: Tensor): void {
    this.right = this.right.add(preds.eq(target).sum());
    this.total.add_(target.numel());
    this.seen.push(target.clone());
  }

  compute(): Tensor {
    return this.right.div(this.total);
  }
}

describe('a metric of one’s own', () => {
  test('gathers, gives the figure of a batch, begins anew', async () => {
    for (const full of [null, true, false]) {
      const metric = new Share();
      metric.fullStateUpdate = full;
      const home = metric.right;
      expect(await metric(labels(1, 0), labels(1, 1)).item()).toBe(0.5);
      expect(await metric.forwardCache!.item()).toBe(0.5);
      metric.update(labels(1, 1), labels(1, 1));
      expect(metric.updateCount).toBe(2);
      expect(await metric.compute().item()).toBe(0.75);
      expect(await torch.cat(metric.seen).tolist()).toEqual([1, 1, 1, 1]);
      expect(metric.right).toBe(home);
      metric.reset();
      expect([metric.updateCalled, metric.seen.length, await metric.total.item()]).toEqual([false, 0, 0]);
      expect(metric.forwardCache).toBeUndefined();
    }
  });

  test('says that nothing was gathered', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await new Share().compute().item()).toBeNaN();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('Share: compute() was called before update()'));
    warn.mockRestore();
  });

  test('is copied with a state of its own, and joined to another', async () => {
    const metric = new Share();
    metric.update(labels(1, 0), labels(1, 1));
    const copy = metric.clone();
    copy.update(labels(1, 1), labels(1, 1));
    expect([await metric.compute().item(), await copy.compute().item()]).toEqual([0.5, 0.75]);
    expect(() => metric.mergeState(copy)).toThrow('fullStateUpdate false');
    metric.fullStateUpdate = false;
    metric.mergeState(copy);
    expect([await metric.right.item(), await metric.total.item(), metric.updateCount]).toEqual([4, 6, 3]);
    expect(() => metric.mergeState({ right: labels(1) })).toThrow("expected a state 'total'");
    expect(() => metric.mergeState(new BinaryAccuracy())).toThrow('expected a Share, but got a BinaryAccuracy');
  });

  test('is in a state dict if asked', async () => {
    class Net extends nn.Module {
      share = new Share();
      accuracy = new MulticlassAccuracy(3);
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const net = new Net();
    expect(Object.keys(net.stateDict())).toEqual([]);
    for (const metric of [net.share, net.accuracy]) metric.persistent(true);
    net.share.update(labels(1, 0), labels(1, 1));
    net.accuracy.update(labels(0, 1, 2), labels(0, 1, 1));
    const state = net.stateDict();
    expect(Object.keys(state).sort()).toEqual([
      ...['accuracy.fn', 'accuracy.fp', 'accuracy.tn', 'accuracy.tp'],
      ...['share.right', 'share.seen', 'share.total'],
    ]);
    const other = new Net();
    for (const metric of [other.share, other.accuracy]) metric.persistent(true);
    expect(String(other.loadStateDict(state))).toBe('<All keys matched successfully>');
    expect(await other.share.right.item()).toBe(1);
    expect(await other.share.seen[0]!.tolist()).toEqual([1, 1]);
    other.share.update(labels(1, 1), labels(1, 1));
    expect(await other.share.stateDict().seen!.tolist()).toEqual([1, 1, 1, 1]);
    net.accuracy.persistent(false);
    net.share.persistent(false);
    expect(Object.keys(net.stateDict())).toEqual([]);
    expect(String(net)).toBe('Net(\n  (share): Share()\n  (accuracy): MulticlassAccuracy()\n)');
  });

  test('refuses what does not fit', () => {
    class Without extends nn.Module {
      forward(): void {}
    }
    const make = Reflect.construct.bind(null, Metric, [], Without) as () => Metric;
    expect(make).toThrow('expected a method update');
    const metric = new Share();
    expect(() => metric.addState('x', [1] as unknown as never[])).toThrow('a tensor or an empty list');
    expect(() => metric.addState('x', [], { distReduceFx: 'most' as 'sum' })).toThrow("distReduceFx 'sum'");
  });
});

describe('arithmetic', () => {
  test('of metrics, tensors and numbers', async () => {
    const [a, b] = [new MulticlassAccuracy(3, { average: 'micro' }), new MulticlassRecall(3)];
    const sum = a.add(b).mul(2);
    const [preds, target] = [labels(0, 1, 2, 2), labels(0, 1, 1, 2)];
    expect(await (await sum(preds, target)).item()).toBeCloseTo(2 * (3 / 4 + 5 / 6), 5);
    expect(await a.compute().item()).toBe(0.75);
    const rest = new CompositionalMetric(torch.sub, 1, a);
    expect(await (await rest.compute()).item()).toBe(0.25);
    expect(await (await a.ge(0.5).compute()).item()).toBe(true);
    expect(await (await a.neg().compute()).item()).toBe(-0.75);
    sum.reset();
    expect([a.updateCalled, b.updateCalled]).toEqual([false, false]);
    expect(String(a.add(1))).toBe('CompositionalMetric(\n  add(\n    MulticlassAccuracy(),\n    1\n  )\n)');
  });
});

describe('a collection', () => {
  const made = () => new MetricCollection([new MulticlassAccuracy(3), new MulticlassF1Score(3)], { prefix: 'val_' });

  test('names figures, is copied, prints', async () => {
    const metrics = made();
    const batch = metrics(labels(0, 1, 2), labels(0, 1, 1));
    expect(Object.keys(batch)).toEqual(['val_MulticlassAccuracy', 'val_MulticlassF1Score']);
    expect(await batch.val_MulticlassAccuracy!.item()).toBeCloseTo(0.5, 6);
    const copy = metrics.clone({ prefix: 'test_', postfix: '_x' });
    copy.update(labels(1, 1), labels(1, 1));
    expect(await copy.compute().test_MulticlassF1Score_x!.item()).toBeCloseTo((1 + 6 / 7 + 0) / 3, 5);
    expect(String(copy)).toBe(
      'MetricCollection(\n  (MulticlassAccuracy): MulticlassAccuracy()\n  (MulticlassF1Score): MulticlassF1Score(),\n  prefix=test_,\n  postfix=_x\n)',
    );
    expect([...metrics]).toEqual(metrics.keys());
    expect(metrics.get('val_MulticlassF1Score')).toBe(metrics.get('MulticlassF1Score'));
    metrics.reset();
    expect(metrics.values().map(({ updateCount }) => updateCount)).toEqual([0, 0]);
    const nested = new MetricCollection({ b: new BinaryAccuracy(), a: made() });
    expect(nested.keys()).toEqual(['a_val_MulticlassAccuracy', 'a_val_MulticlassF1Score', 'b']);
  });

  test('refuses what does not fit', () => {
    expect(() => new MetricCollection([new BinaryAccuracy(), new BinaryAccuracy()])).toThrow('two metrics named');
    expect(() => new MetricCollection([1] as never)).toThrow('expected metrics, but got number 1');
    expect(() => new MetricCollection('x' as never)).toThrow(torch.ArgumentError);
    expect(() => new MetricCollection({ x: new BinaryAccuracy() }, { prefix: 1 as never })).toThrow('a string or null');
    expect(() => made().get('x')).toThrow("no metric is named 'x'");
  });
});

describe('a tracker', () => {
  test('keeps each round and finds the best', async () => {
    const tracker = new MetricTracker(new MulticlassAccuracy(3, { average: 'micro' }));
    expect(() => tracker.update(labels(0), labels(0))).toThrow('increment() before update()');
    for (const preds of [labels(0, 0), labels(0, 1), labels(2, 2)]) {
      tracker.increment();
      tracker.update(preds, labels(0, 1));
    }
    expect(tracker.nSteps).toBe(3);
    expect(await ((await tracker.computeAll()) as Tensor).tolist()).toEqual([0.5, 1, 0]);
    expect(await tracker.bestMetric({ returnStep: true })).toEqual({ value: 1, step: 1 });
    const several = new MetricTracker(new MetricCollection([new BinaryAccuracy()]), [false]);
    for (const preds of [labels(0, 1), labels(1, 1)]) {
      several.increment();
      several(preds, labels(0, 1));
    }
    expect(await several.bestMetric({ returnStep: true })).toEqual({
      value: { BinaryAccuracy: 0.5 },
      step: { BinaryAccuracy: 1 },
    });
    expect(() => new MetricTracker(new Share())).toThrow('pass maximize');
  });
});

describe('in a training loop', () => {
  test('nothing is created for each step, and nothing is read', async () => {
    const model = new nn.Sequential(new nn.Linear(6, 8), new nn.ReLU(), new nn.Linear(8, 3));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const metrics = new MetricCollection({
      acc: new Accuracy({ task: 'multiclass', numClasses: 3 }),
      f1: new MulticlassF1Score(3),
      own: new MulticlassRecall(3, { average: 'micro' }),
    });
    const x = torch.randn(16, 6);
    const y = torch.randint(0, 3, [16]);
    const step = () => {
      optimizer.zeroGrad();
      const out = model(x);
      F.crossEntropy(out, y).backward();
      metrics.update(out.argmax(1), y);
      optimizer.step();
    };
    // Until memory, and what takes turns in it, has settled.
    for (let i = 0; i < 64; i++) {
      step();
      if (i % 8 === 7) await torch.synchronize();
      if (i === 47) await settled();
    }
    await settled();
    const made = async (steps: number) => {
      const before = torch.gpu.stats();
      for (let i = 0; i < steps; i++) step();
      await torch.synchronize();
      const after = torch.gpu.stats();
      return (['submits', 'buffersCreated', 'bindGroupsCreated', 'pipelinesCreated'] as const).map(
        (name) => after[name] - before[name],
      );
    };
    expect(await made(5)).toEqual([5, 0, 0, 0]);
    // What kernels find in labels is read now and then, in steps' own submits.
    for (let i = 0; i < 6; i++) expect((await made(8))[0]).toBe(8);
    const { acc, own } = metrics.compute() as Record<string, Tensor>;
    expect(await acc!.item()).toBeCloseTo((await own!.item()) as number, 6);
  });
});

describe('what is refused', () => {
  test('arguments', () => {
    expect(() => new Accuracy({ task: 'other' as 'binary' })).toThrow(
      "task to be 'binary', 'multiclass' or 'multilabel'",
    );
    expect(() => new Accuracy({ task: 'multiclass' })).toThrow('expected numClasses to be a whole number');
    expect(() => new Accuracy({ task: 'multilabel' })).toThrow('expected numLabels to be a whole number');
    expect(() => new MulticlassAccuracy()).toThrow("only 'micro' does not need it");
    expect(() => new MulticlassAccuracy(3, 4)).toThrow('expected topK of at most 3');
    expect(() => new MulticlassAccuracy(3, { average: 'mean' as 'macro' })).toThrow('expected average');
    expect(() => new BinaryAccuracy(2)).toThrow('expected threshold to be a number from 0 to 1');
    expect(() => new BinaryAccuracy({ ignoreIndex: 0.5 })).toThrow('expected ignoreIndex');
    expect(() => new BinaryAccuracy({ num_classes: 3 } as object)).toThrow('num_classes');
    const made: MulticlassAccuracy = new Accuracy('multiclass', { numClasses: 3 });
    expect([made.average, String(made)]).toEqual(['micro', 'MulticlassAccuracy()']);
  });

  test('tensors', async () => {
    const metric = new MulticlassAccuracy(3);
    const update = (preds: unknown, target: unknown) => () => metric.update(preds as Tensor, target as Tensor);
    expect(update([1], labels(1))).toThrow('expected preds to be a tensor, but got an array');
    expect(update(torch.rand(2, 4), labels(0, 1))).toThrow('expected preds of 3 classes in dimension 1');
    expect(update(labels(0, 1, 2), labels(0, 1))).toThrow(torch.ShapeError);
    expect(update(labels(0, 1).reshape(1, 2), labels(0))).toThrow(torch.DTypeError);
    expect(() => new BinaryAccuracy()(torch.rand(3), labels(0))).toThrow('of the same shape');
    const wrong = metric(labels(0, 1), labels(0, 5));
    await expect(wrong.item()).rejects.toThrow('MulticlassAccuracy: expected class labels from 0 to 2, but got 5');
  });
});

describe('plots', () => {
  test('show a figure, or those of several steps as lines', async () => {
    const metric = new MulticlassAccuracy({ numClasses: 3, average: 'none' });
    metric.update(labels(0, 1, 2, 2), labels(0, 1, 1, 2));
    const one = notingCanvas();
    expect(await metric.plot({ canvas: one })).toBe(one);
    expect(one.texts()).toEqual(expect.arrayContaining(['Class 0', 'Class 2', 'Optimal value', 'MulticlassAccuracy']));
    const many = notingCanvas();
    await metric.plot([metric.compute(), metric.compute()], { canvas: many });
    expect(many.texts()).toEqual(expect.arrayContaining(['Step', 'Class 1', '0', '1']));
    await expect(metric.plot([], { canvas: many })).rejects.toThrow('MulticlassAccuracy.plot: expected a tensor');
    await expect(metric.plot([1, torch.ones(2)], { canvas: many })).rejects.toThrow('figures of one shape');
  });

  test('show a confusion matrix with its counts and names', async () => {
    const metric = new ConfusionMatrix({ task: 'multiclass', numClasses: 3 });
    metric.update(labels(0, 1, 2, 2), labels(0, 1, 1, 2));
    const canvas = notingCanvas();
    await metric.plot({ canvas, labels: ['ant', 'bee', 'cow'] });
    expect(canvas.texts().filter((text) => text === '1')).toHaveLength(4);
    expect(canvas.texts()).toEqual(expect.arrayContaining(['ant', 'bee', 'cow', 'Predicted class', 'True class']));
    const bare = notingCanvas();
    await metric.plot(torch.eye(3), { canvas: bare, addText: false, cmap: 'magma' });
    expect(bare.texts()).not.toContain('1.0');
    await expect(metric.plot({ canvas, labels: ['ant'] })).rejects.toThrow('expected 3 labels');
    const several = notingCanvas();
    const ofLabels = new ConfusionMatrix({ task: 'multilabel', numLabels: 2 });
    ofLabels.update(torch.tensor([[0.9, 0.1]]), torch.tensor([[1, 1]]));
    await ofLabels.plot({ canvas: several, labels: ['red', 'blue'] });
    expect(several.texts()).toEqual(expect.arrayContaining(['Label red', 'Label blue']));
  });

  test('show curves with the area under them', async () => {
    const canvas = notingCanvas();
    const [rising, flat] = [torch.tensor([0, 0.5, 1]), torch.tensor([0.5, 1, 1])];
    await new BinaryROC().plot([rising, flat, rising], { canvas, score: true });
    expect(canvas.texts()).toEqual(expect.arrayContaining(['AUC=0.875', 'False positive rate', 'True positive rate']));
    const other = notingCanvas();
    const curve = new PrecisionRecallCurve({ task: 'binary' });
    await curve.plot(Promise.resolve([rising, flat, rising]), { canvas: other, score: 0.5 });
    expect(other.texts()).toEqual(expect.arrayContaining(['AUC=0.500', 'Recall', 'Precision']));
    const three = notingCanvas();
    const lists: [Tensor[], Tensor[], Tensor[]] = [[rising, rising], [flat, rising], []];
    await new MulticlassROC(2).plot(lists, { canvas: three, score: true, labels: ['a', 'b'] });
    expect(three.texts()).toEqual(expect.arrayContaining(['a AUC=0.875', 'b AUC=0.500']));
    await expect(new MulticlassROC(2).plot([1], { canvas })).rejects.toThrow('expected a curve as compute() gives it');
  });

  test('show collections, apart and together, and the rounds of a tracker', async () => {
    const collection = new MetricCollection([new MulticlassAccuracy(3), new MulticlassRecall(3)]);
    const figures = { MulticlassAccuracy: torch.tensor(0.5), MulticlassRecall: torch.tensor(0.25) };
    const apart = notingCanvas(800, 400);
    await collection.plot([figures, figures], { canvas: apart });
    expect(apart.texts().filter((text) => text === 'Step')).toHaveLength(2);
    const together = notingCanvas(800, 400);
    await collection.plot(figures, { canvas: together, together: true });
    expect(together.texts()).toEqual(expect.arrayContaining(['MulticlassAccuracy', 'MulticlassRecall']));
    const rounds = notingCanvas();
    const tracker = new MetricTracker(collection);
    tracker.increment();
    await tracker.plot([figures, figures], { canvas: rounds });
    expect(rounds.texts()).toEqual(expect.arrayContaining(['MulticlassRecall', 'Step']));
  });
});

test('an empty batch adds nothing, of labels too', async () => {
  const { MultilabelAccuracy, MultilabelF1Score, MultilabelJaccardIndex, MultilabelExactMatch } = metrics;
  const { MultilabelConfusionMatrix, MultilabelMatthewsCorrCoef, MultilabelStatScores } = metrics;
  const types = [MultilabelAccuracy, MultilabelF1Score, MultilabelJaccardIndex, MultilabelExactMatch];
  const others = [MultilabelConfusionMatrix, MultilabelMatthewsCorrCoef, MultilabelStatScores];
  const found = [...types, ...others].map((type) => {
    const [twice, once] = [new type({ numLabels: 2 }), new type({ numLabels: 2 })];
    twice.update(torch.zeros(0, 2), labels().reshape(0, 2));
    for (const metric of [twice, once]) {
      metric.update(
        torch.tensor([
          [0.9, 0.1],
          [0.2, 0.8],
          [0.7, 0.3],
        ]),
        labels(1, 1, 0, 1, 1, 0).reshape(3, 2),
      );
    }
    return torch.stack([twice.compute(), once.compute()].map((x) => x.float())).flatten();
  });
  for (const values of await Promise.all(found.map((x) => x.tolist<number[]>()))) {
    expect(values.slice(0, values.length / 2)).toEqual(values.slice(values.length / 2));
  }
});

test('one sample has its five counts in one dimension', async () => {
  const metric = new metrics.BinaryStatScores({ multidimAverage: 'samplewise' });
  metric.update(labels(1, 0).reshape(1, 2), labels(1, 0).reshape(1, 2));
  // torchmetrics: tensor([1, 0, 1, 0, 1])
  expect(await metric.compute().tolist()).toEqual([1, 0, 1, 0, 1]);
});

test('structural similarity counts the border of pictures smaller than a window, whose inner contrast is none', async () => {
  const { StructuralSimilarityIndexMeasure } = metrics;
  const [a, b] = [7, 5].map((step) => torch.arange(64).mul(step).remainder(11).div(11).reshape(1, 1, 8, 8)) as [
    Tensor,
    Tensor,
  ];
  // torchmetrics: 0.1065700501203537, and NaN.
  expect(await new StructuralSimilarityIndexMeasure({ dataRange: 1 })(a, b).item()).toBeCloseTo(0.10657, 5);
  const [figure, contrast] = new StructuralSimilarityIndexMeasure({ dataRange: 1, returnContrastSensitivity: true })(
    a,
    b,
  );
  expect([await figure.item(), await contrast.tolist()]).toEqual([expect.closeTo(0.10657, 5), [NaN]]);
});

test('figures of detectors are float32, whole ones too', async () => {
  const metric = new metrics.MeanAveragePrecision({ classMetrics: true });
  const boxes = torch.tensor([[0, 0, 10, 10]], { dtype: 'float32' });
  metric.update([{ boxes, scores: torch.tensor([0.5]), labels: labels(1) }], [{ boxes, labels: labels(1) }]);
  const { classes, ...figures } = await metric.compute();
  expect(Object.values(figures).map((x) => (x as Tensor).dtype)).toEqual(Object.keys(figures).map(() => 'float32'));
  expect([classes.dtype, (await new metrics.MeanAveragePrecision().compute()).map.dtype]).toEqual(['int32', 'float32']);
});

test('functions, updates and methods take their arguments by name too, and refuse what they would not look at', async () => {
  const [preds, target] = [torch.tensor([0.9, 0.2]), labels(1, 1)];
  const metric = new BinaryAccuracy();
  metric.update({ preds, target });
  const found = [
    metrics.functional.accuracy({ preds, target, task: 'binary' }),
    metrics.functional.accuracy(preds, { target, task: 'binary' }),
    metrics.functional.binaryAccuracy(preds, target, { threshold: 0.1 }),
    metric({ preds, target }),
    metric.mul({ other: 100 }).compute() as Tensor,
    metrics.functional.klDivergence({ p: preds.unsqueeze(0), q: preds.unsqueeze(0) }),
  ];
  expect(await torch.stack(found).tolist()).toEqual([0.5, 0.5, 1, 0.5, 50, 0]);
  const wrong = (...args: unknown[]) => Reflect.apply(metric.update, metric, args) as unknown;
  expect(() => wrong(preds)).toThrow("BinaryAccuracy: missing 1 required argument: 'target'");
  expect(() => wrong(preds, target, 1)).toThrow('BinaryAccuracy: expected at most 2 arguments');
  expect(() => wrong(Promise.resolve(preds), target)).toThrow('await it first');
  expect(() => metric.compute(...([1] as unknown as []))).toThrow('expected no arguments');
  expect(() => new Accuracy('binary', { numClasses: Number.NaN })).toThrow('expected numClasses to be');
  expect(() => metric.add({ other: 'foo' as never })).toThrow('expected other to be a metric, a tensor or a number');
  const collection = new MetricCollection([metric]);
  await expect(collection.plot(5 as never)).rejects.toThrow('expected val to be figures by name');
  await expect(collection.plot({ BinaryRecall: 1 }, {})).rejects.toThrow("a figure named 'BinaryAccuracy'");
});

test('class, function and task of a metric share its definition: name, options, checks, state and figure', async () => {
  const [preds, target] = [torch.tensor([0.1, 0.7, 0.9, 0.8]), labels(0, 1, 1, 0)];
  const metric = new metrics.BinaryFBetaScore(2, { threshold: 0.75 });
  metric.update(preds, target);
  metric.persistent(true);
  expect(Object.keys(metric.stateDict())).toEqual(['tp', 'fp', 'tn', 'fn']);
  expect([metric.beta, metric.threshold, metric.ignoreIndex, metric.higherIsBetter]).toEqual([2, 0.75, null, true]);
  expect([metric instanceof metrics.BinaryStatScores, metric.clone().beta]).toEqual([true, 2]);
  const found = [
    metric.compute(),
    metrics.functional.binaryFbetaScore(preds, target, 2, { threshold: 0.75 }),
    metrics.functional.fbetaScore(preds, target, { task: 'binary', beta: 2, threshold: 0.75 }),
    metrics.FBetaScore({ task: 'binary', beta: 2, threshold: 0.75 })(preds, target),
  ];
  // (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of tp 1, fn 1, fp 1.
  expect(await torch.stack(found).tolist()).toEqual([0.5, 0.5, 0.5, 0.5]);
  class Mine extends metrics.BinaryFBetaScore {}
  expect(() => new Mine(0)).toThrow('Mine: expected beta to be a number above 0, but got 0');
  expect(() => new metrics.MulticlassJaccardIndex({ numClasses: 1.5 })).toThrow(
    'MulticlassJaccardIndex: expected numClasses to be a whole number from 2',
  );
});
