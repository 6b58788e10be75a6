// Rows of what metrics and the looking into networks refuse.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import * as interpret from 'lamplight/interpret';
import * as metrics from 'lamplight/metrics';
import { converts, does, options, type Row, silent, warned } from './row';

const ones = (...shape: number[]): Tensor => torch.ones(shape);
const net = () => new nn.Sequential(new nn.Linear(3, 3), new nn.Tanh(), new nn.Linear(3, 2));
const saliency = (x: Tensor, target: unknown = 0) => new interpret.Saliency(net()).attribute(x, { target } as never);
const detected = (labels: Tensor) => [{ boxes: ones(1, 4), labels, scores: ones(1) }];
const crowded = (o: object, isSilent = false): Promise<string> =>
  warned(() =>
    Object.assign(
      new metrics.MeanAveragePrecision({ maxDetectionThresholds: [1, 2, 3], ...o } as never),
      isSilent ? { warnOnManyDetections: false } : {},
    ).update(
      [{ boxes: ones(4, 4), labels: torch.ones(4, { dtype: 'int64' }), scores: ones(4) }] as never,
      [{ boxes: ones(1, 4), labels: torch.ones(1, { dtype: 'int64' }) }] as never,
    ),
  );

export const looking: readonly Row[] = [
  converts('BinaryAUROC', (x) => new metrics.BinaryAUROC().update(ones(2), x), ones(2)),
  converts(
    'MeanAveragePrecision',
    (x) =>
      new metrics.MeanAveragePrecision().update(
        detected(x) as never,
        detected(torch.ones(1, { dtype: 'int64' })) as never,
      ),
    ones(1),
  ),
  does(
    'MeanAveragePrecision',
    () => crowded({}),
    'set warnOnManyDetections to false',
    () => silent(crowded({}, true)),
  ),
  does(
    'MeanAveragePrecision',
    () => crowded({}),
    'Raise maxDetectionThresholds',
    () => silent(crowded({ maxDetectionThresholds: [1, 2, 4] })),
  ),
  converts('Saliency', (x) => new interpret.Saliency((x: Tensor) => x.mul(2)).attribute(x), ones(1).sum()),
  converts('Saliency', (x) => saliency(x), torch.ones(1, 3, { dtype: 'int64' })),
  converts('Saliency', (x) => saliency(ones(1, 3), x), ones(1)),
  does(
    'ShapleyValues',
    () => new interpret.ShapleyValues(new nn.Linear(64, 1)).attribute(ones(1, 64), { target: 0 }),
    'group them by a featureMask',
    () =>
      new interpret.ShapleyValues(new nn.Linear(64, 1)).attribute(ones(1, 64), {
        target: 0,
        featureMask: torch.arange(64).remainder(2),
      }),
  ),
  does(
    'ShapleyValues',
    () => new interpret.ShapleyValues(new nn.Linear(64, 1)).attribute(ones(1, 64), { target: 0 }),
    'use ShapleyValueSampling',
    () =>
      new interpret.ShapleyValueSampling(new nn.Linear(64, 1)).attribute(ones(1, 64), {
        target: 0,
        nSamples: 1,
      } as never),
  ),
  does(
    'DefaultClassifier',
    () => new interpret.DefaultClassifier().weights(),
    'call trainAndEval first',
    async () => {
      const classifier = new interpret.DefaultClassifier();
      await classifier.trainAndEval([
        [torch.tensor([[0], [1], [0], [1]]).float(), torch.tensor([0, 1, 0, 1])],
      ] as never);
      classifier.weights();
    },
  ),
  options('deadUnits', (o) => interpret.deadUnits(net(), ones(2, 3), o), {}, { layers: ['1'] }),
  options(
    'receptiveField',
    (o) => interpret.receptiveField(new nn.Sequential(new nn.ReLU()), '0', o),
    { inputSize: [1, 3] },
    { inputSize: [1, 3, 4] },
  ),
  does(
    'infidelity',
    () => interpret.infidelity(net(), (x: Tensor) => x as never, ones(1, 3), ones(1, 3), { target: 0 } as never),
    'infidelityPerturbFuncDecorator makes such a function',
    () =>
      interpret.infidelity(
        net(),
        interpret.infidelityPerturbFuncDecorator()((x: Tensor) => x.sub(1)) as never,
        ones(1, 3),
        ones(1, 3),
        { target: 0 } as never,
      ),
  ),
];
