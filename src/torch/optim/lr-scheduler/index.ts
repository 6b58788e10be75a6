// The surface of `optim.lrScheduler`.
export { ChainedScheduler } from './chained';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine';
export { CyclicLR, OneCycleLR } from './cycles';
export {
  ConstantLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LRLambda,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from './factors';
export { ReduceLROnPlateau } from './plateau';
export { LRScheduler, type LRSchedulerStateDict } from './scheduler';
export { SequentialLR } from './sequential';
