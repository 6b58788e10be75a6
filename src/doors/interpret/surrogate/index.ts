export { KernelShap } from './kernel-shap';
export { Lime, type LimeOptions } from './lime';
export { type FromInterpretable, LimeBase, type LimeBaseOptions, type ToInterpretable } from './lime-base';
export {
  type InterpretableModel,
  Lasso,
  type LassoOptions,
  LinearRegression,
  type LinearRegressionOptions,
  Ridge,
  type RidgeOptions,
  type TrainData,
} from './linear-models';
export {
  getExpKernelSimilarityFunction,
  type PerturbFunction,
  type Sample,
  type SampleOptions,
  type SimilarityFunction,
} from './samples';
