// Owns precision: how much of what was found is true.
import type { Tensor } from '../../tensor/tensor';
import { precision as score } from './scores';
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

/** tp / (tp + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryPrecision extends BinaryStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** tp / (tp + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassPrecision extends MulticlassStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

/** tp / (tp + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelPrecision extends MultilabelStatScores {
  override higherIsBetter: boolean | null = true;
  protected override get score() {
    return score;
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinaryPrecision(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassPrecision(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelPrecision(o), order: multilabelOrder },
};

/** BinaryPrecision, MulticlassPrecision or MultilabelPrecision by `task`; the average is 'micro' unless given. */
export const Precision = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'Precision',
  taskOrder,
  makers,
  taskDefaults,
);

/** `Precision` of one batch. */
export const precision = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'precision',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinaryPrecision` of one batch. */
export const binaryPrecision = functional('binaryPrecision', makers.binary.make, binaryOrder);
/** `MulticlassPrecision` of one batch. */
export const multiclassPrecision = functional('multiclassPrecision', makers.multiclass.make, multiclassFunctionOrder);
/** `MultilabelPrecision` of one batch. */
export const multilabelPrecision = functional('multilabelPrecision', makers.multilabel.make, multilabelOrder);
