// A bundle of WGSL texts of kernels, which load in one request.

export { default as libSoftmaxWalks } from '../../../../shaders/lib/softmax-walks.wgsl?raw';
export { default as nllLoss } from '../../../../shaders/nll-loss.wgsl?raw';
export { default as nllLossGrad } from '../../../../shaders/nll-loss-grad.wgsl?raw';
export { default as softmax } from '../../../../shaders/softmax.wgsl?raw';
