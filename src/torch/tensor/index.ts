// The exports of tensors: the functions that PyTorch has at its top level.

export { Device, type DeviceLike, type DeviceName, device } from '../../engine/storage/device';
export { type PrintOptions, setPrintoptions } from '../../engine/storage/print';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './calling/recording';
export * from './creation/creation';
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
} from './creation/legacy';
export { linspace } from './creation/linspace';
export * from './creation/random';
export * from './creation/sequences';
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
export * as fft from './fft';
export * from './indexing/search';
export * from './joining/cat-stack';
export * from './joining/joins';
export * as linalg from './linalg';
export { einsum } from './linalg/einsum';
export * from './linalg/top-level';
export type { Index } from './methods/at';
export type { NestedArray, TensorData } from './reading/readable';
export { scope } from './scope';
export * as signal from './signal';
export * from './signal/top-level';
export * as special from './special';
export { Tensor } from './tensor';
export * from './types/constants';
export * from './types/dtypes';
export * from './types/type-functions';
export * from './types/type-info';
