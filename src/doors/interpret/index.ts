// The exports of `lamplight/interpret`: explanations of what a network responds to, with Captum's API.
export type { Attributions, Baselines, Inputs } from './attribution/arguments';
export {
  Attribution,
  type AttributionOptions,
  type ConvergenceArguments,
  GradientAttribution,
  PerturbationAttribution,
} from './attribution/attribution';
export {
  InternalInfluence,
  LayerConductance,
  NeuronConductance,
  type NeuronConductanceOptions,
} from './attribution/conductance';
export {
  type CustomAttribution,
  DeepLift,
  type DeepLiftOptions,
  type DeepLiftSettings,
  DeepLiftShap,
  type DeepLiftShapOptions,
  LayerDeepLift,
  type LayerDeepLiftOptions,
  LayerDeepLiftShap,
  type LayerDeepLiftShapOptions,
  NeuronDeepLift,
  type NeuronDeepLiftOptions,
  NeuronDeepLiftShap,
  type NeuronDeepLiftShapOptions,
} from './attribution/deep-lift';
export { FeatureAblation, type FeatureMaskOptions } from './attribution/feature-ablation';
export {
  FeaturePermutation,
  type FeaturePermutationOptions,
  type PermuteFeature,
} from './attribution/feature-permutation';
export { GradientShap, type GradientShapOptions, InputBaselineXGradient } from './attribution/gradient-shap';
export {
  Deconvolution,
  GuidedBackprop,
  NeuronDeconvolution,
  NeuronGradient,
  NeuronGuidedBackprop,
} from './attribution/guided';
export { InputXGradient, LayerGradientXActivation } from './attribution/input-x-gradient';
export {
  IntegratedGradients,
  type IntegratedGradientsOptions,
  type LayerDeltaOptions,
  LayerIntegratedGradients,
  type LayerPathOptions,
  NeuronIntegratedGradients,
  type NeuronPathOptions,
  type PathOptions,
} from './attribution/integrated-gradients';
export {
  LayerLRP,
  type LayerLRPOptions,
  type LayerRules,
  LRP,
  type LRPOptions,
  type LRPSettings,
} from './attribution/lrp';
export {
  Addition_Module,
  Addition_Module as AdditionModule,
  Alpha1_Beta0_Rule,
  Alpha1_Beta0_Rule as Alpha1Beta0Rule,
  EpsilonRule,
  GammaRule,
  IdentityRule,
  PropagationRule,
} from './attribution/lrp-rules';
export type { MultiplyByInputs } from './attribution/method';
export type { ForwardFunction } from './attribution/model';
export { NoiseTunnel, type NoiseTunnelOptions } from './attribution/noise-tunnel';
export { Occlusion, type OcclusionOptions } from './attribution/occlusion';
export type { AttributionProgress, PerturbationOptions } from './attribution/perturbing';
export type { Passage } from './attribution/rules';
export { Saliency, type SaliencyOptions } from './attribution/saliency';
export {
  ShapleyValueSampling,
  type ShapleyValueSamplingOptions,
  ShapleyValues,
  type ShapleyValuesOptions,
} from './attribution/shapley';
export type { IntegrationMethod } from './attribution/steps';
export type { Target } from './attribution/target';
export * from './concept';
export * from './embedding';
export type { Layer, LayerValue } from './layer/capture';
export {
  GradCam,
  type GradCamOptions,
  GuidedGradCam,
  type GuidedGradCamOptions,
  LayerGradCam,
  type LayerGradCamOptions,
} from './layer/grad-cam';
export { LayerActivation } from './layer/layer-activation';
export { InternalAttribution, LayerAttribution, type LayerOptions, type LayerResult } from './layer/layer-attribution';
export * from './looking';
export * from './measures';
export { NeuronAttribution, type NeuronOptions, type NeuronSelector } from './neuron/neuron-attribution';
export * from './surrogate';
export * as visualization from './visualization';
