// Operations on batches of pictures whose parameters differ from picture to picture and are data, not part of the plan:
// windows (crops, padding, flips, quarter turns), and resizing of boxes.
import {
  f32,
  gridFor,
  input,
  type Lowering,
  numbered,
  output,
  type ParamFields,
  type Pass,
  scalar,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { type DType, isFloat, type Meta, numel, type Shape, scalarOf } from '../../core/meta';
import { fromHost, record } from '../../graph/record';
import { type Op, Value } from '../../graph/value';
import { planeParams } from '../shape/planes';

const resampleSource: Text = '#pictures/pictureResample';
const windowSource: Text = '#pictures/pictureWindow';

const WORKGROUP = 64;

/** Height and width. */
export type PictureSize = readonly [height: number, width: number];

/** Where a picture lies in its buffer: its first element (first byte, if packed), and its size. */
export interface Place {
  readonly first: number;
  readonly size: PictureSize;
}

/**
 * Pictures of one size as floats, integers or bytes [N, C, H, W]; or, `packed`, the bytes of pictures [H, W, C] of
 * several sizes, four in a word.
 */
export interface Pixels {
  readonly value: Value;
  readonly channels: number;
  readonly places: readonly Place[];
  readonly packed: boolean;
}

/** The pixels of a batch [N, C, H, W], or those given. */
export function pixelsOf(given: Value | Pixels): Pixels {
  if (!(given instanceof Value)) return given;
  const value = given;
  const [count, channels, height, width] = value.shape as readonly [number, number, number, number];
  const size: PictureSize = [height, width];
  const places = Array.from({ length: count }, (_, n) => ({ first: n * channels * height * width, size }));
  return { value, channels, places, packed: false };
}

const kinds = { f32: 0, u32: 1, i32: 2 } as const;

interface Attrs {
  readonly channels: number;
  readonly packed: boolean;
  readonly out: PictureSize;
}

interface AdjointAttrs extends Attrs {
  readonly from: PictureSize;
}

const resultOf = ({ value, places }: Pixels, { channels, out }: Attrs): Meta => ({
  shape: [places.length, channels, ...out],
  dtype: value.dtype === 'uint32' ? 'uint8' : value.dtype,
});

const outputMeta = (x: Meta, count: number, { channels, packed, out }: Attrs): Meta => ({
  shape: [count, channels, ...out],
  dtype: packed ? 'uint8' : x.dtype,
});

function picturePass(
  label: string,
  count: number,
  inputs: number,
  pass: Pick<Pass, 'source' | 'entry' | 'consts' | 'params'>,
): Lowering {
  const reads = Array.from({ length: inputs }, (_, i) => input(i));
  return { kind: 'passes', passes: [{ label, reads, writes: [output()], grid: gridFor(count, WORKGROUP), ...pass }] };
}

/** The uniform fields of sizes that all kernels of pictures take. `written` is the shape that the pass writes. */
const sizeParams = (written: Shape, { channels, out }: Attrs, from: PictureSize): ParamFields => ({
  count: numel(written),
  channels,
  ...planeParams(from, out),
});

// ── Windows ──

/**
 * How the area outside of a picture is filled: with a colour, with the edge element, or by mirroring the picture
 * without (`reflect`) or with (`symmetric`) the edge element repeated.
 */
export type Border = 'constant' | 'edge' | 'reflect' | 'symmetric';

const borders: Readonly<Record<Border, number>> = { constant: 0, edge: 1, reflect: 2, symmetric: 3 };

/** Output row i and column j show row r0 + r1 i + r2 j and column s0 + s1 i + s2 j. */
export type Window = readonly [r0: number, r1: number, r2: number, s0: number, s1: number, s2: number];

interface WindowAttrs extends Attrs {
  readonly border: Border;
}

const windowOp: Op<WindowAttrs> = {
  name: 'pictureWindow',
  saves: { inputs: [1] },
  infer: ([x, places], attrs) => [outputMeta(x!, places!.shape[0]!, attrs)],
  lower({ inputs: [x], outputs: [y], attrs }) {
    const consts = {
      BORDER: borders[attrs.border],
      PACKED: attrs.packed ? 1 : 0,
      KIND: kinds[scalarOf(y!.dtype)],
    };
    const from: PictureSize = attrs.packed ? [0, 0] : [x!.shape[2]!, x!.shape[3]!];
    const params = { ...sizeParams(y!.shape, attrs, from), ...numbered('fill', 4, (c) => scalar(c)) };
    return picturePass('pictureWindow', numel(y!.shape), 2, { source: [windowSource], entry: 'main', consts, params });
  },
  vjp: ([dy], { inputs: [x, places], attrs }) => {
    const from: PictureSize = [x!.shape[2]!, x!.shape[3]!];
    return [record(windowAdjointOp, [dy!, places!], { ...attrs, from }), null];
  },
};

/** The adjoint, which restores pictures of size `from`. */
const windowAdjointOp: Op<WindowAttrs & AdjointAttrs> = {
  name: 'pictureWindowBackward',
  saves: { inputs: [1] },
  infer: ([dy], { from }) => [{ shape: [...dy!.shape.slice(0, 2), ...from], dtype: 'float32' }],
  lower({ outputs: [dx], attrs }) {
    const consts = { BORDER: borders[attrs.border], PACKED: 0, KIND: 0 };
    const params = { ...sizeParams(dx!.shape, attrs, attrs.from), ...numbered('fill', 4, () => f32(0)) };
    return picturePass('pictureWindow gradient', numel(dx!.shape), 2, {
      source: [windowSource],
      entry: 'grad',
      consts,
      params,
    });
  },
  vjp: ([g], { inputs: [, places], attrs: { from: _, ...attrs } }) => [
    record(windowOp, [g!, places!], attrs, [0, 0, 0, 0]),
    null,
  ],
};

export interface WindowOptions {
  readonly out: PictureSize;
  readonly border?: Border;
  /** The colour outside of a picture, one number for each channel or one for all. Default: 0. */
  readonly fill?: readonly number[];
}

/** Takes a window of each picture, of a batch or of `Pixels`. Shape: [N, C, ...out]. */
export function pictureWindow(
  pictures: Value | Pixels,
  windows: readonly Window[],
  { out, border = 'constant', fill = [0] }: WindowOptions,
): Value {
  const pixels = pixelsOf(pictures);
  const { value, channels, places, packed } = pixels;
  invariant(windows.length === places.length, 'there is a window for each picture');
  const rows = places.flatMap(({ first, size }, n) => [...windows[n]!, first, ...size]);
  const parameters = fromHost(Int32Array.from(rows), [places.length, 9], 'int32');
  const { dtype } = resultOf(pixels, { channels, packed, out });
  const colour = [0, 1, 2, 3].map((c) => storedFill(fill[Math.min(c, fill.length - 1)]!, dtype));
  return record(windowOp, [value, parameters], { channels, packed, out, border }, colour);
}

/** A colour as an element of the dtype: truncated for integers, and modulo 256 for uint8. */
function storedFill(fill: number, dtype: DType): number {
  if (isFloat(dtype)) return fill;
  const whole = Math.trunc(fill);
  return dtype === 'uint8' ? ((whole % 256) + 256) % 256 : whole;
}

// ── Boxes at another size ──

/**
 * How one axis is resized: an output element is the weighted sum of `width` neighboring input elements. `starts` has the
 * first of these elements for each output element.
 */
export interface Taps {
  readonly starts: Int32Array;
  /** [outputs, width] */
  readonly weights: Float32Array;
  /** For bytes, weights are whole numbers, to be divided by 2^bits. */
  readonly bits: number;
  readonly width: number;
}

/** How an output element is computed: as a copy of one element, or as a weighted sum of floats or of bytes. */
export type Resampling = 'copy' | 'float' | 'byte';

export interface ResampleAttrs extends Attrs {
  readonly taps: PictureSize;
  /** Whether each picture has its own taps. */
  readonly own: boolean;
  readonly kind: Resampling;
  readonly filter: Filter | null;
}

/**
 * The interpolation from which the taps were computed, if a mode and factors describe it fully. `by` is the number of
 * input elements for each output element, or null if the sizes alone decide.
 */
export interface Filter {
  readonly mode: 'bilinear' | 'bicubic';
  readonly by: readonly [rows: number, columns: number] | null;
}

const resamplings: Readonly<Record<Resampling, number>> = { copy: 0, float: 1, byte: 2 };

const resampleParams = (written: Shape, attrs: ResampleAttrs, from: PictureSize): ParamFields => ({
  ...sizeParams(written, attrs, from),
  rowTaps: attrs.taps[0],
  columnTaps: attrs.taps[1],
  own: attrs.own ? 1 : 0,
});

const resampleOp: Op<ResampleAttrs> = {
  name: 'pictureResample',
  saves: { inputs: [1, 2, 3] },
  infer: ([x, places], attrs) => [outputMeta(x!, places!.shape[0]!, attrs)],
  lower({ inputs: [x], outputs: [y], attrs }) {
    const consts = { PACKED: attrs.packed ? 1 : 0, KIND: resamplings[attrs.kind] };
    const from: PictureSize = attrs.packed ? [0, 0] : [x!.shape[2]!, x!.shape[3]!];
    const params = resampleParams(y!.shape, attrs, from);
    return picturePass('pictureResample', numel(y!.shape), 4, {
      source: [resampleSource],
      entry: 'main',
      consts,
      params,
    });
  },
  vjp: ([dy], { inputs: [x, ...tables], attrs }) => {
    const from: PictureSize = [x!.shape[2]!, x!.shape[3]!];
    return [record(resampleAdjointOp, [dy!, ...tables], { ...attrs, from }), null, null, null];
  },
};

/** The adjoint, which restores pictures of size `from`. */
const resampleAdjointOp: Op<ResampleAttrs & AdjointAttrs> = {
  name: 'pictureResampleBackward',
  saves: { inputs: [1, 2, 3] },
  infer: ([dy], { from }) => [{ shape: [...dy!.shape.slice(0, 2), ...from], dtype: 'float32' }],
  lower({ outputs: [dx], attrs }) {
    const consts = { PACKED: 0, KIND: 1 };
    const params = resampleParams(dx!.shape, attrs, attrs.from);
    return picturePass('pictureResample gradient', numel(dx!.shape), 4, {
      source: [resampleSource],
      entry: 'grad',
      consts,
      params,
    });
  },
  vjp: ([g], { inputs: [, ...tables], attrs: { from: _, ...attrs } }) => [
    record(resampleOp, [g!, ...tables], attrs),
    null,
    null,
    null,
  ],
};

/** The taps along the rows and the columns of one picture. */
export interface BoxTaps {
  readonly rows: Taps;
  readonly columns: Taps;
}

/** Resizes every picture, by its own taps or by one set for all. Shape: [N, C, ...out]. */
export function pictureResample(
  pixels: Pixels,
  taps: readonly BoxTaps[],
  out: PictureSize,
  kind: Resampling,
  filter: Filter | null = null,
): Value {
  const { value, channels, places, packed } = pixels;
  const own = taps.length > 1;
  invariant(!own || taps.length === places.length, 'there are taps for each picture, or for all');
  const widths: PictureSize = [widest(taps.map(({ rows }) => rows)), widest(taps.map(({ columns }) => columns))];
  const starts = taps.flatMap(({ rows, columns }) => [...rows.starts, ...columns.starts, rows.bits, columns.bits]);
  const weightCount = out[0] * widths[0] + out[1] * widths[1];
  const weights = new Float32Array(taps.length * weightCount);
  taps.forEach(({ rows, columns }, n) => {
    spread(weights, n * weightCount, rows, widths[0]);
    spread(weights, n * weightCount + out[0] * widths[0], columns, widths[1]);
  });
  const table = places.flatMap(({ first, size }) => [first, ...size]);
  const inputs = [
    value,
    fromHost(Int32Array.from(table), [places.length, 3], 'int32'),
    fromHost(Int32Array.from(starts), [taps.length, out[0] + out[1] + 2], 'int32'),
    fromHost(weights, [taps.length, weightCount], 'float32'),
  ];
  return record(resampleOp, inputs, { channels, packed, out, taps: widths, own, kind, filter });
}

const widest = (taps: readonly Taps[]): number => Math.max(1, ...taps.map(({ width }) => width));

/** Copies weights into rows of width `to`, from index `first` on. */
function spread(into: Float32Array, first: number, { weights, width, starts }: Taps, to: number): void {
  for (let i = 0; i < starts.length; i++) into.set(weights.subarray(i * width, (i + 1) * width), first + i * to);
}
