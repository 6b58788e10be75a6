// A bundle of WGSL texts of kernels, which load in one request.

export { default as conv2dBiasGrad } from '../../../../shaders/conv2d-bias-grad.wgsl?raw';
export { default as conv2dInputGrad } from '../../../../shaders/conv2d-input-grad.wgsl?raw';
export { default as conv2dInputGradBlock } from '../../../../shaders/conv2d-input-grad-block.wgsl?raw';
export { default as conv2dWeightGrad } from '../../../../shaders/conv2d-weight-grad.wgsl?raw';
export { default as conv2dWeightGradPad } from '../../../../shaders/conv2d-weight-grad-pad.wgsl?raw';
export { default as conv2dWeightGradStrip } from '../../../../shaders/conv2d-weight-grad-strip.wgsl?raw';
export { default as conv2dWeightGradStripAny } from '../../../../shaders/conv2d-weight-grad-strip-any.wgsl?raw';
