// A bundle of WGSL texts of kernels, which load in one request.
export { default as conv2d } from '../../../../shaders/conv2d.wgsl?raw';
export { default as libFirstMax } from '../../../../shaders/lib/first-max.wgsl?raw';
export { default as libOutputsEach } from '../../../../shaders/lib/outputs-each.wgsl?raw';
export { default as libOutputsMax } from '../../../../shaders/lib/outputs-max.wgsl?raw';
export { default as libWeights } from '../../../../shaders/lib/weights.wgsl?raw';
export { default as libWeightsBeside } from '../../../../shaders/lib/weights-beside.wgsl?raw';
export { default as libWeightsOwn } from '../../../../shaders/lib/weights-own.wgsl?raw';
export { default as libWeightsQuad } from '../../../../shaders/lib/weights-quad.wgsl?raw';
export { default as sumChunks } from '../../../../shaders/sum-chunks.wgsl?raw';
export { default as sumChunksPair } from '../../../../shaders/sum-chunks-pair.wgsl?raw';
