// A bundle of WGSL texts of kernels, which load in one request.

export { default as libIgamma } from '../../../../shaders/lib/igamma.wgsl?raw';
export { default as libNumbers } from '../../../../shaders/lib/numbers.wgsl?raw';
export { default as libSpecial } from '../../../../shaders/lib/special.wgsl?raw';
