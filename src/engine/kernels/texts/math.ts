// A bundle of WGSL texts of kernels, which load in one request.

export { default as libMath } from '../../../../shaders/lib/math.wgsl?raw';
export { default as libReduceShared } from '../../../../shaders/lib/reduce-shared.wgsl?raw';
export { default as libStripFoursApart } from '../../../../shaders/lib/strip-fours-apart.wgsl?raw';
