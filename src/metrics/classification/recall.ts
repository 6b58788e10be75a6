// Owns recall: how much of what is true was found.
import { recall as score } from './scores';
import { BinaryStatScores, formsOf, MulticlassStatScores, MultilabelStatScores } from './stat-scores';

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

const forms = formsOf('Recall', BinaryRecall, MulticlassRecall, MultilabelRecall);

/** BinaryRecall, MulticlassRecall or MultilabelRecall by `task`; the average is 'micro' unless given. */
export const Recall = forms.byTask;

/** `Recall` of one batch. */
export const recall = forms.ofBatch;
/** `BinaryRecall` of one batch. */
export const binaryRecall = forms.binary;
/** `MulticlassRecall` of one batch. */
export const multiclassRecall = forms.multiclass;
/** `MultilabelRecall` of one batch. */
export const multilabelRecall = forms.multilabel;
