// Owns transforms of whole batches, for data sets and loaders: random numbers first, picture by picture, then the same kernels for all.
import { type Generator, scope, type Tensor } from '../../../torch';
import { type Arguments, defaultGenerator, parseArgs, kinds as torchKinds } from '../../../torch/inside';
import { type BatchKind, PictureTransform } from './base';
import type { PictureInfo } from './info';
import type { Pictures } from './pictures';

/** The draws for the pictures of a batch: plain data, which can be sent from a worker. */
export type BatchDraws = readonly (object | null)[];

/** A transform of whole batches: its result equals the items that the transform makes one by one, stacked. */
export interface BatchTransform {
  /** Whether pictures of these sizes can be transformed as a whole: they have one, or the first step brings them to one. */
  takes(infos: readonly PictureInfo[]): boolean;
  /** The random parameters, drawn picture by picture in the order in which the items would draw them. */
  draw(infos: readonly PictureInfo[], generator?: Generator): BatchDraws;
  /**
   * Pictures transformed: uint8 [N, C, H, W], or packed ones of several sizes, as long as a transform brings them to one. The operations depend on
   * shapes alone. Where the items stay pictures, so do these: [N, H, W, C].
   */
  apply(pictures: Pictures, draws: BatchDraws): Tensor;
}

/** A transform of pictures as one of batches of pictures of one size; null where it takes items one by one only. */
export function batched(...args: Arguments<{ transform: unknown }, ['transform']>): BatchTransform | null {
  const kinds = { transform: torchKinds.anything };
  const { transform } = parseArgs<{ transform: unknown }>('batched', ['transform'], {}, args, kinds);
  if (!(transform instanceof PictureTransform)) return null;
  const kind: BatchKind | null = transform.batchKind('picture');
  if (kind === null) return null;
  return {
    takes: (infos) => {
      const step = transform.bringsToOne;
      // The size of the result does not depend on the draws.
      return isOneSize(infos) || (step !== null && isOneSize(infos.map((info) => step.outputInfo(info, {}))));
    },
    draw: (infos, generator = defaultGenerator()) =>
      infos.map((info) => transform.draw(info, generator) as object | null),
    // Tensors made on the way belong to nobody.
    apply: (pictures, draws) =>
      scope(() => {
        const made = transform.applyTo(pictures, draws, 'picture');
        return kind === 'picture' ? made.permute(0, 2, 3, 1) : made;
      }),
  };
}

const isOneSize = (infos: readonly PictureInfo[]): boolean =>
  infos.every(({ height, width }) => height === infos[0]!.height && width === infos[0]!.width);
