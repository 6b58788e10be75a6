// A bundle of WGSL texts of kernels, which load in one request.
export { default as resample2d } from '../../../../shaders/resample2d.wgsl?raw';
export { default as warpPlaces } from '../../../../shaders/warp-places.wgsl?raw';
