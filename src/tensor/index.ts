// The surface of tensors: what PyTorch has at its top level.

export { Device, type DeviceLike, type DeviceName, device } from '../storage/device';
export { type PrintOptions, setPrintoptions } from '../storage/print';
export { scope } from '../storage/scope';
export * from './alias-functions';
export * from './constants';
export * from './creation';
export {
  asStridedScatter,
  diag,
  diagEmbed,
  diagflat,
  diagonalScatter,
  selectScatter,
  sliceScatter,
  trace,
} from './diagonals';
export * from './differences';
export * from './distances';
export * from './distribution';
export * from './dtypes';
export { einsum } from './einsum';
export * from './families/arithmetic';
export * from './families/comparison';
export * from './families/elementary';
export * from './families/special';
export * from './functions';
export * from './histogram';
export * from './indexing-functions';
export * from './joins';
export {
  BoolTensor,
  ByteTensor,
  FloatTensor,
  fromNumpy,
  HalfTensor,
  IntTensor,
  type LegacyTensor,
  LongTensor,
  Size,
} from './legacy';
export * as linalg from './linalg';
export * from './linalg-functions';
export * from './linear-algebra';
export { linspace } from './linspace';
export * from './order-functions';
export * from './random';
export type { NestedArray, TensorData } from './readable';
export * from './rearrange-functions';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './recording';
export * from './search';
export * from './sequences';
export type { Index } from './shape-methods';
export * as special from './special';
export * from './splits';
export { Tensor } from './tensor';
export * from './type-functions';
export * from './type-info';
