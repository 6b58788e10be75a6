// Converts between pixels of four bytes and the channels of pictures: unpackPixels and packPixels.
import { f32, gridFor, input, type Lowering, output, type ParamFields } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { isFloat } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const packSource: Text = '#pictures/packPixels';
const unpackSource: Text = '#pictures/unpackPixels';

const WORKGROUP = 64;

/** 4: red, green, blue, alpha. 3: red, green, blue. 1: grey. */
export type Channels = 1 | 3 | 4;

interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly rowWords: number;
}

/** One pass with an invocation for each pixel. */
function pixelPass(
  label: string,
  source: string,
  { rows, columns, rowWords }: Picture,
  consts: Record<string, number>,
  params: ParamFields = {},
) {
  const count = rows * columns;
  const pass = {
    source: [source],
    label,
    consts,
    reads: [input(0)],
    writes: [output()],
    params: { count, columns, rowWords, ...params },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] } satisfies Lowering;
}

export interface UnpackAttrs {
  readonly columns: number;
  readonly channels: Channels;
  readonly dtype: 'float32' | 'uint8';
}

const unpackOp: Op<UnpackAttrs> = {
  name: 'unpackPixels',
  infer([words], { columns, channels, dtype }) {
    const [rows, rowWords] = words.shape;
    invariant(words.shape.length === 2 && columns <= rowWords!, 'pixels come in rows that hold all columns');
    return [{ shape: [channels, rows!, columns], dtype }];
  },
  lower({ inputs: [words], attrs: { columns, channels, dtype } }) {
    const [rows, rowWords] = words.shape as [number, number];
    const consts = { CHANNELS: channels, FLOATS: dtype === 'float32' ? 1 : 0 };
    return pixelPass('unpackPixels', unpackSource, { rows, columns, rowWords }, consts, { divisor: f32(255) });
  },
};

/** The channels of pixels [rows, words a row]; rows may be longer than `columns`. Shape: [channels, rows, columns]. */
export const unpackPixels = (words: Value, attrs: UnpackAttrs): Value => record(unpackOp, [words], attrs);

interface PackAttrs {
  readonly rowWords: number;
  /** Puts blue, not red, in the lowest byte. */
  readonly blueFirst: boolean;
}

const packOp: Op<PackAttrs> = {
  name: 'packPixels',
  infer([x], { rowWords }) {
    invariant(x.shape.length === 3 && (isFloat(x.dtype) || x.dtype === 'uint8'), 'channels are floats or bytes');
    return [{ shape: [x.shape[1]!, rowWords], dtype: 'uint32' }];
  },
  lower({ inputs: [x], attrs: { rowWords, blueFirst } }) {
    const [channels, rows, columns] = x.shape as [number, number, number];
    const consts = { CHANNELS: channels, FLOATS: isFloat(x.dtype) ? 1 : 0, BLUE_FIRST: blueFirst ? 1 : 0 };
    return pixelPass('packPixels', packSource, { rows, columns, rowWords }, consts);
  },
};

/**
 * Packs channels [1 | 3 | 4, rows, columns] into pixels, in rows of `rowWords` words. With alpha, colours are
 * premultiplied by it.
 */
export const packPixels = (x: Value, attrs: PackAttrs): Value => record(packOp, [x], attrs);
