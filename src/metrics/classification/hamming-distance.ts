// Owns the Hamming distance: how many predictions are wrong.
import type { Tensor } from '../../tensor/tensor';
import { hammingDistance as score } from './scores';
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

/** 1 − accuracy of preds and target [N, …]. See BinaryStatScores for the arguments. */
export class BinaryHammingDistance extends BinaryStatScores {
  override higherIsBetter: boolean | null = false;
  protected override get score() {
    return score;
  }
}

/** 1 − accuracy, by default the mean over classes. See MulticlassStatScores for the arguments. */
export class MulticlassHammingDistance extends MulticlassStatScores {
  override higherIsBetter: boolean | null = false;
  protected override get score() {
    return score;
  }
}

/** 1 − accuracy of each label, by default the mean over labels. See MultilabelStatScores for the arguments. */
export class MultilabelHammingDistance extends MultilabelStatScores {
  override higherIsBetter: boolean | null = false;
  protected override get score() {
    return score;
  }
}

const makers = {
  binary: { make: (o: BinaryArguments) => new BinaryHammingDistance(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassArguments) => new MulticlassHammingDistance(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelArguments) => new MultilabelHammingDistance(o), order: multilabelOrder },
};

/** BinaryHammingDistance, MulticlassHammingDistance or MultilabelHammingDistance by `task`; the average is 'micro' unless given. */
export const HammingDistance = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'HammingDistance',
  taskOrder,
  makers,
  taskDefaults,
);

/** `HammingDistance` of one batch. */
export const hammingDistance = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'hammingDistance',
  taskOrder,
  makers,
  taskDefaults,
);
/** `BinaryHammingDistance` of one batch. */
export const binaryHammingDistance = functional('binaryHammingDistance', makers.binary.make, binaryOrder);
/** `MulticlassHammingDistance` of one batch. */
export const multiclassHammingDistance = functional(
  'multiclassHammingDistance',
  makers.multiclass.make,
  multiclassFunctionOrder,
);
/** `MultilabelHammingDistance` of one batch. */
export const multilabelHammingDistance = functional(
  'multilabelHammingDistance',
  makers.multilabel.make,
  multilabelOrder,
);
