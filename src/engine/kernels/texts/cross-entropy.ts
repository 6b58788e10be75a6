// A bundle of WGSL texts of kernels, which load in one request.

export { default as crossEntropy } from '../../../../shaders/cross-entropy.wgsl?raw';
export { default as crossEntropyGrad } from '../../../../shaders/cross-entropy-grad.wgsl?raw';
export { default as crossEntropySum } from '../../../../shaders/cross-entropy-sum.wgsl?raw';
