// Divides a convolution among the workgroups of a GPU: the tiles of conv2d-segments.wgsl, and the one that is expected to
// be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { mostLaneRegisters } from '../lane-registers';
import { type CorrelationShape, remembered } from './chosen-tiles';
import { chunkCounts, expectedCycles, registersOf } from './core-cost';
import { least } from './tile-costs';
import { ceilDiv } from './tiles';

/** The outputs of a workgroup of conv2d-segments.wgsl, and how its sum is divided. */
export type SegmentTile = {
  /** How many lanes of a workgroup compute other channels, and how many compute other segments. */
  readonly outLanes: number;
  readonly segmentLanes: number;
  /** How many channels a lane computes, a multiple of 4 or fewer, and how many outputs a segment has. */
  readonly channels: number;
  readonly cols: number;
  /** The channels of x that a turn of the loop adds. */
  readonly depth: number;
  /** How many rows of the kernel a turn adds: all or, if `depth` is 1, a divisor of their number. */
  readonly rows: number;
  /** The parts into which the sum over the channels of x is split. */
  readonly chunks: number;
};

/** The columns of x that a segment reads. */
interface Columns {
  readonly cols: number;
  /** Whether no two outputs read the same columns. */
  readonly apart: boolean;
  /** How many of these columns lie between neighbouring outputs, and how many between neighbouring taps. */
  readonly colX: number;
  readonly colQ: number;
  /** The distance of rows in workgroup memory: the number of columns, made odd to avoid conflicts of banks. */
  readonly pitch: number;
  /** How many columns follow one another before some are skipped, and the step in x between them. */
  readonly colRun: number;
  readonly colStep: number;
}

/** Sizes of a tile that follow from the convolution. */
interface SegmentSizes extends Columns {
  readonly threads: number;
  /** The channels of a workgroup, and of those of a lane the ones that lie side by side. */
  readonly outs: number;
  readonly vec: number;
  /** The distance of the weights of taps in workgroup memory. */
  readonly wPitch: number;
  readonly xLoads: number;
  readonly wLoads: number;
  /** Bytes of workgroup memory. */
  readonly bytes: number;
}

/** The numbers of segments in a row and in the whole batch. */
export function segmentCounts({ batch, outSize: [rows, cols] }: CorrelationShape, tile: SegmentTile) {
  const xTiles = ceilDiv(cols, tile.cols);
  return { xTiles, segments: batch * rows * xTiles };
}

/** How many turns share the rows of the kernel. */
export const partsOf = ({ kernel: [kh] }: CorrelationShape, { rows }: SegmentTile): number => kh / rows;

/** How many input channels a chunk has, or parts of channels if turns share the kernel's rows: whole turns. */
export const chunkOf = (c: CorrelationShape, tile: SegmentTile): number =>
  ceilDiv(ceilDiv(c.groupIn * partsOf(c, tile), tile.chunks), tile.depth) * tile.depth;

type Steps = Pick<CorrelationShape, 'kernel' | 'stride' | 'dilation'>;

/** The columns of x that `outputs` outputs side by side read. */
export function columnsUnder({ kernel: [, kw], stride: [, sw], dilation: [, dw] }: Steps, outputs: number): Columns {
  // If no two outputs read the same columns, those between their taps are left out.
  const apart = sw > (kw - 1) * dw;
  const [colX, colQ] = apart ? [kw, 1] : [sw, dw];
  const cols = (outputs - 1) * colX + (kw - 1) * colQ + 1;
  const pitch = cols + 1 - (cols % 2);
  return { cols, apart, colX, colQ, pitch, colRun: apart ? kw : pitch, colStep: apart ? dw : 1 };
}

