// A bundle of WGSL texts of kernels, which load in one request.

export { default as fft } from '../../../../shaders/fft.wgsl?raw';
export { default as fftChirp } from '../../../../shaders/fft-chirp.wgsl?raw';
export { default as fftSums } from '../../../../shaders/fft-sums.wgsl?raw';
export { default as libEnds } from '../../../../shaders/lib/fft-ends.wgsl?raw';
export { default as libPoints2 } from '../../../../shaders/lib/fft-points-2.wgsl?raw';
export { default as libPoints4 } from '../../../../shaders/lib/fft-points-4.wgsl?raw';
export { default as libPoints8 } from '../../../../shaders/lib/fft-points-8.wgsl?raw';
export { default as libRoots } from '../../../../shaders/lib/fft-roots.wgsl?raw';
