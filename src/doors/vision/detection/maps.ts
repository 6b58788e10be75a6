// The output of backbones: feature maps by name.

import { noGrad, scope, type Tensor, zeros } from '../../../torch';
import { isTensorObject as isTensor, type kinds, type Module, namedTensors } from '../../../torch/inside';
import type { ImageSize } from './image-list';

/** Feature maps [N, C, H, W] by name, the highest resolution first. */
export type FeatureMaps = Readonly<Record<string, Tensor>>;

/** At least one map by name. */
export const featureMaps: kinds.Kind<FeatureMaps> = {
  words: 'an object of tensors by name, at least one',
  fits: (value) => namedTensors.fits(value) && Object.keys(value as object).length > 0,
};

/** The maps of a backbone by name; a single map is named '0'. */
export const mapsOf = (features: unknown): FeatureMaps =>
  isTensor(features) ? { '0': features } : (features as FeatureMaps);

export const sizeOf = ({ shape }: Tensor): ImageSize => [shape.at(-2)!, shape.at(-1)!];

/** The channels of each feature map that a backbone makes, found by a picture of this size. */
export function retrieveOutChannels(
  model: Module,
  [width, height]: readonly [width: number, height: number],
): number[] {
  const { training } = model;
  model.eval();
  const run = model as unknown as (x: Tensor) => unknown;
  // Shapes are known without computing, and the scope frees the tensors made here.
  const channels = scope(() =>
    noGrad(() => Object.values(mapsOf(run(zeros(1, 3, height, width)))).map(({ shape }) => shape[1]!)),
  );
  if (training) model.train();
  return channels;
}
