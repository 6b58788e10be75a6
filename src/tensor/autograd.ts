// The surface of `autograd`: gradients as a function, checks by finite differences, and the recording switches.
export type { BackwardOptions } from '../autograd/backward';
export { enableGrad, isGradEnabled, noGrad } from '../autograd/mode';
export { grad } from './grad';
export { gradcheck, gradgradcheck } from './gradcheck';
