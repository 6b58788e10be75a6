// Owns precision: how much of what was found is true.
import { precision as score } from './scores';
import { BinaryStatScores, formsOf, MulticlassStatScores, MultilabelStatScores } from './stat-scores';

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

const forms = formsOf('Precision', BinaryPrecision, MulticlassPrecision, MultilabelPrecision);

/** BinaryPrecision, MulticlassPrecision or MultilabelPrecision by `task`; the average is 'micro' unless given. */
export const Precision = forms.byTask;

/** `Precision` of one batch. */
export const precision = forms.ofBatch;
/** `BinaryPrecision` of one batch. */
export const binaryPrecision = forms.binary;
/** `MulticlassPrecision` of one batch. */
export const multiclassPrecision = forms.multiclass;
/** `MultilabelPrecision` of one batch. */
export const multilabelPrecision = forms.multilabel;
