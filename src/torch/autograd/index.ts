// The exports of torch.autograd: grad and backward, custom functions, checks, and the recording switches.
export type { BackwardOptions } from '../../engine/storage/backward';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from '../tensor/calling/recording';
export { Variable } from '../tensor/creation/legacy';
export { detectAnomaly } from './anomaly';
export * as forwardAd from './forward-ad';
export { CustomFunction as Function, FunctionContext } from './function';
export * as functional from './functional';
export { backward, grad } from './grad';
export { gradcheck, gradgradcheck } from './gradcheck';
