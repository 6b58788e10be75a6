// A bundle of WGSL texts of kernels, which load in one request.

export { default as libUnitFour } from '../../../../shaders/lib/unit-four.wgsl?raw';
export { default as libUnitOne } from '../../../../shaders/lib/unit-one.wgsl?raw';
export { default as recurrent } from '../../../../shaders/recurrent.wgsl?raw';
export { default as recurrentGrad } from '../../../../shaders/recurrent-grad.wgsl?raw';
