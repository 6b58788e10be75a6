// A bundle of WGSL texts of kernels, which load in one request.

export { default as adaptiveMaxPool2d } from '../../../../shaders/adaptive-max-pool2d.wgsl?raw';
export { default as avgPool2d } from '../../../../shaders/avg-pool2d.wgsl?raw';
export { default as avgPool2dGrad } from '../../../../shaders/avg-pool2d-grad.wgsl?raw';
export { default as maxUnpool2d } from '../../../../shaders/max-unpool2d.wgsl?raw';
