// A bundle of WGSL texts of kernels, which load in one request.

export { default as softmaxLong } from '../../../../shaders/softmax-long.wgsl?raw';
