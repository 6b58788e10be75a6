// Divides the gradient of a strided convolution by its input among the workgroups of a GPU: the tiles of
// conv2d-input-grad-segments.wgsl, and the one that is expected to be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { hasHalfRegisters } from '../lane-registers';
import { remembered } from './chosen-tiles';
import { expectedCycles } from './core-cost';
import type { ConvGeometry } from './geometry';
import {
  FEWEST_OF_GROUP,
  fitsDevice,
  inChunks,
  lanesFor,
  MOST_PRODUCTS,
  MOST_SUMS,
  MOST_TAPS_OF_ROW,
  turnsCost,
  WORKGROUP_BYTES,
} from './segment-tiles';
import { least } from './tile-costs';
import { ceilDiv } from './tiles';

/** The outputs of a workgroup of conv2d-input-grad-segments.wgsl, and how its sum is divided. */
export type StrideTile = {
  /** How many lanes of a workgroup compute other channels, and how many compute other segments. */
  readonly outLanes: number;
  readonly segmentLanes: number;
  /** How many channels a lane computes, a multiple of 4, and the length of a segment in strides. */
  readonly channels: number;
  readonly strides: number;
  /** How many lines a turn of the loop adds. A line is a row of the kernel's taps in one channel of dy. */
  readonly lines: number;
  /** The parts into which the sum over the channels of dy is split. */
  readonly chunks: number;
};

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/**
 * How the taps along one side meet the outputs of each phase. The outputs of a phase have the same place modulo the
 * stride, so the same taps meet them.
 */
interface Phases {
  /** The greatest common divisor of stride and dilation. */
  readonly common: number;
  /**
   * How many taps lie between two taps in a row that meet the same output, and how many elements of dy between the
   * elements that they meet.
   */
  readonly tapStep: number;
  readonly step: number;
  /** The number of taps of each phase that any tap meets; the largest number comes first. */
  readonly taps: readonly number[];
}

/** The phases along the rows (`side` 0) or the columns (1). */
export function phasesOf({ kernel, stride, dilation }: ConvGeometry, side: 0 | 1): Phases {
  const common = commonDivisor(stride[side], dilation[side]);
  const tapStep = stride[side] / common;
  const taps = Array.from({ length: Math.min(tapStep, kernel[side]) }, (_, phase) =>
    ceilDiv(kernel[side] - phase, tapStep),
  );
  return { common, tapStep, step: dilation[side] / common, taps };
}

/** How many columns of dy a segment reads, and how many of them (`before`) lie before the segment's first stride. */
function columnsUnder({ kernel: [, kw], stride: [, sw], dilation: [, dw], padding }: ConvGeometry, strides: number) {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let q = 0; q < kw; q++) {
    // The first output column that the tap meets; it meets every sw-th column from there.
    const from = padding[2] - q * dw;
    const column = Math.ceil(from / sw);
    first = Math.min(first, column);
    last = Math.max(last, column + strides - 1);
  }
  const cols = last - first + 1;
  return { cols, pitch: cols + 1 - (cols % 2), before: -first };
}

/** Sizes of a tile that follow from the convolution. */
export function strideSizes(g: ConvGeometry, { outLanes, segmentLanes, channels, strides, lines }: StrideTile) {
  const columns = columnsUnder(g, strides);
  const threads = outLanes * segmentLanes;
  const outs = outLanes * channels;
  const [, kw] = g.kernel;
  const xLoads = ceilDiv(lines * segmentLanes * columns.pitch, threads);
  const wLoads = ceilDiv(lines * kw * outs, threads);
  const bytes = 4 * xLoads * threads + 16 * lines * kw * (outs / 4 + 1);
  return { ...columns, threads, outs, xLoads, wLoads, bytes };
}

/**
 * The numbers of segments in a row, of blocks of segments (in the phase with the most rows), of blocks of channels, and
 * of workgroups.
 */
