// Divides a convolution among the workgroups of a GPU: the tiles of conv2d-segments.wgsl, and the one that is expected to
// be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { type CorrelationShape, remembered } from './chosen-tiles';
import { least } from './tile-costs';
import { ceilDiv } from './tiles';

/** The outputs of a workgroup of conv2d-segments.wgsl, and how its sum is divided. */
export type SegmentTile = {
  /** The lanes with other channels, and those with other segments. */
  readonly outLanes: number;
  readonly segmentLanes: number;
  /** The channels of a lane, in fours, and the outputs of a segment. */
  readonly channels: number;
  readonly cols: number;
  /** The channels of x that a turn of the loop adds. */
  readonly depth: number;
  /** The parts into which the sum over the channels of x is split. */
  readonly chunks: number;
};

export const isSegmentTile = (tile: object): tile is SegmentTile => 'segmentLanes' in tile;

/** Sizes of a tile that follow from the convolution. */
export interface SegmentSizes {
  /** The columns of x that a segment reads, and the step among them from output to output and from tap to tap. */
  readonly cols: number;
  readonly colX: number;
  readonly colQ: number;
  readonly pitch: number;
  readonly threads: number;
  /** The channels of a workgroup. */
  readonly outs: number;
  readonly xLoads: number;
  readonly wLoads: number;
  /** Bytes of workgroup memory. */
  readonly bytes: number;
}

/** Segments of a row, and over the batch. */
export function segmentCounts({ batch, outSize: [rows, cols] }: CorrelationShape, tile: SegmentTile) {
  const xTiles = ceilDiv(cols, tile.cols);
  return { xTiles, segments: batch * rows * xTiles };
}

/** The input channels of a chunk: whole turns. */
export const chunkOf = ({ groupIn }: CorrelationShape, { depth, chunks }: SegmentTile): number =>
  ceilDiv(ceilDiv(groupIn, chunks), depth) * depth;

export function segmentSizes({ kernel, stride, dilation }: CorrelationShape, tile: SegmentTile): SegmentSizes {
  const [kh, kw] = kernel;
  const { outLanes, segmentLanes, channels, depth } = tile;
  // If no two outputs read the same columns, those between their taps are left out.
  const apart = stride[1] > (kw - 1) * dilation[1];
  const [colX, colQ] = apart ? [kw, 1] : [stride[1], dilation[1]];
  const cols = (tile.cols - 1) * colX + (kw - 1) * colQ + 1;
  const pitch = cols + 1 - (cols % 2);
  const threads = outLanes * segmentLanes;
  const outs = outLanes * channels;
  const xLoads = ceilDiv(depth * segmentLanes * kh * pitch, threads);
  const wLoads = ceilDiv(depth * kh * kw * outs, threads);
  const bytes = 4 * xLoads * threads + 16 * depth * kh * kw * (outs / 4 + 1);
  return { cols, colX, colQ, pitch, threads, outs, xLoads, wLoads, bytes };
}

/** The workgroup memory that every device has. */
const WORKGROUP_BYTES = 16384;

/** The most sums of a lane, the most products written out, the most taps of a row, and the loads of a turn. */
const MOST_SUMS = 64;
export const MOST_PRODUCTS = 1100;
const MOST_TAPS_OF_ROW = 11;
const MOST_LOADS = 40;
/** About how many taps a turn adds at most, over all its channels. */
const MOST_TAPS = 36;

const LONGEST_SEGMENT = 16;
const SHORTEST_SEGMENT = 4;

/** The lengths of segments that divide a row most evenly. */
function lengthsFor(cols: number): readonly number[] {
  const lengths = new Set<number>();
  for (let n = ceilDiv(cols, LONGEST_SEGMENT); n <= Math.max(1, ceilDiv(cols, SHORTEST_SEGMENT)); n++) {
    lengths.add(ceilDiv(cols, n));
  }
  return [...lengths];
}

const chunkCounts: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** With this many workgroups, a GPU has no use for more, so the sum is not split any further. */
const ENOUGH_WORKGROUPS = 1280;

/** With fewer channels in each of several groups, most of a lane's sums would be idle. */
const FEWEST_OF_GROUP = 3;

/** The tiles that can compute a convolution, each with 1 chunk and with more. */
export function segmentTiles(c: CorrelationShape): readonly SegmentTile[] {
  const [kh, kw] = c.kernel;
  const tiles: SegmentTile[] = [];
  if (kw > MOST_TAPS_OF_ROW || c.batch * c.groupIn * c.outSize[0] * c.outSize[1] === 0) return tiles;
  if (c.groups > 1 && c.groupOut < FEWEST_OF_GROUP) return tiles;
  for (const cols of lengthsFor(c.outSize[1])) {
    for (const channels of [4, 8]) {
      if (channels * cols > MOST_SUMS || (channels > 4 && channels >= 2 * c.groupOut)) continue;
      if (kw * channels * cols > MOST_PRODUCTS) continue;
      for (const outLanes of [1, 2, 4, 8, 16]) {
        if (outLanes > 1 && outLanes * channels >= 2 * c.groupOut) continue;
        for (const threads of [64, 128, 256]) {
          for (const depth of [1, 2, 4, 8, 16]) {
            if (depth > 1 && (depth * kh * kw > MOST_TAPS || depth >= 2 * c.groupIn)) continue;
            const tile = { outLanes, segmentLanes: threads / outLanes, channels, cols, depth, chunks: 1 };
            const { bytes, xLoads, wLoads } = segmentSizes(c, tile);
            if (bytes > WORKGROUP_BYTES || xLoads + wLoads > MOST_LOADS) continue;
            const workgroups = workgroupsOf(c, tile);
            for (const wanted of chunkCounts) {
              const chunks = ceilDiv(c.groupIn, chunkOf(c, { ...tile, chunks: wanted }));
              if (chunks !== wanted || (chunks > 1 && workgroups * chunks > ENOUGH_WORKGROUPS)) continue;
              tiles.push({ ...tile, chunks });
            }
          }
        }
      }
    }
  }
  return tiles;
}

