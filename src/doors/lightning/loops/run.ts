// The parts of a trainer that its loops use.
import type { Trainer } from '../trainer';

/**
 * Members of a trainer by name. The published declarations omit internal members, so these types omit them there, too.
 */
type Of<Names extends string> = Pick<Trainer, Extract<Names, keyof Trainer>>;

/**
 * The members that every loop uses: hooks, logged values, the module, its loaders, and whether the run was interrupted.
 */
export type Run = Of<
  | 'hooks'
  | 'connector'
  | 'lightningModule'
  | 'transferSource'
  | 'requestLoaders'
  | 'fetched'
  | 'throwIfInterrupted'
  | 'limitPredictBatches'
>;

/** The additional members that validation and testing use: their limits, and those for showing values. */
export type EvaluationRun = Run &
  Of<
    | 'state'
    | 'sanityChecking'
    | 'numSanityValSteps'
    | 'limitValBatches'
    | 'limitTestBatches'
    | 'isVerbose'
    | 'print'
    | 'drainIfShown'
  >;

/** The members that a training step uses: the optimizers, and the accumulation, scaling and clipping of gradients. */
export type StepRun = Of<
  | 'hooks'
  | 'connector'
  | 'lightningModule'
  | 'fitLoop'
  | 'currentEpoch'
  | 'mixed'
  | 'optimizers'
  | 'lightningOptimizers'
  | 'accumulateGradBatches'
  | 'gradientClipVal'
  | 'gradientClipAlgorithm'
>;

/** The members that training uses: for ending, validating and logging, and for surviving the loss of the device. */
export type FitRun = EvaluationRun &
  StepRun &
  Of<
    | 'survival'
    | 'say'
    | 'watched'
    | 'loggers'
    | 'hasModule'
    | 'shouldStop'
    | 'fastDevRun'
    | 'minSteps'
    | 'maxSteps'
    | 'minEpochs'
    | 'overfitBatches'
    | 'limitTrainBatches'
    | 'logEveryNSteps'
    | 'lrSchedulerConfigs'
    | 'enableValidation'
    | 'valSource'
    | 'valCheckBatch'
    | 'valCheckInterval'
    | 'checkValEveryNEpoch'
    | 'shouldReloadVal'
    | 'reloadDataloadersEveryNEpochs'
  >;
