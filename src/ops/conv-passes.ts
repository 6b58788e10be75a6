// The GPU passes of a convolution and its two gradients, and the tiles they choose.
import source from '../../shaders/conv2d.wgsl?raw';
import gatherSource from '../../shaders/conv2d-input-grad.wgsl?raw';
import padSource from '../../shaders/conv2d-pad.wgsl?raw';
import weightGradSource from '../../shaders/conv2d-weight-grad.wgsl?raw';
import { i32, input, type Lowering, type Operand, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { BYTES_PER_ELEMENT } from '../compiler/meta';
import type { AdapterProfile } from '../gpu/device';
import { sumChunkPairs } from './chunks';
import type { ConvGeometry } from './conv-geometry';
import { unroll } from './unroll';

const WORKGROUP = 64;

/** Longest stretch of a kernel's row that is unrolled. */
const MAX_TAPS = 11;

/** Invocations that a weight gradient aims at by splitting the batch: some workgroups for every core of a processor or GPU. */
const WEIGHT_GRAD_INVOCATIONS = { software: 512, gpu: 32768 };

/** Products that one invocation adds up, at most: rounding errors grow with their number. */
const LONGEST_SUM = 16384;

/** Columns, about, that an invocation of the strided gradient by input computes. */
const TRANSPOSED_COLS = 8;

/** A padded copy of the input pays from this many output channels on, because each of their tiles reads it again. */
const PAD_FROM_CHANNELS = 8;

const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Largest divisor of `n` that is at most `limit`. */
function divisorUpTo(n: number, limit: number): number {
  for (let d = Math.min(n, limit); d > 1; d--) if (n % d === 0) return d;
  return 1;
}

/** Of the tile lengths, the one that covers `n` with the least waste; the longest among equals. */
function bestTile(n: number, lengths: readonly number[]): number {
  let best = lengths[0]!;
  for (const length of lengths) {
    const cost = ceilDiv(n, length) * length - ceilDiv(n, best) * best;
    if (cost < 0 || (cost === 0 && length > best)) best = length;
  }
  return best;
}

/** What the stride-1-in-x kernel computes: the forward sum, or the gradient by the input as a sum over dy. */
interface Correlation {
  readonly batch: number;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
  readonly size: readonly [number, number];
  readonly outSize: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padTop: number;
  readonly padLeft: number;
  /** Steps in the weight from group to group and from channel to channel. */
  readonly weight: { readonly group: number; readonly out: number; readonly in: number };
  readonly flip: boolean;
  readonly bias: boolean;
}

function correlate(c: Correlation, adapter: AdapterProfile): Lowering {
  const [kh, kw] = c.kernel;
  const [sh, sw] = c.stride;
  const [dh, dw] = c.dilation;
  const [rows, cols] = c.size;
  const [outRows, outCols] = c.outSize;
  const tx = bestTile(outCols, sw > 2 ? [4] : c.groupOut >= 4 ? [4, 7, 8] : [4, 7, 8, 14]);
  const to = bestTile(c.groupOut, c.groupOut < 4 ? [1, 2] : [4, 8]);
  const kwt = divisorUpTo(kw, MAX_TAPS);
  const kht = kh * kwt <= MAX_TAPS ? kh : 1;
  const xTiles = ceilDiv(outCols, tx);
  const oTiles = ceilDiv(c.groupOut, to);
  // The rows and columns that whole tiles touch.
  const needRows = (outRows - 1) * sh + (kh - 1) * dh + 1;
  const needCols = (xTiles * tx - 1) * sw + (kw - 1) * dw + 1;
  const fits = c.padTop === 0 && c.padLeft === 0 && needRows <= rows && needCols <= cols;
  const planes = c.batch * c.groups * c.groupIn;
  const paddedBytes = planes * needRows * needCols * BYTES_PER_ELEMENT;
  const padded = !fits && c.groupOut >= PAD_FROM_CHANNELS && paddedBytes <= adapter.maxStorageBufferBindingSize;
  const tiles = xTiles * outRows * c.batch * oTiles * c.groups;
  const consts = {
    TX: tx,
    TO: to,
    ACC: tx * to,
    KH: kh,
    KW: kw,
    KHT: kht,
    KWT: kwt,
    KHS: kh / kht,
    KWS: kw / kwt,
    ROW: (tx - 1) * sw + (kwt - 1) * dw + 1,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    BORDER: fits || padded ? 0 : 1,
  };
  const pass: Pass = {
    source: [unroll(source, consts)],
    label: 'conv2d',
    consts,
    reads: [padded ? scratch() : input(0), input(1), input(c.bias ? 2 : 1)],
    writes: [output()],
    params: [
      u32(tiles),
      u32(xTiles),
      u32(oTiles),
      u32(c.batch),
      u32(c.groups),
      u32(c.groupIn),
      u32(c.groupOut),
      u32(padded ? needRows : rows),
      u32(padded ? needCols : cols),
      u32(outRows),
      u32(outCols),
      i32(padded ? 0 : c.padTop),
      i32(padded ? 0 : c.padLeft),
      u32(c.weight.group),
      u32(c.weight.out),
      u32(c.weight.in),
      u32(c.flip ? kh * kw - 1 : 0),
      u32(c.flip ? 0xffffffff : 1),
      u32(c.bias ? 1 : 0),
    ],
    grid: gridFor(tiles, WORKGROUP),
  };
  if (!padded) return { kind: 'passes', passes: [pass] };
  const pad = padPass(input(0), planes, c.size, [needRows, needCols], c.padTop, c.padLeft);
  return { kind: 'passes', passes: [pad, pass], scratch: [paddedBytes] };
}

/** Copies `planes` images from `from` into scratch 0, with zeros around. */
function padPass(
  from: Operand,
  planes: number,
  [rows, cols]: readonly [number, number],
  [paddedRows, paddedCols]: readonly [number, number],
  top: number,
  left: number,
): Pass {
  const quads = ceilDiv(paddedCols, 4);
  const count = planes * paddedRows * quads;
  return {
    source: [unroll(padSource, {})],
    label: 'conv2d pad',
    reads: [from],
    writes: [scratch()],
    params: [u32(count), u32(quads), u32(rows), u32(cols), u32(paddedRows), u32(paddedCols), i32(top), i32(left)],
    grid: gridFor(count, WORKGROUP),
  };
}

/** y = conv(x, w) + b, of inputs x, w and perhaps b. */
export function forwardPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const taps = g.kernel[0] * g.kernel[1];
  return correlate(
    {
      ...g,
      padTop: g.padding[0],
      padLeft: g.padding[2],
      weight: { group: g.groupOut * g.groupIn * taps, out: g.groupIn * taps, in: taps },
      flip: false,
      bias,
    },
    adapter,
  );
}

