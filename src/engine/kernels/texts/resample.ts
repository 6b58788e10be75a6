// A pack of kernels' texts, which come in one request.
export { default as resample2d } from '../../../../shaders/resample2d.wgsl?raw';
export { default as warpPlaces } from '../../../../shaders/warp-places.wgsl?raw';
