// Owns specificity: how much of what is not true was left out.
import { specificity as score } from './scores';
import { BinaryStatScores, formsOf, MulticlassStatScores, MultilabelStatScores } from './stat-scores';

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

const forms = formsOf('Specificity', BinarySpecificity, MulticlassSpecificity, MultilabelSpecificity);

/** BinarySpecificity, MulticlassSpecificity or MultilabelSpecificity by `task`; the average is 'micro' unless given. */
export const Specificity = forms.byTask;

/** `Specificity` of one batch. */
export const specificity = forms.ofBatch;
/** `BinarySpecificity` of one batch. */
export const binarySpecificity = forms.binary;
/** `MulticlassSpecificity` of one batch. */
export const multiclassSpecificity = forms.multiclass;
/** `MultilabelSpecificity` of one batch. */
export const multilabelSpecificity = forms.multilabel;