/**
 * The tile that can replace any other for images of any number and size; undefined if it is too large for this kernel.
 * It divides the sum in the same way, so its results are the same bits.
 */
export function generalSegmentTile(c: CorrelationShape, { depth, chunks }: SegmentTile): SegmentTile | undefined {
  const tile = { outLanes: 8, segmentLanes: 16, channels: 4, cols: 7, depth, chunks };
  return segmentSizes(c, tile).bytes <= WORKGROUP_BYTES ? tile : undefined;
}

export function workgroupsOf(c: CorrelationShape, tile: SegmentTile): number {
  const blocks = ceilDiv(segmentCounts(c, tile).segments, tile.segmentLanes);
  return blocks * ceilDiv(c.groupOut, tile.outLanes * tile.channels) * c.groups * tile.chunks;
}

// A GPU of about the year 2020, in cycles: its cores have two units of 32 lanes, which compute a wave of 64 in two cycles.
// From AMD's description of RDNA 2, and from the assembly that its compiler makes of the kernel.
const WAVE = 64;
/** The numbers of cores for which a tile should be good: a large GPU and one of half its size. */
const CORES = [80, 40];
/** Bytes of workgroup memory that a core reads in a cycle. It does not reach the 128 that it could. */
const SHARED_BYTES = 102;
/** Bytes that a core loads from its first cache in a cycle. */
const CACHED_BYTES = 64;
/** The cycles until a load has arrived, and those of a barrier. */
const LATENCY = 600;
const BARRIER = 60;
/** The registers of a unit's lane, those that a kernel needs besides its sums, and waves that a unit holds at most. */
const REGISTERS = 512;
const REGISTERS_BESIDE = 24;
const MOST_WAVES = 16;
/** The workgroup memory of a core. */
const CORE_BYTES = 65536;
/** Instructions besides the products: of a load in a turn and before the loop, of a turn, of storing a sum, of the rest. */
const LOAD = 5;
const PLACE = 50;
const TURN = 20;
const STORE = 6;
const REST = 200;
/** The cycles of a further dispatch, and the bytes that memory moves in a cycle. */
const DISPATCH = 6750;
const MEMORY_BYTES = 228;

/** The expected cycles of a tile. */
export function segmentCost(c: CorrelationShape, tile: SegmentTile): number {
  const [kh, kw] = c.kernel;
  const { channels, depth, chunks } = tile;
  const sizes = segmentSizes(c, tile);
  const waves = sizes.threads / WAVE;
  const sums = channels * tile.cols;
  const loads = sizes.xLoads + sizes.wLoads;
  const read = depth * kh * (4 * touched(c, tile) + 4 * kw * channels);
  const turn = depth * kh * kw * sums + LOAD * loads + TURN;
  const shared = ((read + 4 * loads) * WAVE) / SHARED_BYTES;
  const cached = (4 * loads * WAVE) / CACHED_BYTES;
  const longest = Math.max(turn, shared, cached);
  const turns = chunkOf(c, tile) / depth;
  const rest = PLACE * loads + STORE * sums + REST;
  const registers = sums + sizes.cols + channels + 2 * sizes.xLoads + 3 * sizes.wLoads + REGISTERS_BESIDE;
  const possible = Math.min(MOST_WAVES, Math.floor(REGISTERS / (8 * ceilDiv(registers, 8))));
  const held = Math.max(1, Math.min(Math.floor((possible * 2) / waves) || 1, Math.floor(CORE_BYTES / sizes.bytes)));
  const workgroups = workgroupsOf(c, tile);
  const outputs = c.batch * c.groups * c.groupOut * c.outSize[0] * c.outSize[1];
  const second = chunks > 1 ? DISPATCH + ((chunks + 1) * outputs * 4) / MEMORY_BYTES : 0;
  let cycles = 0;
  for (const cores of CORES) {
    // A workgroup of a single wave takes one of the two units.
    const units = waves === 1 ? 2 * cores : cores;
    const rounds = ceilDiv(workgroups, units);
    const own = waves === 1 ? 2 : waves;
    // Workgroups of a core take turns: each waits for loads that its own products and those of the others do not cover.
    const alone = Math.max(own * longest, LATENCY) + BARRIER;
    const beside = Math.min(held, rounds);
    const stretched = Math.max(own * longest, alone / beside);
    const first = LATENCY / beside;
    cycles += ((rounds * (turns * stretched + own * rest + first) + second) * cores) / CORES[0]!;
  }
  return cycles / CORES.length;
}

/** The columns of x that a lane reads for a row of taps. */
function touched(
  { kernel: [, kw], stride: [, sw], dilation: [, dw] }: CorrelationShape,
  { cols }: SegmentTile,
): number {
  const places = new Set<number>();
  for (let t = 0; t < cols; t++) for (let q = 0; q < kw; q++) places.add(t * sw + q * dw);
  return places.size;
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large for any. */
export const expectedSegmentTile = (c: CorrelationShape, adapter: AdapterProfile): SegmentTile | undefined =>
  remembered('segments', c, adapter, () => least(segmentTiles(c), (tile) => segmentCost(c, tile)));
