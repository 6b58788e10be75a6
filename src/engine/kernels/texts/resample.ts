// A bundle of WGSL texts of kernels, which load in one request.
export { default as libResampleTaps } from '../../../../shaders/lib/resample-taps.wgsl?raw';
export { default as resample2d } from '../../../../shaders/resample2d.wgsl?raw';
export { default as resample2dPlanes } from '../../../../shaders/resample2d-planes.wgsl?raw';
export { default as warpPlaces } from '../../../../shaders/warp-places.wgsl?raw';
