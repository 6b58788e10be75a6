// The late part that plans of networks need: passes and fusion for programs that have more than pointwise kernels.
export { fusePools } from '../passes/fuse-pools';
export { keepConstant } from '../passes/keep-views';
export { moveScales } from '../passes/move-scales';
export { readViews } from '../passes/read-views';
export { sourceWithEndings } from './inline';
export { appended, prepended } from './into-kernels';
export { stepsSharingKernels } from './share-kernels';
