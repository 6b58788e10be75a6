// Batches of pictures, each with parameters of its own as data: windows (crops, borders, mirror images, quarter turns) and boxes at another size.
import { type Fields, f32, input, type Lowering, numbered, output, type Pass, scalar } from '../../compiler/ir';
import { gridFor } from '../../compiler/lowering';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { type DType, isFloat, type Meta, numel, type Shape, scalarOf } from '../../core/meta';
import { fromHost, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { planeParams } from '../shape/planes';

const resampleSource: Text = '#pictures/pictureResample';
const windowSource: Text = '#pictures/pictureWindow';

const WORKGROUP = 64;

/** Height and width. */
export type Size = readonly [height: number, width: number];

/** Where a picture lies: its first element, or byte of packed ones, and its size. */
export interface Place {
  readonly first: number;
  readonly size: Size;
}

/** Pictures of one size as floats, integers or unpacked bytes [N, C, H, W], or bytes of pictures [H, W, C] of several sizes, four a word. */
export interface Pixels {
  readonly value: Value;
  readonly channels: number;
  readonly places: readonly Place[];
  readonly packed: boolean;
}

/** Pictures [N, C, H, W]. */
export function pixelsOf(value: Value): Pixels {
  const [count, channels, height, width] = value.shape as readonly [number, number, number, number];
  const size: Size = [height, width];
  const places = Array.from({ length: count }, (_, n) => ({ first: n * channels * height * width, size }));
  return { value, channels, places, packed: false };
}

const kinds = { f32: 0, u32: 1, i32: 2 } as const;

interface Attrs {
  readonly channels: number;
  readonly packed: boolean;
  readonly out: Size;
}

interface AdjointAttrs extends Attrs {
  readonly from: Size;
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

/** The sizes that all kernels of pictures take, those of the written picture first. */
const sizeParams = (written: Shape, { channels, out }: Attrs, from: Size): Fields => ({
  count: numel(written),
  channels,
  ...planeParams(from, out),
});

// ── Windows ──

/** The area outside of a picture: a colour, its edge, or its inside mirrored at the edge's elements or behind them. */
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
    const from: Size = attrs.packed ? [0, 0] : [x!.shape[2]!, x!.shape[3]!];
    const params = { ...sizeParams(y!.shape, attrs, from), ...numbered('fill', 4, (c) => scalar(c)) };
    return picturePass('pictureWindow', numel(y!.shape), 2, { source: [windowSource], entry: 'main', consts, params });
  },
  vjp: ([dy], { inputs: [x, places], attrs }) => {
    const from: Size = [x!.shape[2]!, x!.shape[3]!];
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
  readonly out: Size;
  readonly border?: Border;
  /** The colour outside of a picture, by channel or for all; default 0. */
  readonly fill?: readonly number[];
}

/** A window of each picture: [N, C, ...out]. */
export function pictureWindow(
  pixels: Pixels,
  windows: readonly Window[],
  { out, border = 'constant', fill = [0] }: WindowOptions,
): Value {
  const { value, channels, places, packed } = pixels;
  invariant(windows.length === places.length, 'there is a window for each picture');
  const rows = places.flatMap(({ first, size }, n) => [...windows[n]!, first, ...size]);
  const parameters = fromHost(Int32Array.from(rows), [places.length, 9], 'int32');
  const { dtype } = resultOf(pixels, { channels, packed, out });
  const colour = [0, 1, 2, 3].map((c) => storedFill(fill[Math.min(c, fill.length - 1)]!, dtype));
  return record(windowOp, [value, parameters], { channels, packed, out, border }, colour);
}

/** A colour as an element of a dtype holds it. */
function storedFill(fill: number, dtype: DType): number {
  if (isFloat(dtype)) return fill;
  const whole = Math.trunc(fill);
  return dtype === 'uint8' ? ((whole % 256) + 256) % 256 : whole;
}

// ── Boxes at another size ──

/** One axis at another size: for each output the first element that counts, and what elements count from there on. */
export interface Taps {
  readonly starts: Int32Array;
  /** [outputs, width] */
  readonly weights: Float32Array;
  /** Weights of bytes are whole numbers over 2^bits. */
  readonly bits: number;
  readonly width: number;
}

/** How elements come about: as copies of one, as weighted sums of floats, or of bytes. */
export type Resampling = 'copy' | 'float' | 'byte';

export interface ResampleAttrs extends Attrs {
  readonly taps: Size;
  /** Each picture has taps of its own. */
  readonly own: boolean;
  readonly kind: Resampling;
  readonly filter: Filter | null;
}

/** What taps come of, where a name and factors say it all: old elements a new one, or null for those of the sizes. */
export interface Filter {
  readonly mode: 'bilinear' | 'bicubic';
  readonly by: readonly [rows: number, columns: number] | null;
}

const resamplings: Readonly<Record<Resampling, number>> = { copy: 0, float: 1, byte: 2 };

const resampleParams = (written: Shape, attrs: ResampleAttrs, from: Size): Fields => ({
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
    const from: Size = attrs.packed ? [0, 0] : [x!.shape[2]!, x!.shape[3]!];
    const params = resampleParams(y!.shape, attrs, from);
    return picturePass('pictureResample', numel(y!.shape), 4, {
      source: [resampleSource],
      entry: 'main',
      consts,
      params,
    });
  },
  vjp: ([dy], { inputs: [x, ...tables], attrs }) => {
    const from: Size = [x!.shape[2]!, x!.shape[3]!];
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

/** Taps along rows and columns of one picture. */
export interface BoxTaps {
  readonly rows: Taps;
  readonly columns: Taps;
}

/** Every picture at another size, by taps of its own, or by those of all: [N, C, ...out]. */
export function pictureResample(
  pixels: Pixels,
  taps: readonly BoxTaps[],
  out: Size,
  kind: Resampling,
  filter: Filter | null = null,
): Value {
  const { value, channels, places, packed } = pixels;
  const own = taps.length > 1;
  invariant(!own || taps.length === places.length, 'there are taps for each picture, or for all');
  const widths: Size = [widest(taps.map(({ rows }) => rows)), widest(taps.map(({ columns }) => columns))];
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

/** Weights in rows of another width. */
function spread(into: Float32Array, first: number, { weights, width, starts }: Taps, to: number): void {
  for (let i = 0; i < starts.length; i++) into.set(weights.subarray(i * width, (i + 1) * width), first + i * to);
}
