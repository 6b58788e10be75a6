// A data set of four pictures of 4 × 4 bytes that are all different.
import type { Tensor, vision } from 'lamplight';
import { ImageDataset } from '../../src/doors/vision/datasets/image-dataset';

interface FourTransforms {
  transform: (picture: vision.Picture) => Tensor;
  targetTransform?: ((label: number) => number) | null;
}

/** @param from the first byte */
export function fourPictures(from: number, { transform, targetTransform = null }: FourTransforms) {
  const pixels = Uint8Array.from({ length: 64 }, (_, i) => from + i);
  const pictures = { count: 4, height: 4, width: 4, channels: 1, pixels };
  const identity = { name: 'Four', root: null, repr: '', listsTargets: false, hasChannels: false };
  return new ImageDataset<Tensor>({ pictures, labels: [0, 1, 2, 3], classes: [] }, identity, {
    transform,
    targetTransform,
  });
}
