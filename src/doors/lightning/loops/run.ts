// The parts of a trainer that its loops see.
import type { Trainer } from '../trainer';

/** Members of a trainer by their names. The package's declarations leave out internal members, and so do these types there. */
type Of<Names extends string> = Pick<Trainer, Extract<Names, keyof Trainer>>;

/** What every loop calls and asks: hooks, logged values, the module, its loaders, and whether the run was interrupted. */
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

/** What validation and testing need besides: their limits, and where figures are shown. */
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

/** What a training step needs: the optimizers, and how gradients are gathered, scaled and clipped. */
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

/** What training needs: when it ends, validates and logs, and what becomes of it when the device is lost. */
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
