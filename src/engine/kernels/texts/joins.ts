// A bundle of WGSL texts of kernels, which load in one request.

export { default as cat } from '../../../../shaders/cat.wgsl?raw';
