// What plans of programs with kernels need besides those, which is loaded with them.
export { fusePools } from '../passes/fuse-pools';
export { joinFrames } from '../passes/join-frames';
export { keepConstant } from '../passes/keep-views';
export { moveScales } from '../passes/move-scales';
export { sourceWithEndings, withEpilogue, withPrologue } from './inline';
export { stepsSharingKernels } from './share-kernels';
