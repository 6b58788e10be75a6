// The surface of `optim`.
export { Adadelta, type AdadeltaOptions } from './adadelta';
export { Adafactor, type AdafactorOptions } from './adafactor';
export { Adagrad, type AdagradOptions } from './adagrad';
export { Adam, type AdamOptions, AdamW } from './adam';
export { Adamax, type AdamaxOptions } from './adamax';
export { ASGD, type ASGDOptions } from './asgd';
export { LBFGS, type LBFGSOptions } from './lbfgs';
export * as lrScheduler from './lr-scheduler';
export { Muon, type MuonOptions } from './muon';
export { NAdam, type NAdamOptions } from './nadam';
export { Optimizer, type OptimizerParams, type ParamGroup } from './optimizer';
export { RAdam, type RAdamOptions } from './radam';
export { RMSprop, type RMSpropOptions } from './rmsprop';
export { Rprop, type RpropOptions } from './rprop';
export { SGD, type SGDOptions } from './sgd';
export type { OptimizerStateDict } from './state';
export * as swaUtils from './swa-utils';
