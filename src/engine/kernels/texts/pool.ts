// A bundle of WGSL texts of kernels, which load in one request.

export { default as maxPool2d } from '../../../../shaders/max-pool2d.wgsl?raw';
export { default as maxPool2dGrad } from '../../../../shaders/max-pool2d-grad.wgsl?raw';
