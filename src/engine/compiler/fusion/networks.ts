// What plans of programs with kernels need besides those, which is loaded with them.
export { fusePools } from '../passes/fuse-pools';
export { keepConstant } from '../passes/keep-views';
export { moveScales } from '../passes/move-scales';
export { sourceWithEndings } from './inline';
export { appended, prepended } from './into-kernels';
export { stepsSharingKernels } from './share-kernels';
