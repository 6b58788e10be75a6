// Divides the gradient of a convolution by its weight among the workgroups of a GPU: the tiles of
// conv2d-weight-grad-segments.wgsl, and the one that is expected to be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { remembered } from './chosen-tiles';
import { chunkCounts, expectedCycles, MOST_LANE_REGISTERS, registersOf } from './core-cost';
import type { ConvGeometry } from './geometry';
import {
  columnsUnder,
  lanesFor,
  lengthsFor,
  MOST_PRODUCTS,
  MOST_TAPS_OF_ROW,
  touched,
  WORKGROUP_BYTES,
} from './segment-tiles';
import { least } from './tile-costs';
import { ceilDiv, LONGEST_SUM } from './tiles';

/** The sums of a workgroup of conv2d-weight-grad-segments.wgsl, and how its pixels are divided. */
export type SegmentGradTile = {
  /** The lanes with other channels of y, and those with other lines: rows of the kernel of channels of x. */
  readonly outLanes: number;
  readonly lineLanes: number;
  /** The channels of a lane, in fours, and its lines. */
  readonly channels: number;
  readonly lines: number;
  /** The pixels of a segment, which are added in a turn of the loop. */
  readonly pixels: number;
  /** The parts into which the sum over all pixels is split. */
  readonly chunks: number;
};

/** The most sums of a lane, and the loads of a turn. */
const MOST_SUMS = 72;
const MOST_LOADS = 24;

export function segmentGradSizes(g: ConvGeometry, { outLanes, lineLanes, channels, lines, pixels }: SegmentGradTile) {
  const columns = columnsUnder(g, pixels);
  const threads = outLanes * lineLanes;
  const outs = outLanes * channels;
  const xLoads = ceilDiv(lineLanes * lines * columns.pitch, threads);
  const dyLoads = ceilDiv(outs * pixels, threads);
  const bytes = 4 * xLoads * threads + 16 * pixels * (outs / 4 + 1);
  return { ...columns, threads, outs, xLoads, dyLoads, bytes };
}

/** Segments of a row, over the batch, and of a chunk; blocks of channels and of lines. */
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

/** The tiles of workgroups that can compute the gradients. */
export function segmentGradTiles(g: ConvGeometry): readonly SegmentGradTile[] {
  const [kh, kw] = g.kernel;
  const tiles: SegmentGradTile[] = [];
  const [rows, width] = g.outSize;
  if (kw > MOST_TAPS_OF_ROW || g.batch * g.groupIn * rows * width === 0) return tiles;
  const fewest = ceilDiv(g.batch * rows * width, LONGEST_SUM);
  const all = g.groupIn * kh;
  for (const pixels of lengthsFor(width)) {
    for (const channels of [4, 8]) {
      if (channels > 4 && channels >= 2 * g.groupOut) continue;
      for (const lines of [1, 2, 3, 4, 8]) {
        const sums = channels * lines * kw;
        if (sums > MOST_SUMS || sums * pixels > MOST_PRODUCTS) continue;
        for (const outLanes of lanesFor(g.groupOut, channels)) {
          for (const threads of [64, 128, 256]) {
            const lineLanes = threads / outLanes;
            if (lines > 1 && lineLanes * lines >= 2 * all + SPARE_LINES) continue;
            const tile = { outLanes, lineLanes, channels, lines, pixels, chunks: 1 };
            if (!fits(g, tile)) continue;
            const { workgroups, segments } = segmentGradCounts(g, tile);
            const parts = new Set<number>();
            for (const wanted of chunkCounts(workgroups, segments)) {
              parts.add(ceilDiv(segments, ceilDiv(segments, Math.max(wanted, Math.min(segments, fewest)))));
            }
            for (const chunks of parts) tiles.push({ ...tile, chunks });
          }
        }
      }
    }
  }
  return tiles;
}

/** The lines beyond twice those of the kernel that a tile of several lines may have. */
const SPARE_LINES = 8;

/** The registers of a lane's sums and of what it loads. */
function registers(g: ConvGeometry, tile: SegmentGradTile): number {
  const { channels, lines, pixels } = tile;
  const { xLoads, dyLoads } = segmentGradSizes(g, tile);
  return channels * lines * g.kernel[1] + lines * touched(g, pixels) + channels + 4 * xLoads + 5 * dyLoads;
}

function fits(g: ConvGeometry, tile: SegmentGradTile): boolean {
  const { bytes, xLoads, dyLoads } = segmentGradSizes(g, tile);
  const small = bytes <= WORKGROUP_BYTES && xLoads + dyLoads <= MOST_LOADS;
  return small && registersOf(registers(g, tile)) <= MOST_LANE_REGISTERS;
}

/** Instructions of loading an element of x and of dy in a turn, of both before the loop, and of storing a sum. */
const LOAD_X = 12;
const LOAD_DY = 8;
const PLACE = 40;
const STORE = 4;

/** The expected cycles of a tile. */
export function segmentGradCost(g: ConvGeometry, tile: SegmentGradTile): number {
  const [kh, kw] = g.kernel;
  const { channels, lines, pixels, chunks } = tile;
  const { threads, xLoads, dyLoads, bytes } = segmentGradSizes(g, tile);
  const { workgroups, chunk } = segmentGradCounts(g, tile);
  const sums = channels * lines * kw;
  return expectedCycles({
    threads,
    workgroups,
    turns: chunk,
    instructions: pixels * sums + LOAD_X * xLoads + LOAD_DY * dyLoads,
    loads: xLoads + dyLoads,
    read: 4 * (lines * touched(g, pixels) + pixels * channels),
    rest: PLACE * (xLoads + dyLoads) + STORE * sums,
    registers: registers(g, tile),
    bytes,
    chunks,
    sums: g.groups * g.groupOut * (g.groupIn * kh * kw + 1),
  });
}

/** The least share of a workgroup's sums that must be useful. */
const LEAST_USE = 0.5;

function use(g: ConvGeometry, { outLanes, lineLanes, channels, lines }: SegmentGradTile): number {
  const all = g.groupIn * g.kernel[0];
  const [outs, own] = [outLanes * channels, lineLanes * lines];
  return (g.groupOut * all) / (ceilDiv(g.groupOut, outs) * outs * ceilDiv(all, own) * own);
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large or too small for all. */
export const expectedSegmentGradTile = (g: ConvGeometry, adapter: AdapterProfile): SegmentGradTile | undefined =>
  remembered('weight gradient by segments', g, adapter, () => {
    const useful = segmentGradTiles(g).filter((tile) => use(g, tile) >= LEAST_USE);
    return least(useful, (tile) => segmentGradCost(g, tile));
  });
