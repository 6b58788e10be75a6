// Divides the gradient of a convolution by its weight among the workgroups of a GPU: the tiles of
// conv2d-weight-grad-segments.wgsl, and the one that is expected to be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { remembered } from './chosen-tiles';
import { chunkCounts, expectedCycles } from './core-cost';
import type { ConvGeometry } from './geometry';
import {
  columnsRead,
  columnsUnder,
  fitsDevice,
  lanesFor,
  lengthsFor,
  MOST_PRODUCTS,
  MOST_TAPS_OF_ROW,
} from './segment-tiles';
import { least } from './tile-costs';
import { ceilDiv, divisorUpTo, LONGEST_SUM } from './tiles';

/** The sums of a workgroup of conv2d-weight-grad-segments.wgsl, and how its pixels are divided. */
export type SegmentGradTile = {
  /**
   * How many lanes compute other channels of y, and how many compute other lines. A line is a row of the kernel's taps
   * in one channel of x.
   */
  readonly outLanes: number;
  readonly lineLanes: number;
  /** How many groups of such lanes a workgroup has. Each adds other segments, and their sums are added at the end. */
  readonly slices: number;
  /** How many channels and lines a lane computes. */
  readonly channels: number;
  readonly lines: number;
  /** How many pixels a segment has. A turn of the loop adds one segment. */
  readonly pixels: number;
  /** The parts into which the sum over all pixels is split. */
  readonly chunks: number;
};

/** At most this many sums of a lane, and loads in a turn. */
const MOST_SUMS = 72;
const MOST_LOADS = 24;

/** At the end, the slices add this many sums of each lane at a time. */
const PORTION = 8;

const oddFrom = (n: number): number => n + 1 - (n % 2);

export function segmentGradSizes(g: ConvGeometry, tile: SegmentGradTile) {
  const { outLanes, lineLanes, slices, channels, lines, pixels } = tile;
  const columns = columnsUnder(g, pixels);
  const lanes = outLanes * lineLanes;
  const threads = lanes * slices;
  const vec = Math.min(4, channels);
  const outs = outLanes * channels;
  const xLoads = ceilDiv(lineLanes * lines * columns.pitch, lanes);
  const dyLoads = ceilDiv(outs * pixels, lanes);
  // Odd distances put the slices, and the pixels of a slice, into different banks of workgroup memory.
  const outPitch = outs === vec ? 1 : outs / vec + 1;
  const [xSlice, dySlice] =
    slices === 1
      ? [xLoads * lanes, pixels * outPitch * vec]
      : [oddFrom(xLoads * lanes), vec * oddFrom(pixels * outPitch)];
  const portion = divisorUpTo(channels * lines * g.kernel[1], PORTION);
  const xTile = slices === 1 ? Math.max(xSlice, outs) : Math.max(slices * xSlice, portion * threads, outs * slices);
  const bytes = 4 * (xTile + slices * dySlice);
  return { ...columns, lanes, threads, vec, outs, xLoads, dyLoads, outPitch, xSlice, dySlice, portion, xTile, bytes };
}

/** The numbers of segments in a row, in the batch and in a chunk, and of blocks of channels and of lines. */
export function segmentGradCounts(
  g: ConvGeometry,
  { outLanes, lineLanes, channels, lines, pixels, chunks }: SegmentGradTile,
) {
  const xTiles = ceilDiv(g.outSize[1], pixels);
  const segments = g.batch * g.outSize[0] * xTiles;
  const oBlocks = ceilDiv(g.groupOut, outLanes * channels);
  const lBlocks = ceilDiv(g.groupIn * g.kernel[0], lineLanes * lines);
  const chunk = ceilDiv(segments, chunks);
  return { xTiles, segments, chunk, oBlocks, lBlocks, workgroups: oBlocks * lBlocks * g.groups * chunks };
}

/** How many slices fill a workgroup of about `threads` lanes; undefined if too many lanes would be left over. */
function slicesFor(threads: number, lanes: number): number | undefined {
  if (lanes > threads) return undefined;
  const slices = Math.floor(threads / lanes);
  return slices * lanes >= LEAST_THREADS * threads ? slices : undefined;
}

