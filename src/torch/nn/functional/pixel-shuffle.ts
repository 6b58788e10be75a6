// F.pixelShuffle, F.pixelUnshuffle and F.channelShuffle: move channels into pixels and back, and reorder channels.

import { ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { callable } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';

/** Moves channels into pixels. Shape: [*, C · r², H, W] → [*, C, H · r, W · r]. */
export const pixelShuffle = callable(
  'pixelShuffle(input, ...)',
  (input: Tensor, ...args: Arguments<{ upscaleFactor: number }, ['upscaleFactor']>): Tensor => {
    const { upscaleFactor: r } = parseArgs<{ upscaleFactor: number }>('pixelShuffle', ['upscaleFactor'], {}, args);
    const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
    if (input.shape.length < 3 || channels % (r * r) !== 0) {
      throw new ShapeError(
        `pixelShuffle: expected input [*, C, H, W] whose channels are a multiple of ${r} · ${r} = ${r * r}, but got ${showShape(input.shape)}`,
      );
    }
    // Return a copy even if the order stays.
    if (r === 1) return input.clone();
    const lead = input.shape.slice(0, -3);
    return input
      .reshape(numel(lead), channels / (r * r), r, r, height, width)
      .permute(0, 1, 4, 2, 5, 3)
      .reshape(...lead, channels / (r * r), height * r, width * r);
  },
);

/** Moves pixels into channels. Shape: [*, C, H · r, W · r] → [*, C · r², H, W]. */
export const pixelUnshuffle = callable(
  'pixelUnshuffle(input, ...)',
  (input: Tensor, ...args: Arguments<{ downscaleFactor: number }, ['downscaleFactor']>): Tensor => {
    const { downscaleFactor: r } = parseArgs<{ downscaleFactor: number }>(
      'pixelUnshuffle',
      ['downscaleFactor'],
      {},
      args,
    );
    const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
    if (input.shape.length < 3 || height % r !== 0 || width % r !== 0) {
      throw new ShapeError(
        `pixelUnshuffle: expected input [*, C, H, W] whose height and width are multiples of ${r}, but got ${showShape(input.shape)}`,
      );
    }
    if (r === 1) return input.clone();
    const lead = input.shape.slice(0, -3);
    return input
      .reshape(numel(lead), channels, height / r, r, width / r, r)
      .permute(0, 1, 3, 5, 2, 4)
      .reshape(...lead, channels * r * r, height / r, width / r);
  },
);

/** Interleaves the channels of `groups` groups (Zhang et al. 2018). Shape: [N, C, …], kept. */
export const channelShuffle = callable(
  'channelShuffle(input, groups: number)',
  (input: Tensor, groups: number): Tensor => {
    const channels = input.shape[1];
    if (channels === undefined || input.dim() < 3 || !(groups > 0) || channels % groups !== 0) {
      throw new ShapeError(
        `channelShuffle: expected input [N, C, …] whose channels are a multiple of groups ${groups}, but got ${showShape(input.shape)}`,
      );
    }
    const [batch, , ...rest] = input.shape as readonly number[];
    return input
      .reshape([batch!, groups, channels / groups, ...rest])
      .transpose(1, 2)
      .reshape(input.shape);
  },
);
