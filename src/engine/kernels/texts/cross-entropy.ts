// A pack of kernels' texts, which come in one request.

export { default as crossEntropy } from '../../../../shaders/cross-entropy.wgsl?raw';
export { default as crossEntropyGrad } from '../../../../shaders/cross-entropy-grad.wgsl?raw';
export { default as crossEntropySum } from '../../../../shaders/cross-entropy-sum.wgsl?raw';
