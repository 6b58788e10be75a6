// The surface of tensors: what PyTorch has at its top level.
export * as autograd from './autograd';
export type { NestedArray, TensorData } from './base';
export * from './creation';
export * from './dtypes';
export { einsum } from './einsum';
export * from './elementary-functions';
export * from './functions';
export * as gpu from './gpu';
export { init, synchronize } from './gpu';
export * from './indexing-functions';
export * from './linear-algebra';
export * from './order-functions';
export * from './random';
export * from './rearrange-functions';
export { scope } from './scope';
export type { Index } from './shape-methods';
export { Tensor } from './tensor';
export { type WarmupOptions, type WarmupProgress, warmup } from './warmup';
