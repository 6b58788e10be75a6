// Pictures in other colours: what torchvision's pixel transforms do, each picture of a batch by a code and numbers of its own.
import { input, type Lowering, output, type Pass, scratch } from '../../compiler/ir';
import { grid, gridFor } from '../../compiler/lowering';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { isFloat } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const exactLib: Text = '#regions/libExact';
const recolorLib: Text = '#pictures/libRecolor';
const applySource: Text = '#pictures/recolor';
const measureSource: Text = '#pictures/recolorMeasure';
const tablesSource: Text = '#pictures/recolorTables';

/** What a row asks for; the numbers that follow the code stand beside it. Pictures of another code stay as they are. */
export const Recolor = {
  none: 0,
  /** The factor. */
  brightness: 1,
  /** The factor, and 1 less the factor; so in saturation and sharpness. */
  contrast: 2,
  saturation: 3,
  /** Turns. */
  hue: 4,
  sharpness: 5,
  /** Bits. */
  posterize: 6,
  /** The least value that is inverted. */
  solarize: 7,
  autocontrast: 8,
  equalize: 9,
  invert: 10,
  gray: 11,
  /** Which channel comes in the place of the first, second and third. */
  permute: 12,
} as const;

/** The code and up to three numbers. */
export type RecolorRow = readonly number[];

/** Numbers of a row. */
export const ROW_SIZE = 4;

const WORKGROUP = 64;
/** Pixels that a workgroup measures. */
const CHUNK = 65536;
const LEVELS = 256;

interface RecolorAttrs {
  /** Some row may ask for what hangs on the whole picture. */
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

/**
 * Pictures x[N, C, H, W] of bytes, or floats from 0 to 1, each recoloured as its row of rows[N, 4] says, or all as rows[1, 4] do. Contrast,
 * autocontrast and equalize need `measures`. Bytes are torchvision's to the bit.
 */
export const recolor = (x: Value, rows: Value, measures: boolean): Value => record(recolorOp, [x, rows], { measures });
