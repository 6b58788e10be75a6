// The Dice score of segmentations: twice the intersection, over the sum of both sizes.

import { arange, ShapeError, type Tensor } from '../../torch';
import { kinds, showShape } from '../../torch/inside';
import { type Average, expectSameShape, expectTensors, labelsOf } from './classification/arguments';
import { among, from } from './classification/options';
import { metric, ofBatch, score } from './gathering';

/** 'one-hot': both inputs are one-hot [N, C, …]; 'index': both are classes [N, …]; 'mixed': one of each. */
export type SegmentationFormat = 'one-hot' | 'index' | 'mixed';

/** The options of `DiceScore`. */
export interface DiceScoreArguments {
  /** The number of classes, C. */
  numClasses: number;
  /** Count class 0; default true. */
  includeBackground?: boolean;
  /** Default 'macro'. */
  average?: Average;
  /** 'samplewise' (default): the mean of the samples' scores; 'global': one score of all samples together. */
  aggregationLevel?: 'samplewise' | 'global';
  /** Default 'one-hot'. */
  inputFormat?: SegmentationFormat;
}

const list = { as: 'list' } as const;

/**
 * 2 |P ∩ T| / (|P| + |T|) for each class, NaN if a class is in neither; by default the mean over classes, then over
 * samples.
 */
export class DiceScore extends metric<DiceScoreArguments>({
  defaults: { includeBackground: true, average: 'macro', aggregationLevel: 'samplewise', inputFormat: 'one-hot' },
  checks: {
    numClasses: from(1),
    includeBackground: kinds.flag,
    average: among<Average>('micro', 'macro', 'weighted', 'none', null),
    aggregationLevel: among('samplewise', 'global'),
    inputFormat: among<SegmentationFormat>('one-hot', 'index', 'mixed'),
  },
})({
  traits: score,
  order: ['numClasses', 'includeBackground', 'average', 'aggregationLevel', 'inputFormat'],
  functionOrder: ['numClasses', 'includeBackground', 'average', 'inputFormat', 'aggregationLevel'],
  states: { numerator: list, denominator: list, support: list },
  // Counts for each sample and class, [N, C].
  parts(m, preds, target) {
    const { name } = m.constructor;
    const { numClasses, inputFormat } = m;
    expectTensors(name, preds, target);
    if (inputFormat !== 'mixed') expectSameShape(name, preds, target);
    const ranks = [preds.shape.length, target.shape.length];
    const isOneHot = (x: Tensor) =>
      inputFormat === 'one-hot' || (inputFormat === 'mixed' && x.shape.length === Math.max(...ranks));
    const codes = (x: Tensor): Tensor => {
      if (isOneHot(x)) {
        if (x.shape.length > 2 && x.shape[1] === numClasses) return x.reshape(x.shape[0]!, numClasses, -1).float();
        throw new ShapeError(`${name}: expected pictures [N, ${numClasses}, …], but got ${showShape(x.shape)}`);
      }
      const labels = labelsOf(name, x, numClasses, null).reshape(x.shape[0]!, 1, -1);
      return labels.eq(arange(numClasses).unsqueeze(1)).float();
    };
    const [p, t] = [preds, target].map((x) => {
      const own = codes(x);
      return m.includeBackground ? own : own.narrow(1, 1, numClasses - 1);
    }) as [Tensor, Tensor];
    const support = t.sum(2);
    return { numerator: p.mul(t).sum(2).mul(2), denominator: p.sum(2).add(support), support };
  },
  // Scores [N] or [N, C]; N is 1 for 'global'.
  figure({ numerator, denominator, support }, { aggregationLevel, average }) {
    const whole = (x: Tensor) => (aggregationLevel === 'global' ? x.sum(0, { keepdim: true }) : x);
    const [n, d, s] = [whole(numerator), whole(denominator), whole(support)];
    if (average === 'micro') return n.sum(-1).div(d.sum(-1));
    const dice = n.div(d);
    if (average === 'macro') return nanMean(dice, -1);
    if (average !== 'weighted') return dice;
    const isNothing = dice.isnan().all(-1);
    const weighted = dice.mul(s.div(s.sum(-1, { keepdim: true }))).nansum(-1);
    return weighted.maskedFill(isNothing, Number.NaN);
  },
}) {
  override compute(): Tensor {
    return nanMean(super.compute(), 0);
  }
}

/** The mean of the elements that are not NaN. */
function nanMean(x: Tensor, dim: number): Tensor {
  const isNan = x.isnan();
  return x.maskedFill(isNan, 0).sum(dim).div(isNan.logicalNot().sum(dim));
}

/** The scores of one batch, one per sample; `DiceScore` returns their mean. */
export const diceScore = ofBatch('diceScore', DiceScore);
