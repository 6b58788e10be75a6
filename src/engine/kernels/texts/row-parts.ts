// A bundle of WGSL texts of kernels, which load in one request: rows on GPUs, held in registers or divided among workgroups.

export { default as layerNormGradParts } from '../../../../shaders/layer-norm-grad-parts.wgsl?raw';
export { default as layerNormHeld } from '../../../../shaders/layer-norm-held.wgsl?raw';
export { default as layerNormParts } from '../../../../shaders/layer-norm-parts.wgsl?raw';
export { default as softmaxHeld } from '../../../../shaders/softmax-held.wgsl?raw';
export { default as softmaxLong } from '../../../../shaders/softmax-long.wgsl?raw';
