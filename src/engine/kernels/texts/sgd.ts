// A bundle of WGSL texts of kernels, which load in one request.

export { default as libSgd } from '../../../../shaders/lib/sgd.wgsl?raw';
export { default as sgd } from '../../../../shaders/sgd.wgsl?raw';
export { default as sgdMomentum } from '../../../../shaders/sgd-momentum.wgsl?raw';