export function segmentSizes(c: CorrelationShape, tile: SegmentTile): SegmentSizes {
  const [, kw] = c.kernel;
  const { outLanes, segmentLanes, channels, depth, rows } = tile;
  const columns = columnsUnder(c, tile.cols);
  const { pitch } = columns;
  const threads = outLanes * segmentLanes;
  const outs = outLanes * channels;
  const xLoads = ceilDiv(depth * segmentLanes * rows * pitch, threads);
  const wLoads = ceilDiv(depth * rows * kw * outs, threads);
  const vec = Math.min(4, channels);
  const wPitch = vec < 4 ? outs : outs + vec;
  const bytes = 4 * (xLoads * threads + depth * rows * kw * wPitch);
  return { ...columns, threads, outs, vec, wPitch, xLoads, wLoads, bytes };
}

/** The workgroup memory that every device has. */
export const WORKGROUP_BYTES = 16384;

/** At most this many sums of a lane, products in the unrolled code, taps in a row, and loads in a turn. */
export const MOST_SUMS = 64;
export const MOST_PRODUCTS = 1100;
export const MOST_TAPS_OF_ROW = 32;
const MOST_LOADS = 40;
/** A turn adds at most about this many taps, all its channels together. */
const MOST_TAPS = 36;

/** The most outputs of a segment. */
export const LONGEST_SEGMENT = 16;
const SHORTEST_SEGMENT = 4;

/** How many lengths are worth trying. */
const FEW_LENGTHS = 4;

/** The lengths of segments that divide a row most evenly, and among those the longest. */
export function lengthsFor(cols: number): readonly number[] {
  const lengths = new Set<number>();
  for (let n = ceilDiv(cols, LONGEST_SEGMENT); n <= Math.max(1, ceilDiv(cols, SHORTEST_SEGMENT)); n++) {
    lengths.add(ceilDiv(cols, n));
  }
  const covered = (length: number) => ceilDiv(cols, length) * length;
  return [...lengths].sort((a, b) => covered(a) - covered(b) || b - a).slice(0, FEW_LENGTHS);
}

/** A workgroup computes at least this many channels, if there are as many: it has enough segments for its lanes. */
const USUAL_OUTS = 32;

/** The most lanes of a workgroup that compute other channels. */
const MOST_OUT_LANES = 16;

/**
 * How many lanes may compute other channels, for groups of `groupOut` channels and lanes of `channels`: powers of two,
 * and other numbers if they leave fewer channels idle.
 */
export function lanesFor(groupOut: number, channels: number): readonly number[] {
  const suits = (lanes: number): boolean => {
    const outs = lanes * channels;
    return (lanes === 1 || outs < 2 * groupOut) && outs >= Math.min(groupOut, USUAL_OUTS);
  };
  const covered = (lanes: number): number => ceilDiv(groupOut, lanes * channels) * lanes * channels;
  const all = Array.from({ length: MOST_OUT_LANES }, (_, i) => i + 1).filter(suits);
  const powers = all.filter((lanes) => (lanes & (lanes - 1)) === 0);
  const fewest = Math.min(...powers.map(covered));
  const others = all.filter((lanes) => covered(lanes) < fewest);
  const least = Math.min(...others.map(covered));
  return [...powers, ...others.filter((lanes) => covered(lanes) === least)];
}

/** With so few channels of y, and with two or three times 3, lanes of four leave at least a quarter of their sums idle. */
const FEW_CHANNELS = 3;
/** A GPU adds about so many products in the time in which memory gives an element. */
const PRODUCTS_OF_ELEMENT = 90;

/** Whether y has few channels, and lanes of four would take longer for them than memory takes for x. */
const hasFewChannels = ({ groupOut, kernel, stride }: CorrelationShape): boolean =>
  groupOut <= FEW_CHANNELS && 4 * kernel[0] * kernel[1] > PRODUCTS_OF_ELEMENT * stride[0] * stride[1];

/** How many channels a lane may compute. */
function channelsFor(c: CorrelationShape): readonly number[] {
  if (hasFewChannels(c)) return [c.groupOut];
  return c.groupOut === 2 * FEW_CHANNELS || c.groupOut === 3 * FEW_CHANNELS ? [FEW_CHANNELS, 4, 8] : [4, 8];
}

/** If each of several groups has fewer channels than this, most of a lane's sums are for channels that do not exist. */
export const FEWEST_OF_GROUP = 3;

