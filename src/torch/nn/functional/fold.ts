// F.unfold and F.fold: sliding blocks of images as columns, and columns added back into images.

import { ShapeError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { overlapAdd, windows } from '../../../engine/ops/pooling/windows';
import { reshape } from '../../../engine/ops/shape/cast';
import { pad } from '../../../engine/ops/shape/shape';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { pair, type Size2d } from '../layers/sizes';

export interface SlidingBlockArguments {
  kernelSize: Size2d;
  /** Spacing between the elements of a block, default 1. */
  dilation?: Size2d;
  /** Zeros around the image, default 0. */
  padding?: Size2d;
  /** Spacing between blocks, default 1. */
  stride?: Size2d;
}

export type SlidingBlockOrder = ['kernelSize', 'dilation', 'padding', 'stride'];
export const blockDefaults = { dilation: 1, padding: 0, stride: 1 };

interface Blocks {
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly stride: readonly [number, number];
}

/** The sizes of blocks; an ArgumentError names the function or layer `name`. */
export const blocksOf = (name: string, o: Required<SlidingBlockArguments>): Blocks => ({
  kernel: pair(name, 'kernelSize', o.kernelSize, 1),
  dilation: pair(name, 'dilation', o.dilation, 1),
  padding: pair(name, 'padding', o.padding),
  stride: pair(name, 'stride', o.stride, 1),
});

const along = ({ kernel, dilation, stride }: Blocks, d: 0 | 1) => ({
  size: kernel[d],
  dilation: dilation[d],
  step: stride[d],
});

/**
 * Windows over rows give [N, C, oh, W, kh]. Windows over columns of that, permuted to this order, give [N, C, kh, kw,
 * oh, ow].
 */
const BLOCK_ORDER = [0, 1, 4, 5, 2, 3];

/** The number of blocks along an image's height (0) or width (1). */
const blockCount = (size: number, { kernel, dilation, padding, stride }: Blocks, d: 0 | 1): number =>
  Math.floor((size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;

/**
 * Sliding blocks as columns. Shape: [N, C, H, W] or [C, H, W] → [N, C · kh · kw, L] for L blocks. Defaults: dilation 1, padding
 * 0, stride 1.
 */
export const unfold = callable(
  'unfold(input, ...)',
  (input: Tensor, ...args: Arguments<SlidingBlockArguments, SlidingBlockOrder>): Tensor => {
    const blocks = blocksOf('unfold', parseArgs<SlidingBlockArguments>('unfold', ['kernelSize'], blockDefaults, args));
    if (input.dtype !== 'bool') expectFloat('unfold', 'input', input);
    if (input.dim() !== 3 && input.dim() !== 4) {
      throw new ShapeError(`unfold: expected input [N, C, H, W] or [C, H, W], but got [${input.shape.join(', ')}]`);
    }
    const columns = unfoldValue(input.dim() === 3 ? reshape(input.value, [1, ...input.shape]) : input.value, blocks);
    return Tensor.of(named(input.dim() === 3 ? reshape(columns, columns.shape.slice(1)) : columns, 'Im2ColBackward0'));
  },
);

function unfoldValue(x: Value, blocks: Blocks): Value {
  const [top, left] = blocks.padding;
  const padded = pad(x, [0, 0, top, left], [0, 0, top, left]);
  const rows = windows(padded, 2, along(blocks, 0));
  const both = windows(rows, 3, { ...along(blocks, 1), order: BLOCK_ORDER });
  const [n, channels, kh, kw, oh, ow] = both.shape as [number, number, number, number, number, number];
  return reshape(both, [n, channels * kh * kw, oh * ow]);
}

export interface FoldArguments extends SlidingBlockArguments {
  /** [H, W] of the images. */
  outputSize: Size2d;
}

/**
 * The adjoint of unfold: columns added into images where their blocks lie. Shape: [N, C · kh · kw, L] or [C · kh · kw, L] →
 * [N, C, H, W]. Defaults: dilation 1, padding 0, stride 1.
 */
export const fold = callable(
  'fold(input, ...)',
  (input: Tensor, ...args: Arguments<FoldArguments, ['outputSize', ...SlidingBlockOrder]>): Tensor => {
    const o = parseArgs<FoldArguments>('fold', ['outputSize', 'kernelSize'], blockDefaults, args);
    const size = pair('fold', 'outputSize', o.outputSize, 1);
    if (input.dtype === 'bool') return fold(input.float(), ...args).bool();
    expectFloat('fold', 'input', input);
    const blocks = blocksOf('fold', o);
    const [kh, kw] = blocks.kernel;
    const counts = ([0, 1] as const).map((d) => blockCount(size[d], blocks, d)) as [number, number];
    const [rows, length] = input.shape.slice(-2) as [number, number];
    if ((input.dim() !== 2 && input.dim() !== 3) || rows % (kh * kw) !== 0 || length !== counts[0] * counts[1]) {
      throw new ShapeError(
        `fold: expected input [N, C·${kh * kw}, ${counts[0] * counts[1]}] for images of ${size.join(' × ')} (${counts.join(' × ')} blocks), but got [${input.shape.join(', ')}]`,
      );
    }
    const n = input.dim() === 3 ? input.shape[0]! : 1;
    const parts = reshape(input.value, [n, rows / (kh * kw), kh, kw, ...counts]);
    const [top, left] = blocks.padding;
    const strips = overlapAdd(parts, 3, size[1] + 2 * left, { ...along(blocks, 1), order: BLOCK_ORDER });
    const padded = overlapAdd(strips, 2, size[0] + 2 * top, along(blocks, 0));
    const y = pad(padded, [0, 0, -top, -left], [0, 0, -top, -left]);
    return Tensor.of(named(input.dim() === 2 ? reshape(y, y.shape.slice(1)) : y, 'Col2ImBackward0'));
  },
);
