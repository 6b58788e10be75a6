// A convolution whose sum is split into chunks, as on GPUs alone: a kernel stores each in planes of its own, and another adds them.
import { input, type Lowering, output, type Pass, scratch } from '../../compiler/ir';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import { sumChunks } from '../reduce/chunks';
import type { Extents } from './geometry';

/** Images, their channels and the pixels of each, and whether a bias is added to channels: input 2. */
interface Images {
  readonly batch: number;
  readonly channels: number;
  readonly pixels: number;
  readonly bias: boolean;
}

/** The images that a convolution gives. */
export const outputImages = ({ batch, groups, groupOut, outSize }: Extents, bias: boolean): Images => ({
  batch,
  channels: groups * groupOut,
  pixels: outSize[0] * outSize[1],
  bias,
});

/** The images that its gradient by the input gives. */
export const inputImages = ({ batch, groups, groupIn, size }: Extents, bias: boolean): Images => ({
  batch,
  channels: groups * groupIn,
  pixels: size[0] * size[1],
  bias,
});

/** The passes of images of which `pass` stores so many chunks, without the bias if there are several: it and their sum. */
export function sumsOfImages(
  { batch, channels, pixels, bias }: Images,
  chunks: number,
  pass: Pass,
): Lowering & { readonly kind: 'passes' } {
  if (chunks === 1) return { kind: 'passes', passes: [pass] };
  const count = batch * channels * pixels;
  const added = bias && { operand: input(2), cols: channels, run: pixels };
  return {
    kind: 'passes',
    passes: [pass, sumChunks(scratch(), output(), count, chunks, added, 'gpu')],
    scratch: [chunks * count * BYTES_PER_ELEMENT],
  };
}