export function strideCounts(g: ConvGeometry, tile: StrideTile) {
  const xTiles = ceilDiv(g.size[1], tile.strides * g.stride[1]);
  const sBlocks = ceilDiv(g.batch * ceilDiv(g.size[0], g.stride[0]) * xTiles, tile.segmentLanes);
  const oBlocks = ceilDiv(g.groupIn, tile.outLanes * tile.channels);
  return {
    xTiles,
    sBlocks,
    oBlocks,
    workgroups: sBlocks * oBlocks * g.groups * tile.chunks * phasesOf(g, 0).taps.length,
  };
}

/** How many channels of dy a chunk has: enough for whole turns in the phase whose turns take the most channels. */
export function strideChunk(g: ConvGeometry, { lines, chunks }: StrideTile): number {
  const most = Math.floor(lines / phasesOf(g, 0).taps.at(-1)!);
  return ceilDiv(ceilDiv(g.groupOut, chunks), most) * most;
}

/** At most this many outputs of a lane, and loads in a turn. */
const MOST_STORES = 128;
const MOST_LOADS = 40;
/** A turn adds at most about this many taps, all its lines together. */
const MOST_TAPS = 36;
const LONGEST_SEGMENT = 16;

/** The lengths of segments, in strides, that divide a row evenly: `most` at most, and at least a third of it or `least`. */
function lengthsFor(strides: number, most: number, least: number): readonly number[] {
  const lengths = new Set<number>();
  for (let length = Math.min(most, LONGEST_SEGMENT); (3 * length >= most || length >= least) && length > 0; length--) {
    lengths.add(ceilDiv(strides, ceilDiv(strides, length)));
  }
  return [...lengths];
}

/** The number of phases of columns that any tap meets. */
const columnPhases = (g: ConvGeometry): number => phasesOf(g, 1).taps.length;

/**
 * The numbers of lines in a turn that are worth trying. They take whole channels in the phase with the most taps, or in
 * every phase, so that the last turn of a channel is not a shorter one.
 */
function linesFor(g: ConvGeometry): readonly number[] {
  const { taps } = phasesOf(g, 0);
  const whole = taps.reduce((a, b) => (a * b) / commonDivisor(a, b));
  return [...new Set([1, 2, 4, 8, 16].flatMap((times) => [times * taps[0]!, times * whole]))];
}

/** Whether a turn may add so many lines: those of one channel, or not too many taps of channels that there are. */
function suitsTurn(g: ConvGeometry, lines: number): boolean {
  const [mostTaps] = phasesOf(g, 0).taps as [number];
  return lines === mostTaps || (lines * g.kernel[1] <= MOST_TAPS && lines < 2 * g.groupOut * mostTaps);
}

/** The tiles that can compute the gradient, each with 1 chunk and with more. */
export function strideTiles(g: ConvGeometry, adapter: AdapterProfile): readonly StrideTile[] {
  const [, kw] = g.kernel;
  const [, sw] = g.stride;
  const tiles: StrideTile[] = [];
  if (kw > MOST_TAPS_OF_ROW || g.batch * g.groupOut * g.outSize[0] * g.outSize[1] === 0) return tiles;
  if (g.groups > 1 && g.groupIn < FEWEST_OF_GROUP) return tiles;
  const counts = linesFor(g);
  for (const channels of [4, 8]) {
    if (channels > 4 && channels >= 2 * g.groupIn) continue;
    const most = Math.min(
      Math.floor(MOST_SUMS / (channels * columnPhases(g))),
      Math.floor(MOST_STORES / (channels * sw)),
    );
    // The columns of long segments leave no registers where lanes have half of them.
    for (const strides of lengthsFor(ceilDiv(g.size[1], sw), most, hasHalfRegisters(adapter) ? 1 : most)) {
      if (kw * channels * strides > MOST_PRODUCTS) continue;
      for (const outLanes of lanesFor(g.groupIn, channels)) {
        for (const threads of [64, 128, 256]) {
          for (const lines of counts) {
            if (!suitsTurn(g, lines)) continue;
            const tile = {
              outLanes,
              segmentLanes: Math.floor(threads / outLanes),
              channels,
              strides,
              lines,
              chunks: 1,
            };
            if (!fits(g, tile, adapter)) continue;
            const { workgroups } = strideCounts(g, tile);
            tiles.push(...inChunks(tile, g.groupOut, workgroups, (chunks) => strideChunk(g, chunks)));
          }
        }
      }
    }
  }
  return tiles;
}

