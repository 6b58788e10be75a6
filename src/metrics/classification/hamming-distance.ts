// Owns the Hamming distance: how many predictions are wrong.
import { hammingDistance as score } from './scores';
import { BinaryStatScores, formsOf, MulticlassStatScores, MultilabelStatScores } from './stat-scores';

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

const forms = formsOf('HammingDistance', BinaryHammingDistance, MulticlassHammingDistance, MultilabelHammingDistance);

/** BinaryHammingDistance, MulticlassHammingDistance or MultilabelHammingDistance by `task`; the average is 'micro' unless given. */
export const HammingDistance = forms.byTask;

/** `HammingDistance` of one batch. */
export const hammingDistance = forms.ofBatch;
/** `BinaryHammingDistance` of one batch. */
export const binaryHammingDistance = forms.binary;
/** `MulticlassHammingDistance` of one batch. */
export const multiclassHammingDistance = forms.multiclass;
/** `MultilabelHammingDistance` of one batch. */
export const multilabelHammingDistance = forms.multilabel;
