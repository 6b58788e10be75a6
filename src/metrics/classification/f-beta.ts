// Owns F scores: the harmonic means of precision and recall.
import { ArgumentError } from '../../core/errors';
import { type Arguments, shown } from '../../core/options';
import type { Tensor } from '../../tensor/tensor';
import { fBeta } from './scores';
import {
  type BinaryArguments,
  BinaryStatScores,
  binaryOrder,
  type MulticlassArguments,
  MulticlassStatScores,
  type MultilabelArguments,
  MultilabelStatScores,
  multiclassFunctionOrder,
  multiclassOrder,
  multilabelOrder,
  type TaskArguments,
  taskDefaults,
  taskOrder,
} from './stat-scores';
import { byName, classByTask, expectGiven, functional, functionByTask } from './task';

interface Beta {
  /** How much more recall counts than precision; above 0. */
  beta: number;
}

const binaryBetaOrder = ['beta', ...binaryOrder] as const;
const multiclassBetaOrder = ['beta', ...multiclassOrder] as const;
const multilabelBetaOrder = ['beta', ...multilabelOrder] as const;

/** β and the other options. */
function split<O>(metric: string, order: readonly string[], args: readonly unknown[]): { beta: number; options: O } {
  const given = byName(metric, order, args);
  expectGiven(metric, ['beta'], given);
  const { beta, ...options } = given;
  if (typeof beta !== 'number' || !(beta > 0)) {
    throw new ArgumentError(`${metric}: expected beta to be a number above 0, but got ${shown(beta)}`);
  }
  return { beta, options: options as O };
}

/** (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of preds and target [N, …]. See BinaryStatScores for the other arguments. */
export class BinaryFBetaScore extends BinaryStatScores {
  override higherIsBetter: boolean | null = true;
  readonly beta: number;

  constructor(...args: Arguments<Beta & BinaryArguments, typeof binaryBetaOrder>) {
    const { beta, options } = split<BinaryArguments>(new.target.name, binaryBetaOrder, args);
    super(options);
    this.beta = beta;
  }

  protected override get score() {
    return fBeta(this.beta);
  }
}

/** (1 + β²) tp / ((1 + β²) tp + β² fn + fp), by default the mean over classes. See MulticlassStatScores for the other arguments. */
export class MulticlassFBetaScore extends MulticlassStatScores {
  override higherIsBetter: boolean | null = true;
  readonly beta: number;

  constructor(...args: Arguments<Beta & MulticlassArguments, typeof multiclassBetaOrder>) {
    const { beta, options } = split<MulticlassArguments>(new.target.name, multiclassBetaOrder, args);
    super(options);
    this.beta = beta;
  }

  protected override get score() {
    return fBeta(this.beta);
  }
}

/** (1 + β²) tp / ((1 + β²) tp + β² fn + fp) of each label, by default the mean. See MultilabelStatScores for the other arguments. */
export class MultilabelFBetaScore extends MultilabelStatScores {
  override higherIsBetter: boolean | null = true;
  readonly beta: number;

  constructor(...args: Arguments<Beta & MultilabelArguments, typeof multilabelBetaOrder>) {
    const { beta, options } = split<MultilabelArguments>(new.target.name, multilabelBetaOrder, args);
    super(options);
    this.beta = beta;
  }

  protected override get score() {
    return fBeta(this.beta);
  }
}

/** 2 tp / (2 tp + fn + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryF1Score extends BinaryStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return fBeta(1);
  }
}

/** 2 tp / (2 tp + fn + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassF1Score extends MulticlassStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return fBeta(1);
  }
}

/** 2 tp / (2 tp + fn + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelF1Score extends MultilabelStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return fBeta(1);
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinaryF1Score(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassF1Score(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelF1Score(o), order: multilabelOrder },
};
const betaMakers = {
  binary: { make: (o: Beta & BinaryArguments) => new BinaryFBetaScore(o), order: binaryBetaOrder },
  multiclass: { make: (o: Beta & MulticlassArguments) => new MulticlassFBetaScore(o), order: multiclassBetaOrder },
  multilabel: { make: (o: Beta & MultilabelArguments) => new MultilabelFBetaScore(o), order: multilabelBetaOrder },
};

type BetaTaskArguments = TaskArguments & Partial<Beta>;
const [task, ...others] = taskOrder;
const betaTaskOrder = [task, 'beta', ...others] as const;
const betaDefaults = { ...taskDefaults, beta: 1 };

/** BinaryF1Score, MulticlassF1Score or MultilabelF1Score by `task`; the average is 'micro' unless given. */
export const F1Score = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'F1Score',
  taskOrder,
  makers,
  taskDefaults,
);
/** BinaryFBetaScore, MulticlassFBetaScore or MultilabelFBetaScore by `task`; β is 1 and the average 'micro' unless given. */
export const FBetaScore = classByTask<BetaTaskArguments, typeof betaTaskOrder, typeof betaMakers>(
  'FBetaScore',
  betaTaskOrder,
  betaMakers,
  betaDefaults,
);

/** `F1Score` of one batch. */
export const f1Score = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'f1Score',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinaryF1Score` of one batch. */
export const binaryF1Score = functional('binaryF1Score', makers.binary.make, binaryOrder);
/** `MulticlassF1Score` of one batch. */
export const multiclassF1Score = functional('multiclassF1Score', makers.multiclass.make, multiclassFunctionOrder);
/** `MultilabelF1Score` of one batch. */
export const multilabelF1Score = functional('multilabelF1Score', makers.multilabel.make, multilabelOrder);
/** `FBetaScore` of one batch. */
export const fbetaScore = functionByTask<BetaTaskArguments, typeof betaTaskOrder, Tensor>(
  'fbetaScore',
  betaTaskOrder,
  betaMakers,
  betaDefaults,
);
/** `BinaryFBetaScore` of one batch. */
export const binaryFbetaScore = functional('binaryFbetaScore', betaMakers.binary.make, binaryBetaOrder);
/** `MulticlassFBetaScore` of one batch. */
export const multiclassFbetaScore = functional('multiclassFbetaScore', betaMakers.multiclass.make, [
  'beta',
  ...multiclassFunctionOrder,
] as const);
/** `MultilabelFBetaScore` of one batch. */
export const multilabelFbetaScore = functional('multilabelFbetaScore', betaMakers.multilabel.make, multilabelBetaOrder);
