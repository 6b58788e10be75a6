// Owns accuracy: how many predictions are right.
import { accuracy as score } from './scores';
import { BinaryStatScores, formsOf, MulticlassStatScores, MultilabelStatScores } from './stat-scores';

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

const forms = formsOf('Accuracy', BinaryAccuracy, MulticlassAccuracy, MultilabelAccuracy);

/** BinaryAccuracy, MulticlassAccuracy or MultilabelAccuracy by `task`; the average is 'micro' unless given. */
export const Accuracy = forms.byTask;

/** `Accuracy` of one batch. */
export const accuracy = forms.ofBatch;
/** `BinaryAccuracy` of one batch. */
export const binaryAccuracy = forms.binary;
/** `MulticlassAccuracy` of one batch. */
export const multiclassAccuracy = forms.multiclass;
/** `MultilabelAccuracy` of one batch. */
export const multilabelAccuracy = forms.multilabel;