/** The tiles of workgroups that can compute the gradients. */
export function segmentGradTiles(g: ConvGeometry, adapter: AdapterProfile): readonly SegmentGradTile[] {
  const [kh, kw] = g.kernel;
  const tiles: SegmentGradTile[] = [];
  const [rows, width] = g.outSize;
  if (kw > MOST_TAPS_OF_ROW || g.batch * g.groupIn * rows * width === 0) return tiles;
  const fewest = ceilDiv(g.batch * rows * width, LONGEST_SUM);
  const all = g.groupIn * kh;
  for (const pixels of lengthsFor(width)) {
    for (const channels of [1, 2, 4, 8]) {
      if (channels >= 2 * g.groupOut || (channels < 4 && g.groupOut > channels)) continue;
      for (const lines of [1, 2, 3, 4, 5, 7, 8]) {
        const sums = channels * lines * kw;
        if (sums > MOST_SUMS || sums * pixels > MOST_PRODUCTS) continue;
        for (const outLanes of lanesFor(g.groupOut, channels)) {
          for (const threads of [64, 128, 256]) {
            for (const lineLanes of lineLanesFor(Math.floor(threads / outLanes), ceilDiv(all, lines))) {
              if (lines > 1 && lineLanes * lines >= 2 * all + SPARE_LINES) continue;
              const slices = slicesFor(threads, outLanes * lineLanes);
              if (!slices) continue;
              const tile = { outLanes, lineLanes, slices, channels, lines, pixels, chunks: 1 };
              if (!fits(g, tile, adapter)) continue;
              const { workgroups, segments } = segmentGradCounts(g, tile);
              const parts = new Set<number>();
              for (const wanted of chunkCounts(workgroups, ceilDiv(segments, slices), MOST_CHUNKS)) {
                parts.add(ceilDiv(segments, ceilDiv(segments, Math.max(wanted, Math.min(segments, fewest)))));
              }
              for (const chunks of parts) tiles.push({ ...tile, chunks });
            }
          }
        }
      }
    }
  }
  return tiles;
}

/** The sum is split into at most this many parts. sum-chunks-lanes.wgsl adds many parts about as fast as few. */
const MOST_CHUNKS = 320;

/** A workgroup must use at least this share of `threads`, which are lanes of whole waves. */
const LEAST_THREADS = 0.75;

/** How many lanes may compute other lines: all that there are or, if there are fewer lines, as many as lines. */
const lineLanesFor = (all: number, wanted: number): readonly number[] =>
  wanted >= all ? [all] : [...new Set([all, wanted, ceilDiv(wanted, 2)])];

/** A tile of several lines may have this many lines beyond twice those of the kernel. */
const SPARE_LINES = 8;

/** How many registers a lane needs for its sums and for the elements that it loads. */
function registers(g: ConvGeometry, tile: SegmentGradTile): number {
  const { channels, lines, pixels } = tile;
  const { apart, xLoads, dyLoads } = segmentGradSizes(g, tile);
  return (
    channels * lines * g.kernel[1] + lines * columnsRead(g, apart ? 1 : pixels) + channels + 4 * xLoads + 5 * dyLoads
  );
}

function fits(g: ConvGeometry, tile: SegmentGradTile, adapter: AdapterProfile): boolean {
  const { bytes, xLoads, dyLoads } = segmentGradSizes(g, tile);
  return xLoads + dyLoads <= MOST_LOADS && fitsDevice(bytes, registers(g, tile), adapter);
}

/** Instructions for loading an element of x or dy in a turn, for preparing a load, and for storing a sum. */
const LOAD_X = 12;
const LOAD_DY = 8;
const PLACE = 40;
const STORE = 4;
/** Instructions for adding a sum over the slices. */
const ADD = 6;

/** The expected cycles of a tile. */
export function segmentGradCost(g: ConvGeometry, tile: SegmentGradTile): number {
  const [kh, kw] = g.kernel;
  const { slices, channels, lines, pixels, chunks } = tile;
  const { threads, lanes, xLoads, dyLoads, bytes } = segmentGradSizes(g, tile);
  const { workgroups, chunk } = segmentGradCounts(g, tile);
  const sums = channels * lines * kw;
  // The slices read different segments, so their loads touch more lines of the cache.
  const spread = slices === 1 ? 1 : Math.max(1, (pixels * g.stride[1]) / (2 * lanes));
  return expectedCycles({
    threads,
    workgroups,
    turns: ceilDiv(chunk, slices),
    instructions: pixels * sums + LOAD_X * xLoads + LOAD_DY * dyLoads,
    loads: xLoads + dyLoads,
    spread,
    read: 4 * (lines * columnsRead(g, pixels) + pixels * channels),
    rest: PLACE * (xLoads + dyLoads) + (slices === 1 ? STORE : ADD) * sums,
    registers: registers(g, tile),
    bytes,
    chunks,
    sums: g.groups * g.groupOut * (g.groupIn * kh * kw + 1),
  });
}

/** At least this share of a workgroup's sums must belong to the gradient. */
const LEAST_USE = 0.5;

function use(g: ConvGeometry, { outLanes, lineLanes, channels, lines }: SegmentGradTile): number {
  const all = g.groupIn * g.kernel[0];
  const [outs, own] = [outLanes * channels, lineLanes * lines];
  return (g.groupOut * all) / (ceilDiv(g.groupOut, outs) * outs * ceilDiv(all, own) * own);
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large or too small for all. */
export const expectedSegmentGradTile = (g: ConvGeometry, adapter: AdapterProfile): SegmentGradTile | undefined =>
  remembered('weight gradient by segments', g, adapter, () => {
    const useful = segmentGradTiles(g, adapter).filter((tile) => use(g, tile) >= LEAST_USE);
    return least(useful, (tile) => segmentGradCost(g, tile));
  });