/** What a turn may add: several channels with all rows of the kernel or, if the kernel is large, some of its rows. */
function turnsFor(c: CorrelationShape): readonly Pick<SegmentTile, 'depth' | 'rows'>[] {
  const { kernel, groupIn } = c;
  const [kh, kw] = kernel;
  const depths = [...new Set([1, 2, 4, 8, 16, groupIn])].filter(
    (depth) => depth === 1 || (depth * kh * kw <= MOST_TAPS && depth < 2 * groupIn),
  );
  const rows = Array.from({ length: kh - 1 }, (_, i) => i + 1);
  const parts = kh * kw > MOST_TAPS || hasFewChannels(c) ? rows.filter((count) => kh % count === 0) : [];
  return [...depths.map((depth) => ({ depth, rows: kh })), ...parts.map((count) => ({ depth: 1, rows: count }))];
}

/** The tiles that can compute a convolution, each with 1 chunk and with more. */
export function segmentTiles(c: CorrelationShape, adapter: AdapterProfile): readonly SegmentTile[] {
  const [, kw] = c.kernel;
  const turns = turnsFor(c);
  const general = generalSegmentTile(c, { chunks: 1 });
  const tiles: SegmentTile[] = [];
  if (kw > MOST_TAPS_OF_ROW || c.batch * c.groupIn * c.outSize[0] * c.outSize[1] === 0) return tiles;
  if (c.groups > 1 && c.groupOut < FEWEST_OF_GROUP) return tiles;
  for (const cols of lengthsFor(c.outSize[1])) {
    for (const channels of channelsFor(c)) {
      if (channels * cols > MOST_SUMS || (channels > 4 && channels >= 2 * c.groupOut)) continue;
      if (kw * channels * cols > MOST_PRODUCTS) continue;
      for (const outLanes of lanesFor(c.groupOut, channels)) {
        for (const threads of [64, 128, 256]) {
          for (const turn of turns) {
            const tile = { outLanes, segmentLanes: Math.floor(threads / outLanes), channels, cols, ...turn, chunks: 1 };
            if (!fits(c, tile, adapter)) continue;
            // A sum that is split is split as in the kernel for all sizes.
            const steps = turn.rows === general?.rows ? c.groupIn * partsOf(c, tile) : 1;
            tiles.push(...inChunks(tile, steps, workgroupsOf(c, tile), (chunks) => chunkOf(c, chunks)));
          }
        }
      }
    }
  }
  return tiles;
}

/** A tile with 1 chunk, and with each number of chunks worth a trial; `chunkOf` gives the channels of a chunk. */
export function inChunks<Tile>(
  tile: Tile,
  channels: number,
  workgroups: number,
  chunkOf: (tile: Tile & { readonly chunks: number }) => number,
): readonly (Tile & { readonly chunks: number })[] {
  const wanted = chunkCounts(workgroups, channels);
  const counts = wanted.map((chunks) => ceilDiv(channels, chunkOf({ ...tile, chunks })));
  return [...new Set(counts)].map((chunks) => ({ ...tile, chunks }));
}

/** Whether a tile of so many bytes and registers fits a workgroup's memory and a lane's registers. */
export const fitsDevice = (bytes: number, registers: number, adapter: AdapterProfile): boolean =>
  bytes <= WORKGROUP_BYTES && registersOf(registers) <= mostLaneRegisters(adapter);

/**
 * The tile that can replace any other for images of any number and size; undefined if it is too large for this kernel.
 * Its turns follow from the kernel and the channels alone, so that all sizes share it. Turns do not change the order of
 * the sum, but where a sum is split between rows of the kernel, it stays split there.
 */