/**
 * The tile that can replace any other for images of any number and size; undefined if it is too large for this kernel.
 * Its lines follow from the kernel and the channels alone, so that all sizes share it; they do not change the order of
 * the sum.
 */
export function generalStrideTile(g: ConvGeometry, { chunks }: StrideTile): StrideTile | undefined {
  const sums = 4 * columnPhases(g);
  const strides = Math.max(1, Math.floor(USUAL_SUMS / sums));
  const tiles = linesFor(g)
    .filter((lines) => suitsTurn(g, lines))
    .map((lines) => ({ outLanes: 8, segmentLanes: 16, channels: 4, strides, lines, chunks }));
  const fitting = tiles.filter((tile) => strideSizes(g, tile).bytes <= WORKGROUP_BYTES);
  const [mostTaps] = phasesOf(g, 0).taps as [number];
  return least(fitting, ({ lines }) => turnsCost(g.groupOut * mostTaps, lines, g.kernel[1]));
}

/** For most images a lane with this many sums is fast. */
const USUAL_SUMS = 32;

/** How many registers a lane needs for its sums and for the elements that it loads. */
function registers(g: ConvGeometry, tile: StrideTile): number {
  const { cols, xLoads, wLoads } = strideSizes(g, tile);
  return tile.channels * tile.strides * columnPhases(g) + cols + tile.channels + 2 * xLoads + 3 * wLoads;
}

function fits(g: ConvGeometry, tile: StrideTile, adapter: AdapterProfile): boolean {
  const { bytes, xLoads, wLoads } = strideSizes(g, tile);
  return xLoads + wLoads <= MOST_LOADS && fitsDevice(bytes, registers(g, tile), adapter);
}

/** Instructions for a load in a turn, for preparing it before the loop, and for storing a sum. */
const LOAD = 5;
const PLACE = 50;
const STORE = 6;

/** The expected cycles of a tile. */
export function strideCost(g: ConvGeometry, tile: StrideTile): number {
  const [, kw] = g.kernel;
  const { channels, strides, lines, chunks } = tile;
  const { cols, threads, xLoads, wLoads, bytes } = strideSizes(g, tile);
  const loads = xLoads + wLoads;
  const { taps } = phasesOf(g, 0);
  const chunk = strideChunk(g, tile);
  // `all / taps.length` is the mean number of turns of a phase, `taken` the mean number of lines that a turn adds.
  const turns = taps.map((count) => ceilDiv(chunk, Math.floor(lines / count)));
  const all = turns.reduce((sum, count) => sum + count, 0);
  const taken = turns.reduce((sum, count, i) => sum + count * Math.floor(lines / taps[i]!) * taps[i]!, 0) / all;
  return expectedCycles({
    threads,
    workgroups: strideCounts(g, tile).workgroups,
    turns: all / taps.length,
    instructions: taken * kw * channels * strides + LOAD * loads,
    loads,
    read: 4 * taken * (cols + kw * channels),
    rest: PLACE * loads + (STORE * channels * strides * g.stride[0] * g.stride[1]) / taps.length,
    registers: registers(g, tile),
    bytes,
    chunks,
    sums: g.batch * g.groups * g.groupIn * g.size[0] * g.size[1],
  });
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large for any. */
export const expectedStrideTile = (g: ConvGeometry, adapter: AdapterProfile): StrideTile | undefined =>
  remembered('strided segments', g, adapter, () => least(strideTiles(g, adapter), (tile) => strideCost(g, tile)), [
    ...g.size,
    ...g.padding,
  ]);
