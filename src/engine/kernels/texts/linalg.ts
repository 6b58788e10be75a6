// A bundle of WGSL texts of kernels, which load in one request.
export { default as jacobi } from '../../../../shaders/lib/jacobi.wgsl?raw';
export { default as jacobiBlocks } from '../../../../shaders/lib/jacobi-blocks.wgsl?raw';
export { default as cholesky } from '../../../../shaders/linalg-cholesky.wgsl?raw';
export { default as choleskyBlocked } from '../../../../shaders/linalg-cholesky-blocked.wgsl?raw';
export { default as eigh } from '../../../../shaders/linalg-eigh.wgsl?raw';
export { default as eighBlocked } from '../../../../shaders/linalg-eigh-blocked.wgsl?raw';
export { default as ldl } from '../../../../shaders/linalg-ldl.wgsl?raw';
export { default as ldlSolve } from '../../../../shaders/linalg-ldl-solve.wgsl?raw';
export { default as lu } from '../../../../shaders/linalg-lu.wgsl?raw';
export { default as luBlocked } from '../../../../shaders/linalg-lu-blocked.wgsl?raw';
export { default as order } from '../../../../shaders/linalg-order.wgsl?raw';
export { default as qr } from '../../../../shaders/linalg-qr.wgsl?raw';
export { default as reflections } from '../../../../shaders/linalg-reflections.wgsl?raw';
export { default as svd } from '../../../../shaders/linalg-svd.wgsl?raw';
export { default as svdBlocked } from '../../../../shaders/linalg-svd-blocked.wgsl?raw';
export { default as triangular } from '../../../../shaders/linalg-triangular.wgsl?raw';
