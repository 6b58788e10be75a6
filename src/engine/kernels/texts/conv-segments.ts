// A bundle of WGSL texts of kernels, which load in one request.

export { default as conv2dSegments } from '../../../../shaders/conv2d-segments.wgsl?raw';
export { default as conv2dWeightGradSegments } from '../../../../shaders/conv2d-weight-grad-segments.wgsl?raw';
