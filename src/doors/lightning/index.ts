// The surface of `lamplight/lightning`: training loops in the manner of Lightning.

export type { PlotCanvas } from '../../torch/inside';
export { DeviceStatsMonitor } from './callbacks/device-stats-monitor';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping';
export { GradientAccumulationScheduler } from './callbacks/gradient-accumulation-scheduler';
export { LambdaCallback } from './callbacks/lambda-callback';
export { LearningRateMonitor, type LearningRateMonitorOptions } from './callbacks/learning-rate-monitor';
export { ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint';
export { ModelSummary } from './callbacks/model-summary';
export { Panel, type PanelOptions } from './callbacks/panel';
export { type BarElement, ProgressBar, type ProgressBarOptions } from './callbacks/progress-bar';
export {
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
} from './callbacks/stochastic-weight-averaging';
export { Timer, type TimerOptions } from './callbacks/timer';
export type { Checkpoint, CheckpointSource, Hyperparameters } from './checkpointing';
export { LightningDataModule } from './datamodule';
export { Callback, type CallbackHooks, type ModuleHooks, type StepOutput, type TrainerFn } from './hooks';
export { InterruptedError } from './interrupts';
export type { Loader, Loaders } from './loaders';
export { type ChartElement, ChartLogger, type ChartLoggerOptions } from './loggers/chart';
export { CSVLogger, type CSVLoggerOptions } from './loggers/csv';
export type { Logger } from './loggers/logger';
export { type LoggedPoint, MemoryLogger } from './loggers/memory';
export { TensorBoardLogger, type TensorBoardLoggerOptions } from './loggers/tensorboard';
export { LightningModule, type Loggable, type LogOptions } from './module';
export { LightningOptimizer } from './optimization';
export type {
  LRSchedulerConfig,
  OptimizerConfig,
  OptimizersConfig,
  SchedulerArguments,
  SchedulerLike,
} from './optimizers';
export type { Duration, TrainerOptions } from './options';
export type { LoggedMetric, Reduction } from './results';
export type {
  EvaluationOptions,
  FitOptions,
  PredictOptions,
  RunOptions,
  Stage,
  TrainerState,
} from './runs';
export { seedEverything } from './seed';
export { Trainer } from './trainer';
export { LRFinder, type LrFindOptions, type ScaleBatchSizeOptions, Tuner } from './tuner';
