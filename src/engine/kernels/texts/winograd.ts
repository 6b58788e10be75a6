// A bundle of WGSL texts of kernels, which load in one request.
export { default as winogradInput } from '../../../../shaders/winograd-input.wgsl?raw';
export { default as winogradOutput } from '../../../../shaders/winograd-output.wgsl?raw';
export { default as winogradWeight } from '../../../../shaders/winograd-weight.wgsl?raw';
