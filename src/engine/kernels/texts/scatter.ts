// A bundle of WGSL texts of kernels, which load in one request: scatters, and sorts on GPUs, by which these scatter.

export { default as argsortBlocks } from '../../../../shaders/argsort-blocks.wgsl?raw';
export { default as argsortMerge } from '../../../../shaders/argsort-merge.wgsl?raw';
export { default as libScatter } from '../../../../shaders/lib/scatter.wgsl?raw';
export { default as libSortNetwork } from '../../../../shaders/lib/sort-network.wgsl?raw';
export { default as libSortPacked } from '../../../../shaders/lib/sort-pair-packed.wgsl?raw';
export { default as libSortPair } from '../../../../shaders/lib/sort-pair-wide.wgsl?raw';
export { default as overlapAdd } from '../../../../shaders/overlap-add.wgsl?raw';
export { default as scatter } from '../../../../shaders/scatter.wgsl?raw';
export { default as scatterChunks } from '../../../../shaders/scatter-chunks.wgsl?raw';
export { default as scatterCount } from '../../../../shaders/scatter-count.wgsl?raw';
export { default as scatterEnds } from '../../../../shaders/scatter-ends.wgsl?raw';
export { default as scatterSorted } from '../../../../shaders/scatter-sorted.wgsl?raw';
export { default as stridedScatter } from '../../../../shaders/strided-scatter.wgsl?raw';
export { default as topkBlocks } from '../../../../shaders/topk-blocks.wgsl?raw';
