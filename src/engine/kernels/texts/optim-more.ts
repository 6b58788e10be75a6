// A bundle of WGSL texts of kernels, which load in one request.
export { default as adadelta } from '../../../../shaders/adadelta.wgsl?raw';
export { default as adagrad } from '../../../../shaders/adagrad.wgsl?raw';
export { default as adamAmsgrad } from '../../../../shaders/adam-amsgrad.wgsl?raw';
export { default as adamax } from '../../../../shaders/adamax.wgsl?raw';
export { default as asgd } from '../../../../shaders/asgd.wgsl?raw';
export { default as clipGradNorm } from '../../../../shaders/clip-grad-norm.wgsl?raw';
export { default as clipGradScale } from '../../../../shaders/clip-grad-scale.wgsl?raw';
export { default as clipGradValue } from '../../../../shaders/clip-grad-value.wgsl?raw';
export { default as libRmsprop } from '../../../../shaders/lib/rmsprop.wgsl?raw';
export { default as nadam } from '../../../../shaders/nadam.wgsl?raw';
export { default as placedUpdate } from '../../../../shaders/placed-update.wgsl?raw';
export { default as radam } from '../../../../shaders/radam.wgsl?raw';
export { default as rmsprop } from '../../../../shaders/rmsprop.wgsl?raw';
export { default as rmspropCentered } from '../../../../shaders/rmsprop-centered.wgsl?raw';
export { default as rmspropCenteredMomentum } from '../../../../shaders/rmsprop-centered-momentum.wgsl?raw';
export { default as rmspropMomentum } from '../../../../shaders/rmsprop-momentum.wgsl?raw';
export { default as rprop } from '../../../../shaders/rprop.wgsl?raw';
