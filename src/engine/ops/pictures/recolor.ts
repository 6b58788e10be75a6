// torchvision's colour transforms on a batch, where each picture has its own transform (a code) and parameters.
import { grid, gridFor, input, type Lowering, output, type Pass, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { isFloat } from '../../core/meta';
import { fromHost, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const exactLib: Text = '#regions/libExact';
const recolorLib: Text = '#pictures/libRecolor';
const applySource: Text = '#pictures/recolor';
const measureSource: Text = '#pictures/recolorMeasure';
const tablesSource: Text = '#pictures/recolorTables';

/**
 * The codes of the transforms; each comment names the parameters that follow the code. Any other code leaves a picture
 * as it is.
 */
export const Recolor = {
  none: 0,
  /** The factor. */
  brightness: 1,
  /** The factor, and 1 - factor; the same for saturation and sharpness. */
  contrast: 2,
  saturation: 3,
  /** The angle, in turns. */
  hue: 4,
  sharpness: 5,
  /** The number of bits that stay. */
  posterize: 6,
  /** The least value that is inverted. */
  solarize: 7,
  autocontrast: 8,
  equalize: 9,
  invert: 10,
  gray: 11,
  /** For each of the three output channels, the index of the input channel. */
  permute: 12,
} as const;

/** A row is a code of `Recolor`, and up to three parameters: so many numbers. */
const ROW_SIZE = 4;

const WORKGROUP = 64;
/** The number of pixels that a workgroup measures. */
const CHUNK = 65536;
const LEVELS = 256;

interface RecolorAttrs {
  /** Whether a row may ask for a transform that depends on the whole picture, such as equalize. */
  readonly measures: boolean;
}

const recolorOp: Op<RecolorAttrs> = {
  name: 'recolor',
  infer([x, rows]) {
    const fits = x!.shape.length === 4 && (isFloat(x!.dtype) || x!.dtype === 'uint8') && rows!.shape[1] === ROW_SIZE;
    invariant(
      fits && (rows!.shape[0] === 1 || rows!.shape[0] === x!.shape[0]),
      'a row for each picture, or one for all',
    );
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower({ inputs: [x, rows], attrs: { measures } }): Lowering {
    const [pictures, channels, height, width] = x!.shape as [number, number, number, number];
    const plane = height * width;
    const chunks = Math.ceil(plane / CHUNK);
    const rowStep = rows!.shape[0] === 1 ? 0 : 1;
    const consts = { FLOATS: isFloat(x!.dtype) ? 1 : 0, CHANNELS: channels };
    const apply: Pass = {
      source: [exactLib, recolorLib, applySource],
      label: 'recolor',
      consts,
      reads: [input(0), input(1), measures ? scratch(1) : input(1)],
      writes: [output()],
      params: { pixels: pictures * plane, height, width, rowStep },
      grid: gridFor(pictures * plane, WORKGROUP),
    };
    if (!measures) return { kind: 'passes', passes: [apply] };
    const measure: Pass = {
      source: [exactLib, recolorLib, measureSource],
      label: 'recolorMeasure',
      consts,
      reads: [input(0), input(1)],
      writes: [scratch(0)],
      params: { groups: pictures * channels * chunks, plane, chunks, rowStep },
      grid: grid(pictures * channels * chunks),
    };
    const tables: Pass = {
      source: [exactLib, tablesSource],
      label: 'recolorTables',
      consts,
      reads: [input(1), scratch(0)],
      writes: [scratch(1)],
      params: { planes: pictures * channels, plane, chunks, rowStep },
      grid: grid(pictures * channels),
    };
    const bytes = 4 * LEVELS * pictures * channels;
    return { kind: 'passes', passes: [measure, tables, apply], scratch: [bytes * chunks, bytes] };
  },
};

interface Recoloring {
  /** How many rows a picture may have; they are applied in as many rounds, whatever was drawn for the pictures. */
  readonly rounds: number;
  /** Whether a row may be contrast, autocontrast or equalize, which measure the picture first. */
  readonly measures: boolean;
}

/**
 * Applies colour transforms to pictures x[N, C, H, W] of bytes, or of floats from 0 to 1: to each by its list of rows,
 * or to all by the only list; null leaves a picture as it is. For bytes, the results equal torchvision's bit for bit.
 */
export function recolor(
  x: Value,
  pictures: readonly (readonly (readonly number[])[] | null)[],
  { rounds, measures }: Recoloring,
): Value {
  let made = x;
  for (let round = 0; round < rounds; round++) {
    const rows = new Float32Array(ROW_SIZE * pictures.length);
    pictures.forEach((steps, i) => {
      rows.set(steps?.[round] ?? [Recolor.none], ROW_SIZE * i);
    });
    made = record(recolorOp, [made, fromHost(rows, [pictures.length, ROW_SIZE], 'float32')], { measures });
  }
  return made;
}
