// The public surface of `vision.tvTensors`.
export {
  BoundingBoxes,
  type BoundingBoxesOptions,
  BoundingBoxFormat,
  type CanvasSize as Size,
  type ClampingMode,
  Image,
  Mask,
  type TensorLike,
  TVTensor,
  wrap,
} from './tv-tensors';
