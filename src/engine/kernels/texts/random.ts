// A pack of kernels' texts, which come in one request.
export { default as dropout } from '../../../../shaders/dropout.wgsl?raw';
