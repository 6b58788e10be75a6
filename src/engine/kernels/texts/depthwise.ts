// A bundle of WGSL texts of kernels, which load in one request.
export { default as conv2dDepthwise } from '../../../../shaders/conv2d-depthwise.wgsl?raw';
export { default as conv2dDepthwiseMap } from '../../../../shaders/conv2d-depthwise-map.wgsl?raw';
