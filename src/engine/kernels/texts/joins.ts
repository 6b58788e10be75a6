// A pack of kernels' texts, which come in one request.

export { default as cat } from '../../../../shaders/cat.wgsl?raw';