export function generalSegmentTile(c: CorrelationShape, { chunks }: { readonly chunks: number }) {
  // With few channels of y, tiles whose sums are split add a row of the kernel in a turn.
  const turns = turnsFor(c).filter(({ rows }) => !hasFewChannels(c) || rows === 1);
  const tiles = turns.map((turn): SegmentTile => {
    return { outLanes: 8, segmentLanes: 16, channels: 4, cols: 7, ...turn, chunks };
  });
  const fitting = tiles.filter((tile) => segmentSizes(c, tile).bytes <= WORKGROUP_BYTES);
  return least(fitting, (tile) => turnsCost(c.groupIn * partsOf(c, tile), tile.depth, tile.rows * c.kernel[1]));
}

/** A turn's barriers and its wait take about as long as so many taps. */
const TAPS_OF_WAIT = 8;

/** In taps, how long the turns of a sum of `steps` steps take if each adds up to `depth` of them. */
export const turnsCost = (steps: number, depth: number, taps: number): number =>
  ceilDiv(steps, depth) * (depth * taps + TAPS_OF_WAIT);

export function workgroupsOf(c: CorrelationShape, tile: SegmentTile): number {
  const blocks = ceilDiv(segmentCounts(c, tile).segments, tile.segmentLanes);
  return blocks * ceilDiv(c.groupOut, tile.outLanes * tile.channels) * c.groups * tile.chunks;
}

/** The registers of a lane's sums and of what it loads. */
function registers(c: CorrelationShape, tile: SegmentTile): number {
  const { cols, apart, xLoads, wLoads } = segmentSizes(c, tile);
  return tile.channels * tile.cols + (apart ? tile.cols : cols) + tile.channels + 2 * xLoads + 3 * wLoads;
}

function fits(c: CorrelationShape, tile: SegmentTile, adapter: AdapterProfile): boolean {
  const { bytes, xLoads, wLoads } = segmentSizes(c, tile);
  return xLoads + wLoads <= MOST_LOADS && fitsDevice(bytes, registers(c, tile), adapter);
}

/** Instructions of a load in a turn and before the loop, and of storing a sum. */
const LOAD = 5;
const PLACE = 50;
const STORE = 6;

/** The expected cycles of a tile. */
export function segmentCost(c: CorrelationShape, tile: SegmentTile): number {
  const [, kw] = c.kernel;
  const { channels, depth, rows, chunks } = tile;
  const { threads, xLoads, wLoads, bytes } = segmentSizes(c, tile);
  const ownSums = channels * tile.cols;
  const loads = xLoads + wLoads;
  const sums = c.batch * c.groups * c.groupOut * c.outSize[0] * c.outSize[1];
  return expectedCycles({
    threads,
    workgroups: workgroupsOf(c, tile),
    turns: chunkOf(c, tile) / depth,
    instructions: depth * rows * kw * ownSums + LOAD * loads,
    loads,
    read: 4 * depth * rows * (touched(c, tile.cols) + kw * channels),
    rest: PLACE * loads + STORE * ownSums,
    registers: registers(c, tile),
    bytes,
    chunks,
    sums,
    moved: movedBytes(c, sums),
  });
}

/** The bytes of y, of the weights, and of the elements of x that are read. */
function movedBytes({ batch, groups, groupIn, groupOut, outSize, kernel, stride }: CorrelationShape, y: number) {
  const [rows, cols] = [0, 1].map((d) => outSize[d]! * Math.min(stride[d]!, kernel[d]!)) as [number, number];
  return 4 * (y + groups * groupIn * (groupOut * kernel[0] * kernel[1] + batch * rows * cols));
}

/** The columns of x that a lane reads for a row of taps and `outputs` outputs. */
export function touched({ kernel: [, kw], stride: [, sw], dilation: [, dw] }: Steps, outputs: number): number {
  if (dw === 1) return kw >= sw ? (outputs - 1) * sw + kw : outputs * kw;
  const places = new Set<number>();
  for (let t = 0; t < outputs; t++) for (let q = 0; q < kw; q++) places.add(t * sw + q * dw);
  return places.size;
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large for any. */
export const expectedSegmentTile = (c: CorrelationShape, adapter: AdapterProfile): SegmentTile | undefined =>
  remembered('segments', c, adapter, () => least(segmentTiles(c, adapter), (tile) => segmentCost(c, tile)));