/** dx, of inputs dy, w and perhaps b. At stride 1 this is a correlation of dy with the reversed kernel. */
export function inputGradPasses(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  if (sh === 1 && sw === 1) {
    return correlate(
      {
        ...g,
        groupIn: g.groupOut,
        groupOut: g.groupIn,
        size: g.outSize,
        outSize: g.size,
        padTop: (kh - 1) * dh - g.padding[0],
        padLeft: (kw - 1) * dw - g.padding[2],
        weight: { group: g.groupOut * g.groupIn * kh * kw, out: kh * kw, in: g.groupIn * kh * kw },
        flip: true,
        bias,
      },
      adapter,
    );
  }
  const tx =
    sw > 2
      ? Math.max(1, Math.floor(TRANSPOSED_COLS / sw))
      : bestTile(ceilDiv(g.size[1], sw), g.groupIn < 4 ? [4, 7] : [TRANSPOSED_COLS / 2]);
  const cols = tx * sw;
  const tc = cols > 2 * TRANSPOSED_COLS ? 1 : bestTile(g.groupIn, g.groupIn < 4 ? [1, 2] : [4, 8]);
  const xTiles = ceilDiv(g.size[1], cols);
  const cTiles = ceilDiv(g.groupIn, tc);
  const tiles = xTiles * g.batch * g.size[0] * cTiles * g.groups;
  const before = Math.max(0, ceilDiv((kw - 1) * dw - g.padding[2], sw));
  const shift = g.padding[2] + before * sw;
  const consts = {
    TC: tc,
    COLS: cols,
    TX: tx,
    ACC: tc * cols,
    KW: kw,
    SW: sw,
    DW: dw,
    SHIFT: shift,
    BEFORE: before,
    ROW: Math.floor((cols - 1 + shift) / sw) + 1,
  };
  const pass: Pass = {
    source: [unroll(gatherSource, consts)],
    label: 'conv2d input gradient',
    consts,
    reads: [input(0), input(1), input(bias ? 2 : 1)],
    writes: [output()],
    params: [
      u32(tiles),
      u32(xTiles),
      u32(cTiles),
      u32(g.batch),
      u32(g.groups),
      u32(g.groupIn),
      u32(g.groupOut),
      u32(g.size[0]),
      u32(g.size[1]),
      u32(g.outSize[0]),
      u32(g.outSize[1]),
      u32(g.padding[0]),
      u32(sh),
      u32(dh),
      u32(kh),
      u32(bias ? 1 : 0),
    ],
    grid: gridFor(tiles, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}

/** dw and db, of inputs x and dy: partial sums over chunks of the batch's output rows, then their sum. */
export function weightGradPasses(g: ConvGeometry, adapter: AdapterProfile): Lowering {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [dh, dw] = g.dilation;
  const [rows, cols] = g.size;
  const [outRows, outCols] = g.outSize;
  const kwt = divisorUpTo(kw, MAX_TAPS);
  const kht = kh * kwt <= 9 ? kh : 1;
  const to = bestTile(g.groupOut, g.groupOut < 4 ? [1, 2] : [4, 8]);
  const tc = kht * kwt > 2 ? 1 : bestTile(g.groupIn, [1, 2, 4]);
  const seg = sw > 2 ? 4 : bestTile(outCols, [4, 7]);
  const oTiles = ceilDiv(g.groupOut, to);
  const cTiles = ceilDiv(g.groupIn, tc);
  const base = cTiles * oTiles * (kh / kht) * (kw / kwt) * g.groups;
  const allRows = g.batch * outRows;
  const wanted = Math.max(
    ceilDiv(WEIGHT_GRAD_INVOCATIONS[adapter.kind], base),
    ceilDiv(allRows * outCols, LONGEST_SUM),
  );
  const chunkRows = ceilDiv(allRows, Math.max(1, Math.min(allRows, wanted))) || 1;
  const chunks = Math.max(1, ceilDiv(allRows, chunkRows));
  const tiles = base * chunks;
  const count = g.groups * g.groupOut * g.groupIn * kh * kw;
  const needRows = (outRows - 1) * sh + (kh - 1) * dh + 1;
  const needCols = (ceilDiv(outCols, seg) * seg - 1) * sw + (kw - 1) * dw + 1;
  const fits = g.padding[0] === 0 && g.padding[2] === 0 && needRows <= rows && needCols <= cols;
  const planes = g.batch * g.groups * g.groupIn;
  const paddedBytes = planes * needRows * needCols * BYTES_PER_ELEMENT;
  const padded = !fits && g.groupOut >= 2 * PAD_FROM_CHANNELS && paddedBytes <= adapter.maxStorageBufferBindingSize;
  const partial = [scratch(padded ? 1 : 0), scratch(padded ? 2 : 1)] as const;
  const consts = {
    TO: to,
    TC: tc,
    KHT: kht,
    KWT: kwt,
    ACC: to * tc * kht * kwt,
    SEG: seg,
    SEGS: ceilDiv(outCols, seg),
    DYS: to * seg,
    ROW: (seg - 1) * sw + (kwt - 1) * dw + 1,
    KH: kh,
    KW: kw,
    SH: sh,
    SW: sw,
    DH: dh,
    DW: dw,
    BORDER: fits || padded ? 0 : 1,
    EDGE: outCols % seg === 0 ? 0 : 1,
  };
  const passes: Pass[] = [];
  const bytes: number[] = [];
  if (padded) {
    passes.push(padPass(input(0), planes, g.size, [needRows, needCols], g.padding[0], g.padding[2]));
    bytes.push(paddedBytes);
  }
  passes.push({
    source: [unroll(weightGradSource, consts)],
    label: 'conv2d weight gradient',
    consts,
    reads: [padded ? scratch() : input(0), input(1)],
    writes: chunks === 1 ? [output(0), output(1)] : partial,
    params: [
      u32(tiles),
      u32(chunks),
      u32(chunkRows),
      u32(oTiles),
      u32(cTiles),
      u32(g.batch),
      u32(g.groups),
      u32(g.groupIn),
      u32(g.groupOut),
      u32(padded ? needRows : rows),
      u32(padded ? needCols : cols),
      u32(outRows),
      u32(outCols),
      i32(padded ? 0 : g.padding[0]),
      i32(padded ? 0 : g.padding[2]),
    ],
    grid: gridFor(tiles, WORKGROUP),
  });
  if (chunks > 1) {
    const channels = g.groups * g.groupOut;
    passes.push(sumChunkPairs(partial, [output(0), output(1)], [count, channels], chunks));
    bytes.push(chunks * count * BYTES_PER_ELEMENT, chunks * channels * BYTES_PER_ELEMENT);
  }
  return { kind: 'passes', passes, scratch: bytes };
}
