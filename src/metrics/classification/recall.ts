// Owns recall: how much of what is true was found.
import type { Tensor } from '../../tensor/tensor';
import { recall as score } from './scores';
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

/** tp / (tp + fn) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryRecall extends BinaryStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** tp / (tp + fn), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassRecall extends MulticlassStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** tp / (tp + fn) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelRecall extends MultilabelStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinaryRecall(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassRecall(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelRecall(o), order: multilabelOrder },
};

/** BinaryRecall, MulticlassRecall or MultilabelRecall by `task`; the average is 'micro' unless given. */
export const Recall = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'Recall',
  taskOrder,
  makers,
  taskDefaults,
);

/** `Recall` of one batch. */
export const recall = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'recall',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinaryRecall` of one batch. */
export const binaryRecall = functional('binaryRecall', makers.binary.make, binaryOrder);
/** `MulticlassRecall` of one batch. */
export const multiclassRecall = functional('multiclassRecall', makers.multiclass.make, multiclassFunctionOrder);
/** `MultilabelRecall` of one batch. */
export const multilabelRecall = functional('multilabelRecall', makers.multilabel.make, multilabelOrder);
