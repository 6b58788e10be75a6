// A pack of kernels' texts, which come in one request.

export { default as libMath } from '../../../../shaders/lib/math.wgsl?raw';
