// Owns accuracy: how many predictions are right.
import type { Tensor } from '../../tensor/tensor';
import { accuracy as score } from './scores';
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
import { classByTask, functional, functionByTask } from './task';

/** (tp + tn) / all of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryAccuracy extends BinaryStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassAccuracy extends MulticlassStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** (tp + tn) / all of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelAccuracy extends MultilabelStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinaryAccuracy(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassAccuracy(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelAccuracy(o), order: multilabelOrder },
};

/** BinaryAccuracy, MulticlassAccuracy or MultilabelAccuracy by `task`; the average is 'micro' unless given. */
export const Accuracy = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'Accuracy',
  taskOrder,
  makers,
  taskDefaults,
);

/** `Accuracy` of one batch. */
export const accuracy = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'accuracy',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinaryAccuracy` of one batch. */
export const binaryAccuracy = functional('binaryAccuracy', makers.binary.make, binaryOrder);
/** `MulticlassAccuracy` of one batch. */
export const multiclassAccuracy = functional('multiclassAccuracy', makers.multiclass.make, multiclassFunctionOrder);
/** `MultilabelAccuracy` of one batch. */
export const multilabelAccuracy = functional('multilabelAccuracy', makers.multilabel.make, multilabelOrder);
