// A bundle of WGSL texts of kernels, which load in one request.

export { default as libBessel } from '../../../../shaders/lib/bessel.wgsl?raw';
export { default as libNormal } from '../../../../shaders/lib/normal.wgsl?raw';
export { default as libPolynomials } from '../../../../shaders/lib/polynomials.wgsl?raw';
export { default as libZeta } from '../../../../shaders/lib/zeta.wgsl?raw';
