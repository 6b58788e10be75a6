// A bundle of WGSL texts of kernels, which load in one request.

export { default as libElementary } from '../../../../shaders/lib/elementary.wgsl?raw';
export { default as libErf } from '../../../../shaders/lib/erf.wgsl?raw';
export { default as libPowers } from '../../../../shaders/lib/powers.wgsl?raw';
export { default as libTrig } from '../../../../shaders/lib/trig.wgsl?raw';
