// The surface of tensors: what PyTorch has at its top level.

export { Device, type DeviceLike, type DeviceName, device } from '../storage/device';
export { type PrintOptions, setPrintoptions } from '../storage/print';
export { scope } from '../storage/scope';
export * from './constants';
export * from './creation';
export * from './dtypes';
export { einsum } from './einsum';
export * from './families/arithmetic';
export * from './families/comparison';
export * from './families/complex';
export * from './families/copies';
export * from './families/diagonals';
export * from './families/differences';
export * from './families/distances';
export * from './families/distribution';
export * from './families/draws';
export * from './families/elementary';
export * from './families/facts';
export * from './families/histogram';
export * from './families/indexing';
export * from './families/linear-algebra';
export * from './families/order';
export * from './families/rearrange';
export * from './families/reduce';
export { var as variance } from './families/reduce';
export * from './families/shape';
export * from './families/special';
export * from './families/splits';
export * from './families/statistics';
export * from './functions';
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
export { linspace } from './linspace';
export type { Index } from './methods/at';
export * from './random';
export type { NestedArray, TensorData } from './readable';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './recording';
export * from './search';
export * from './sequences';
export * as special from './special';
export { Tensor } from './tensor';
export * from './type-functions';
export * from './type-info';
