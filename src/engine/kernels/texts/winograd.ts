// A pack of kernels' texts, which come in one request.
export { default as winogradInput } from '../../../../shaders/winograd-input.wgsl?raw';
export { default as winogradOutput } from '../../../../shaders/winograd-output.wgsl?raw';
export { default as winogradWeight } from '../../../../shaders/winograd-weight.wgsl?raw';
