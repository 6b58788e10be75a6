// A bundle of WGSL texts of kernels, which load in one request.

export { default as batchNormFactors } from '../../../../shaders/batch-norm-factors.wgsl?raw';
export { default as layerNorm } from '../../../../shaders/layer-norm.wgsl?raw';
export { default as layerNormAffineGrad } from '../../../../shaders/layer-norm-affine-grad.wgsl?raw';
export { default as layerNormGrad } from '../../../../shaders/layer-norm-grad.wgsl?raw';
export { default as layerNormGradLong } from '../../../../shaders/layer-norm-grad-long.wgsl?raw';
export { default as layerNormLong } from '../../../../shaders/layer-norm-long.wgsl?raw';
export { default as libMoments } from '../../../../shaders/lib/moments.wgsl?raw';
export { default as libMomentsJoined } from '../../../../shaders/lib/moments-joined.wgsl?raw';
export { default as libNormKind } from '../../../../shaders/lib/norm-kind.wgsl?raw';
export { default as moments } from '../../../../shaders/moments.wgsl?raw';
export { default as momentsCombine } from '../../../../shaders/moments-combine.wgsl?raw';
export { default as momentsOnce } from '../../../../shaders/moments-once.wgsl?raw';
