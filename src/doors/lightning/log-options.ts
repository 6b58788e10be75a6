// Decides where `log` may be called, and the defaults of its options there.
import { ArgumentError } from '../../torch';

/** Whether values are logged by step and by epoch, if the call does not say; null if nothing may be logged. */
interface Logging {
  readonly onStep: boolean;
  readonly onEpoch: boolean;
  /** Whether the caller may choose to log by step. */
  readonly allowsStep: boolean;
}

const byStep: Logging = { onStep: true, onEpoch: false, allowsStep: true };
const byBatch: Logging = { onStep: false, onEpoch: true, allowsStep: true };
const byEpoch: Logging = { onStep: false, onEpoch: true, allowsStep: false };

const allowed: Readonly<Record<string, Logging>> = {
  trainingStep: byStep,
  validationStep: byBatch,
  testStep: byBatch,
  ...Object.fromEntries(
    [
      'onBeforeBackward backward onAfterBackward onBeforeOptimizerStep optimizerStep configureGradientClipping clipGradients',
      'onBeforeZeroGrad optimizerZeroGrad onTrainBatchStart onTrainBatchEnd',
    ]
      .flatMap((names) => names.split(' '))
      .map((name) => [name, byStep]),
  ),
  ...Object.fromEntries(
    'onValidationBatchStart onValidationBatchEnd onTestBatchStart onTestBatchEnd'
      .split(' ')
      .map((name) => [name, byBatch]),
  ),
  ...Object.fromEntries(
    ['Train', 'Validation', 'Test']
      .flatMap((stage) => [`on${stage}Start`, `on${stage}EpochStart`, `on${stage}EpochEnd`])
      .map((name) => [name, byEpoch]),
  ),
};

/** @throws ArgumentError if nothing can be logged here, or these options are not allowed here */
export function loggingOf(
  fx: string | null,
  onStep: boolean | null,
  onEpoch: boolean | null,
): { fx: string; onStep: boolean; onEpoch: boolean } {
  const rule = fx === null ? undefined : allowed[fx];
  if (fx === null || !rule) {
    throw new ArgumentError(
      `log: expected a call from a step or a hook of training, validation or testing, but got one ${fx === null ? 'outside of them' : `in ${fx}`}; log in trainingStep, validationStep or at the end of an epoch`,
    );
  }
  const chosen = { fx, onStep: onStep ?? rule.onStep, onEpoch: onEpoch ?? rule.onEpoch };
  if (chosen.onStep && !rule.allowsStep) {
    throw new ArgumentError(`log: expected onStep: false in ${fx}, which is no step, but got true; leave it out`);
  }
  if (!rule.allowsStep && !chosen.onEpoch) {
    throw new ArgumentError(`log: expected onEpoch: true in ${fx}, but got false; leave it out`);
  }
  if (!chosen.onStep && !chosen.onEpoch) {
    throw new ArgumentError('log: expected onStep or onEpoch, but both are false; leave one of them out');
  }
  return chosen;
}
