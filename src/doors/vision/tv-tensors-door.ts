// The public surface of `vision.tvTensors`.
export {
  BoundingBoxes,
  type BoundingBoxesOptions,
  BoundingBoxFormat,
  type ClampingMode,
  Image,
  Mask,
  type Size,
  type TensorLike,
  TVTensor,
  wrap,
} from './tv-tensors';
