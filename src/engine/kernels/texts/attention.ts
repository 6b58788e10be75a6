// A bundle of WGSL texts of kernels, which load in one request.
export { default as attention } from '../../../../shaders/attention.wgsl?raw';
