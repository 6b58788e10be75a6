// A bundle of WGSL texts of kernels, which load in one request.
export { default as deformConv2d } from '../../../../shaders/deform-conv2d.wgsl?raw';
export { default as libBoxOverlap } from '../../../../shaders/lib/box-overlap.wgsl?raw';
export { default as libExact } from '../../../../shaders/lib/exact.wgsl?raw';
export { default as libRegion } from '../../../../shaders/lib/region.wgsl?raw';
export { default as nmsBlock } from '../../../../shaders/nms-block.wgsl?raw';
export { default as nmsLater } from '../../../../shaders/nms-later.wgsl?raw';
export { default as nmsOverlaps } from '../../../../shaders/nms-overlaps.wgsl?raw';
export { default as roiAlign } from '../../../../shaders/roi-align.wgsl?raw';
export { default as roiAlignGrad } from '../../../../shaders/roi-align-grad.wgsl?raw';
export { default as roiCover } from '../../../../shaders/roi-cover.wgsl?raw';
export { default as roiGeometry } from '../../../../shaders/roi-geometry.wgsl?raw';
export { default as roiPool } from '../../../../shaders/roi-pool.wgsl?raw';
