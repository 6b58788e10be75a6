// A bundle of WGSL texts of kernels, which load in one request.

export { default as adam } from '../../../../shaders/adam.wgsl?raw';
export { default as libAdam } from '../../../../shaders/lib/adam.wgsl?raw';
export { default as libOptim } from '../../../../shaders/lib/optim.wgsl?raw';
