// A bundle of WGSL texts of kernels, which load in one request.

export { default as conv2dWeightGradWorkgroup } from '../../../../shaders/conv2d-weight-grad-workgroup.wgsl?raw';
export { default as conv2dWorkgroup } from '../../../../shaders/conv2d-workgroup.wgsl?raw';
export { default as sumChunksAhead } from '../../../../shaders/sum-chunks-ahead.wgsl?raw';
export { default as sumChunksLanes } from '../../../../shaders/sum-chunks-lanes.wgsl?raw';
