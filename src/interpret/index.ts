// The surface of `lamplight/interpret`: what a network looks at, as Captum has it.
export type { Attributions, Baselines, Inputs } from './attribution/arguments';
export {
  Attribution,
  type AttributionOptions,
  type ConvergenceArguments,
  GradientAttribution,
  PerturbationAttribution,
} from './attribution/attribution';
export type { ForwardFunction } from './attribution/model';
export { Saliency, type SaliencyOptions } from './attribution/saliency';
export type { Target } from './attribution/target';
export * from './embedding';
export * from './looking';
