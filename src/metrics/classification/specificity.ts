// Owns specificity: how much of what is not true was left out.
import type { Tensor } from '../../tensor/tensor';
import { specificity as score } from './scores';
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

/** tn / (tn + fp) of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinarySpecificity extends BinaryStatScores {
  override higherIsBetter: boolean | null = null;
  protected override get score() {
    return score;
  }
}

/** tn / (tn + fp), by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassSpecificity extends MulticlassStatScores {
  override higherIsBetter: boolean | null = null;
  protected override get score() {
    return score;
  }
}

/** tn / (tn + fp) of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelSpecificity extends MultilabelStatScores {
  override higherIsBetter: boolean | null = null;
  protected override get score() {
    return score;
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinarySpecificity(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassSpecificity(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelSpecificity(o), order: multilabelOrder },
};

/** BinarySpecificity, MulticlassSpecificity or MultilabelSpecificity by `task`; the average is 'micro' unless given. */
export const Specificity = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'Specificity',
  taskOrder,
  makers,
  taskDefaults,
);

/** `Specificity` of one batch. */
export const specificity = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'specificity',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinarySpecificity` of one batch. */
export const binarySpecificity = functional('binarySpecificity', makers.binary.make, binaryOrder);
/** `MulticlassSpecificity` of one batch. */
export const multiclassSpecificity = functional(
  'multiclassSpecificity',
  makers.multiclass.make,
  multiclassFunctionOrder,
);
/** `MultilabelSpecificity` of one batch. */
export const multilabelSpecificity = functional('multilabelSpecificity', makers.multilabel.make, multilabelOrder);
