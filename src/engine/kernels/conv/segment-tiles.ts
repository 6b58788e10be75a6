// Divides a convolution among the workgroups of a GPU: the tiles of conv2d-segments.wgsl, and the one that is expected to
// be the fastest.
import type { AdapterProfile } from '../../gpu/device';
import { mostLaneRegisters } from '../lane-registers';
import { type CorrelationShape, remembered } from './chosen-tiles';
import { chunkCounts, expectedCycles, registersOf } from './core-cost';
import { least } from './tile-costs';
import { ceilDiv, touched } from './tiles';

/** The outputs of a workgroup of conv2d-segments.wgsl, and how its sum is divided. */
export type SegmentTile = {
  /** How many lanes of a workgroup compute other channels, and how many compute other segments. */
  readonly outLanes: number;
  readonly segmentLanes: number;
  /** How many lanes have the same outputs and add other channels of x, a power of two that divides `depth`. */
  readonly slices: number;
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
  /** Numbers in workgroup memory for weights and, later, for the sums of slices: so many of a lane at a time. */
  readonly wTile: number;
  readonly portion: number;
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
  const { outLanes, segmentLanes, slices, channels, depth, rows } = tile;
  const columns = columnsUnder(c, tile.cols);
  const { pitch } = columns;
  const threads = outLanes * segmentLanes * slices;
  const outs = outLanes * channels;
  const xLoads = ceilDiv(depth * segmentLanes * rows * pitch, threads);
  const wLoads = ceilDiv(depth * rows * kw * outs, threads);
  const vec = Math.min(4, channels);
  const wPitch = vec < 4 ? outs : outs + vec;
  const xTile = xLoads * threads;
  let own = channels;
  while (slices > 1 && own % 2 === 0 && 4 * (xTile + own * tile.cols * (threads + 1)) > WORKGROUP_BYTES) own /= 2;
  const portion = own * tile.cols;
  const wTile = Math.max(depth * rows * kw * wPitch, slices > 1 ? portion * (threads + 1) : 0);
  const bytes = 4 * (xTile + wTile);
  return { ...columns, threads, outs, vec, wPitch, wTile, portion, xLoads, wLoads, bytes };
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
export function lanesFor(groupOut: number, channels: number, fewest = USUAL_OUTS): readonly number[] {
  const suits = (lanes: number): boolean => {
    const outs = lanes * channels;
    return (lanes === 1 || outs < 2 * groupOut) && outs >= Math.min(groupOut, fewest);
  };
  const covered = (lanes: number): number => ceilDiv(groupOut, lanes * channels) * lanes * channels;
  const all = Array.from({ length: MOST_OUT_LANES }, (_, i) => i + 1).filter(suits);
  const powers = all.filter((lanes) => (lanes & (lanes - 1)) === 0);
  const leastOfPowers = Math.min(...powers.map(covered));
  const others = all.filter((lanes) => covered(lanes) < leastOfPowers);
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

/** So few channels of a workgroup, and fewer turns, are worth a trial where its lanes share the sums of each output. */
const FEWEST_OUTS = 8;
/** Into how many slices a workgroup may divide its sums. */
const SLICES = [8, 32];
/** Its lanes: more would take more workgroup memory for the sums. */
const SLICED_THREADS = 128;
/** With more lanes of whole sums, a large GPU is busy without slices. */
const MANY_LANES = 20_480;

/** How many slices are worth a trial for lanes that compute `channels` channels of `cols` columns. */
function slicesFor(c: CorrelationShape, channels: number, cols: number): readonly number[] {
  const lanes = c.batch * c.outSize[0] * ceilDiv(c.outSize[1], cols) * c.groups * ceilDiv(c.groupOut, channels);
  return lanes < MANY_LANES && channels <= 4 ? [1, ...SLICES] : [1];
}

/** What a turn may add: several channels with all rows of the kernel or, if the kernel is large, some of its rows. */
function turnsFor(c: CorrelationShape, slices = 1): readonly Pick<SegmentTile, 'depth' | 'rows'>[] {
  const { kernel, groupIn } = c;
  const [kh, kw] = kernel;
  if (slices > 1) {
    const depths = [1, 2, 4, 8].map((own) => own * slices);
    return depths
      .filter((depth) => depth * kh * kw <= MOST_TAPS * slices && depth < 2 * groupIn)
      .map((depth) => ({ depth, rows: kh }));
  }
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
  const turns = new Map([1, ...SLICES].map((slices) => [slices, turnsFor(c, slices)]));
  const general = generalSegmentTile(c, { chunks: 1, slices: 1 });
  const tiles: SegmentTile[] = [];
  if (kw > MOST_TAPS_OF_ROW || c.batch * c.groupIn * c.outSize[0] * c.outSize[1] === 0) return tiles;
  if (c.groups > 1 && c.groupOut < FEWEST_OF_GROUP) return tiles;
  for (const cols of lengthsFor(c.outSize[1])) {
    for (const channels of channelsFor(c)) {
      if (channels * cols > MOST_SUMS || (channels > 4 && channels >= 2 * c.groupOut)) continue;
      if (kw * channels * cols > MOST_PRODUCTS) continue;
      for (const slices of slicesFor(c, channels, cols)) {
        for (const outLanes of lanesFor(c.groupOut, channels, slices > 1 ? FEWEST_OUTS : USUAL_OUTS)) {
          for (const threads of slices > 1 ? [SLICED_THREADS] : [64, 128, 256]) {
            const segmentLanes = Math.floor(threads / slices / outLanes);
            for (const turn of segmentLanes > 0 ? turns.get(slices)! : []) {
              const tile = { outLanes, segmentLanes, slices, channels, cols, ...turn, chunks: 1 };
              if (!fits(c, tile, adapter)) continue;
              // A sum that is split is split as in the kernel for all sizes.
              const steps = slices === 1 && turn.rows === general?.rows ? c.groupIn * partsOf(c, tile) : 1;
              tiles.push(...inChunks(tile, steps, workgroupsOf(c, tile), (chunks) => chunkOf(c, chunks)));
            }
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
export function generalSegmentTile(c: CorrelationShape, { chunks, slices }: Pick<SegmentTile, 'chunks' | 'slices'>) {
  const lanes = SLICED_THREADS / slices;
  const outLanes = Math.min(8, lanes);
  // With few channels of y, tiles whose sums are split add a row of the kernel in a turn.
  const turns = turnsFor(c, slices).filter(({ rows }) => !hasFewChannels(c) || rows === 1);
  const tiles = turns.map((turn): SegmentTile => {
    return { outLanes, segmentLanes: lanes / outLanes, slices, channels: 4, cols: 7, ...turn, chunks };
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
/** Instructions of giving a sum to other slices, and of adding and storing one over the slices. */
const GIVE = 2;
const TAKE = 2;
const KEEP = 100;
/** Of a workgroup with slices, whose places follow from no number that all its lanes share: of a load in a turn, and before. */
const SLICED_LOAD = 7;
const SLICED_PLACE = 60;

/** Instructions by which a lane's sums are added over the slices. */
function joinCost({ slices, channels, cols }: SegmentTile, portion: number): number {
  const rounds = ((channels * cols) / portion) * ceilDiv(portion, slices);
  return GIVE * channels * cols + rounds * (TAKE * slices + KEEP);
}

/** The expected cycles of a tile. */
export function segmentCost(c: CorrelationShape, tile: SegmentTile): number {
  const [, kw] = c.kernel;
  const { slices, channels, depth, rows, chunks } = tile;
  const { threads, xLoads, wLoads, portion, bytes } = segmentSizes(c, tile);
  const ownSums = channels * tile.cols;
  const loads = xLoads + wLoads;
  const sums = c.batch * c.groups * c.groupOut * c.outSize[0] * c.outSize[1];
  return expectedCycles({
    threads,
    workgroups: workgroupsOf(c, tile),
    turns: chunkOf(c, tile) / depth,
    instructions: (depth / slices) * rows * kw * ownSums + (slices === 1 ? LOAD : SLICED_LOAD) * loads,
    ...(slices > 1 && { behind: SLICED_LOAD * loads }),
    loads,
    read: 4 * (depth / slices) * rows * (columnsRead(c, tile.cols) + kw * channels),
    rest: slices === 1 ? PLACE * loads + STORE * ownSums : SLICED_PLACE * loads + joinCost(tile, portion),
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
export const columnsRead = ({ kernel: [, kw], stride: [, sw], dilation: [, dw] }: Steps, outputs: number): number =>
  touched(outputs, sw, kw, dw);

/** Slices are taken where the model expects them to be faster than chunks by this factor: its estimate of slices is the less certain one. */
const WORTHWHILE = 1.1;

function fastest(c: CorrelationShape, adapter: AdapterProfile): SegmentTile | undefined {
  const costOf = (tile: SegmentTile): number => segmentCost(c, tile);
  const tiles = segmentTiles(c, adapter);
  const best = least(tiles, costOf);
  if (!best || best.slices === 1) return best;
  const usual = least(
    tiles.filter(({ slices }) => slices === 1),
    costOf,
  );
  return usual && usual.chunks > 1 && costOf(usual) < WORTHWHILE * costOf(best) ? usual : best;
}

/** The tile that is expected to be the fastest; undefined if the kernel is too large for any. */
export const expectedSegmentTile = (c: CorrelationShape, adapter: AdapterProfile): SegmentTile | undefined =>
  remembered('segments', c, adapter, () => fastest(c, adapter));
