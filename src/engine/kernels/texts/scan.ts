// A bundle of WGSL texts of kernels, which load in one request.

export { default as libRunLogaddexp } from '../../../../shaders/lib/run-logaddexp.wgsl?raw';
export { default as libRunProd } from '../../../../shaders/lib/run-prod.wgsl?raw';
export { default as libRunSum } from '../../../../shaders/lib/run-sum.wgsl?raw';
export { default as scan } from '../../../../shaders/scan.wgsl?raw';
export { default as scanBlocks } from '../../../../shaders/scan-blocks.wgsl?raw';
export { default as scanExtremum } from '../../../../shaders/scan-extremum.wgsl?raw';
