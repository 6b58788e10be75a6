// A bundle of WGSL texts of kernels, which load in one request.
export { default as libBatches } from '../../../../shaders/lib/batches.wgsl?raw';
export { default as libLanesAlone } from '../../../../shaders/lib/lanes-alone.wgsl?raw';
export { default as libLanesQuad } from '../../../../shaders/lib/lanes-quad.wgsl?raw';
export { default as matmul } from '../../../../shaders/matmul.wgsl?raw';
export { default as matmulWorkgroup } from '../../../../shaders/matmul-workgroup.wgsl?raw';
export { default as matvec } from '../../../../shaders/matvec.wgsl?raw';
