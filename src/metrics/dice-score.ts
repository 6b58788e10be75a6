// Owns the Dice score of segmentations: twice what both have, over what each has.

import { ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { arange } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import {
  type Average,
  type BatchArguments,
  batchOf,
  expectSameShape,
  expectTensors,
  flag,
  labelsOf,
  oneOf,
  wholeFrom,
} from './classification/arguments';
import { functional } from './classification/task';
import { Metric } from './metric';
import { concatenated } from './state';

/** Whether pictures are one-hot [N, C, …], classes [N, …], or preds one-hot and target classes or the other way round. */
export type SegmentationFormat = 'one-hot' | 'index' | 'mixed';

/** What DiceScore takes by name. */
export interface DiceScoreArguments {
  /** C */
  numClasses: number;
  /** Whether class 0 counts; default true. */
  includeBackground?: boolean;
  /** Default 'macro'. */
  average?: Average;
  /** The mean of the scores of samples (default), or the score of all of them together. */
  aggregationLevel?: 'samplewise' | 'global';
  /** Default 'one-hot'. */
  inputFormat?: SegmentationFormat;
}

const order = ['numClasses', 'includeBackground', 'average', 'aggregationLevel', 'inputFormat'] as const;
const functionOrder = ['numClasses', 'includeBackground', 'average', 'inputFormat', 'aggregationLevel'] as const;
const defaults = {
  includeBackground: true,
  average: 'macro',
  aggregationLevel: 'samplewise',
  inputFormat: 'one-hot',
} as const;

/** 2 |P ∩ T| / (|P| + |T|) by class, NaN where there is neither; by default the mean over classes, then over samples. */
export class DiceScore extends Metric {
  override higherIsBetter: boolean | null = true;
  override isDifferentiable: boolean | null = false;
  override fullStateUpdate: boolean | null = false;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  declare numerator: Tensor[];
  declare denominator: Tensor[];
  declare support: Tensor[];
  readonly numClasses: number;
  readonly includeBackground: boolean;
  readonly average: Average;
  readonly aggregationLevel: 'samplewise' | 'global';
  readonly inputFormat: SegmentationFormat;

  constructor(...args: Arguments<DiceScoreArguments, typeof order>) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<DiceScoreArguments>(name, ['numClasses'], defaults, args);
    this.numClasses = wholeFrom(name, 'numClasses', o.numClasses, 1);
    this.includeBackground = flag(name, 'includeBackground', o.includeBackground);
    this.average = oneOf(name, 'average', o.average, ['micro', 'macro', 'weighted', 'none', null]);
    this.aggregationLevel = oneOf(name, 'aggregationLevel', o.aggregationLevel, ['samplewise', 'global']);
    this.inputFormat = oneOf(name, 'inputFormat', o.inputFormat, ['one-hot', 'index', 'mixed']);
    for (const state of ['numerator', 'denominator', 'support']) this.addState(state, [], { distReduceFx: 'cat' });
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const [numerator, denominator, support] = this.parts(preds, target);
    this.numerator.push(numerator);
    this.denominator.push(denominator);
    this.support.push(support);
  }

  compute(): Tensor {
    const scores = this.scores(
      concatenated(this.numerator),
      concatenated(this.denominator),
      concatenated(this.support),
    );
    return nanMean(scores, 0);
  }

  /** @internal The scores of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    return this.scores(...this.parts(preds, target));
  }

  /** Of each sample and class [N, C]. */
  private parts(preds: Tensor, target: Tensor): [numerator: Tensor, denominator: Tensor, support: Tensor] {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    if (this.inputFormat !== 'mixed') expectSameShape(name, preds, target);
    const ranks = [preds.shape.length, target.shape.length];
    const isOneHot = (x: Tensor) =>
      this.inputFormat === 'one-hot' || (this.inputFormat === 'mixed' && x.shape.length === Math.max(...ranks));
    const codes = (x: Tensor): Tensor => {
      if (isOneHot(x)) {
        if (x.shape.length > 2 && x.shape[1] === this.numClasses)
          return x.reshape(x.shape[0]!, this.numClasses, -1).float();
        throw new ShapeError(`${name}: expected pictures [N, ${this.numClasses}, …], but got ${showShape(x.shape)}`);
      }
      const labels = labelsOf(name, x, this.numClasses, null).reshape(x.shape[0]!, 1, -1);
      return labels.eq(arange(this.numClasses).unsqueeze(1)).float();
    };
    const [p, t] = [preds, target].map((x) => {
      const own = codes(x);
      return this.includeBackground ? own : own.narrow(1, 1, this.numClasses - 1);
    }) as [Tensor, Tensor];
    const support = t.sum(2);
    return [p.mul(t).sum(2).mul(2), p.sum(2).add(support), support];
  }

  /** Of samples, or of all of them as one: [N] or [N, C]. */
  private scores(numerator: Tensor, denominator: Tensor, support: Tensor): Tensor {
    const whole = (x: Tensor) => (this.aggregationLevel === 'global' ? x.sum(0, { keepdim: true }) : x);
    const [n, d, s] = [whole(numerator), whole(denominator), whole(support)];
    if (this.average === 'micro') return n.sum(-1).div(d.sum(-1));
    const dice = n.div(d);
    if (this.average === 'macro') return nanMean(dice, -1);
    if (this.average !== 'weighted') return dice;
    const isNothing = dice.isnan().all(-1);
    const weighted = dice.mul(s.div(s.sum(-1, { keepdim: true }))).nansum(-1);
    return weighted.maskedFill(isNothing, Number.NaN);
  }
}

/** The mean of what is not NaN. */
function nanMean(x: Tensor, dim: number): Tensor {
  const isNan = x.isnan();
  return x.maskedFill(isNan, 0).sum(dim).div(isNan.logicalNot().sum(dim));
}

/** The scores of one batch, by sample: what `DiceScore` takes the mean of. */
export const diceScore = functional('diceScore', (o: DiceScoreArguments) => new DiceScore(o), functionOrder);
