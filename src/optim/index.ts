// The surface of `optim`.
export { Adam, type AdamOptions, AdamW } from './adam';
export * as lrScheduler from './lr-scheduler';
export { Optimizer, type OptimizerParams, type ParamGroup } from './optimizer';
export { SGD, type SGDOptions } from './sgd';
export type { OptimizerStateDict } from './state';
