// Transforms of whole batches, for data sets and loaders: random numbers are drawn first, picture by picture, then the
// same kernels run for all pictures.
import { type Generator, scope, type Tensor } from '../../../torch';
import { type Arguments, defaultGenerator, parseArgs, kinds as torchKinds } from '../../../torch/inside';
import { type BatchKind, PictureTransform } from './base';
import type { PictureInfo } from './info';
import type { Pictures } from './pictures';

/** The draws for the pictures of a batch: plain data, which can be sent from a worker. */
export type BatchDraws = readonly (object | null)[];

/** A transform of whole batches: its result equals the items that the transform makes one by one, stacked. */
export interface BatchTransform {
  /**
   * Whether pictures of these sizes can be transformed as a batch: all have the same size, or the first step brings
   * them to one.
   * @param infos Size and colours of each picture.
   */
  takes(infos: readonly PictureInfo[]): boolean;
  /**
   * The random parameters, drawn picture by picture in the order in which the items would draw them.
   * @param infos Size and colours of each picture.
   */
  draw(infos: readonly PictureInfo[], generator?: Generator): BatchDraws;
  /**
   * Transforms pictures: uint8 [N, C, H, W], or packed pictures of several sizes if a transform brings them to one
   * size. The operations depend on shapes only. If the transform returns `Picture` items, the result is [N, H, W, C].
   * @param pictures The pictures.
   * @param draws What was drawn at random for each item.
   */
  apply(pictures: Pictures, draws: BatchDraws): Tensor;
}

/** Wraps a transform of pictures as a transform of batches; null if it only takes items one by one. */
export function batched(...args: Arguments<{ transform: unknown }, ['transform']>): BatchTransform | null {
  const kinds = { transform: torchKinds.anything };
  const { transform } = parseArgs<{ transform: unknown }>('batched', ['transform'], {}, args, kinds);
  if (!(transform instanceof PictureTransform)) return null;
  const kind: BatchKind | null = transform.batchKind('picture');
  if (kind === null) return null;
  return {
    takes: (infos) => {
      const step = transform.bringsToOne;
      // The draw can be empty, because the size of the result does not depend on it.
      return isOneSize(infos) || (step !== null && isOneSize(infos.map((info) => step.outputInfo(info, {}))));
    },
    draw: (infos, generator = defaultGenerator()) =>
      infos.map((info) => transform.draw(info, generator) as object | null),
    // The scope frees the intermediate tensors.
    apply: (pictures, draws) =>
      scope(() => {
        const made = transform.applyTo(pictures, draws, 'picture');
        return kind === 'picture' ? made.permute(0, 2, 3, 1) : made;
      }),
  };
}

const isOneSize = (infos: readonly PictureInfo[]): boolean =>
  infos.every(({ height, width }) => height === infos[0]!.height && width === infos[0]!.width);
