// A pack of kernels' texts, which come in one request.

export { default as libSgd } from '../../../../shaders/lib/sgd.wgsl?raw';
export { default as sgd } from '../../../../shaders/sgd.wgsl?raw';
export { default as sgdMomentum } from '../../../../shaders/sgd-momentum.wgsl?raw';
