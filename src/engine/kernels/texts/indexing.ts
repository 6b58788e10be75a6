// A bundle of WGSL texts of kernels, which load in one request.
export { default as gather } from '../../../../shaders/gather.wgsl?raw';
export { default as gatherBytes } from '../../../../shaders/gather-bytes.wgsl?raw';
export { default as indexSelect } from '../../../../shaders/index-select.wgsl?raw';
export { default as oneHot } from '../../../../shaders/one-hot.wgsl?raw';
export { default as withinRange } from '../../../../shaders/within-range.wgsl?raw';
export { default as wrapIndex } from '../../../../shaders/wrap-index.wgsl?raw';
