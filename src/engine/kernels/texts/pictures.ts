// A bundle of WGSL texts of kernels, which load in one request.

export { default as libRecolor } from '../../../../shaders/lib/recolor.wgsl?raw';
export { default as packPixels } from '../../../../shaders/pack-pixels.wgsl?raw';
export { default as paint } from '../../../../shaders/paint.wgsl?raw';
export { default as pictureResample } from '../../../../shaders/picture-resample.wgsl?raw';
export { default as pictureWindow } from '../../../../shaders/picture-window.wgsl?raw';
export { default as recolor } from '../../../../shaders/recolor.wgsl?raw';
export { default as recolorMeasure } from '../../../../shaders/recolor-measure.wgsl?raw';
export { default as recolorTables } from '../../../../shaders/recolor-tables.wgsl?raw';
export { default as unpackPixels } from '../../../../shaders/unpack-pixels.wgsl?raw';
export { default as warpBytes } from '../../../../shaders/warp-bytes.wgsl?raw';
