// A bundle of WGSL texts of kernels, which load in one request.
export { default as dropout } from '../../../../shaders/dropout.wgsl?raw';
export { default as philox } from '../../../../shaders/lib/philox.wgsl?raw';
