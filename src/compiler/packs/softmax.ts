// A pack of kernels' texts, which come in one request.

export { default as crossEntropy } from '../../../shaders/cross-entropy.wgsl?raw';
export { default as crossEntropyGrad } from '../../../shaders/cross-entropy-grad.wgsl?raw';
export { default as crossEntropySum } from '../../../shaders/cross-entropy-sum.wgsl?raw';
export { default as nllLoss } from '../../../shaders/nll-loss.wgsl?raw';
export { default as nllLossGrad } from '../../../shaders/nll-loss-grad.wgsl?raw';
export { default as softmax } from '../../../shaders/softmax.wgsl?raw';
