// A bundle of WGSL texts of kernels, which load in one request.
export { default as dropout } from '../../../../shaders/dropout.wgsl?raw';
