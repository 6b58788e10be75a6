// Divides the gradient of a convolution by its weight among invocations: lists the possible tiles, and chooses one.
import { tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters } from '../lane-registers';
import { type ConvGeometry, elementsOf, flattened } from './geometry';
import { bySegments, takesSegments } from './late-segments';
import { lanesShare } from './register-tiles';
import { isStrided } from './tile-costs';
import { ceilDiv, FEW_REGISTERS, LONGEST_SUM } from './tiles';
import type { SegmentGradTile } from './weight-grad-segment-tiles';

/**
 * The sums of one invocation of conv2d-weight-grad.wgsl: output channels × input channels × rows × columns of the
 * kernel.
 */
export type RegisterTile = {
  readonly outs: number;
  readonly ins: number;
  readonly kernelRows: number;
  readonly kernelCols: number;
  /** Whether a tile may begin at an odd column of x. */
  readonly shifted: boolean;
};

/** The sums of one invocation of conv2d-weight-grad-workgroup.wgsl: output channels × taps of input channels. */
export type WorkgroupTile = { readonly outs: number; readonly taps: number };

/**
 * The sums of one lane of conv2d-weight-grad-strip.wgsl: output channels (a multiple of four) × input channels × all
 * taps, over strips of `cols` columns.
 */
export type StripTile = { readonly outs: number; readonly ins: number; readonly cols: number };

export type WeightGradTile = RegisterTile | WorkgroupTile | StripTile | SegmentGradTile;

export const isWorkgroupTile = (tile: WeightGradTile): tile is WorkgroupTile => 'taps' in tile;

export const isStripTile = (tile: WeightGradTile): tile is StripTile => 'cols' in tile;

/** Invocations along each side of a workgroup of conv2d-weight-grad-workgroup.wgsl. */
export const SIDE = 16;

/** The tiles of workgroups. Both operands of the largest together take 14 kB of workgroup memory. */
const workgroupTiles: readonly WorkgroupTile[] = [
  { outs: 1, taps: 4 },
  { outs: 2, taps: 4 },
  { outs: 4, taps: 4 },
  { outs: 4, taps: 8 },
  { outs: 8, taps: 4 },
];

/** The tiles whose sums fit the registers of an invocation of this adapter. */
const workgroupTilesFor = (adapter: AdapterProfile): readonly WorkgroupTile[] =>
  hasFewRegisters(adapter) ? workgroupTiles.filter(({ outs, taps }) => outs * taps <= MOST_FEW_SUMS) : workgroupTiles;

/** The most sums of an invocation with few registers: Mesa's compiler for Tiger Lake spills most of 32. */
const MOST_FEW_SUMS = 16;

/** The least share of a workgroup's sums that must be useful; below it, register tiles are used. */
const LEAST_USE = 1 / 8;

/**
 * The maximum number of sums that one invocation keeps in registers. Compile time grows faster than in proportion to
 * their number.
 */
const MOST_SUMS = { software: 88, gpu: 36 };

/** The longest row of a kernel that one invocation takes whole, and the (even) part that it takes of a longer one. */
const LONGEST_ROW = 11;
const PART_OF_ROW = 8;

/** The largest dilation with which the taps of a row share their loads of x. */
const LARGEST_SHARED_DILATION = 2;

// Nanoseconds on SwiftShader for four lanes, where every load costs a branch per lane. Fitted to measured times.
const LOAD = 15;
const SUM = 3.5;
/** Nanoseconds to copy an element of x into a padded copy. */
const PADDED = 7;
/** Nanoseconds to compile the kernel, and what each sum adds to it. */
const COMPILED = 30e6;
const COMPILED_SUM = 1e6;
/**
 * The runs over which a kernel must pay for its compilation. More with a stride, since a network has few such
 * convolutions.
 */
const RUNS = 30;
const STRIDED_RUNS = 200;
const runsOf = (g: ConvGeometry): number => (isStrided(g) ? STRIDED_RUNS : RUNS);
/** Invocations that run at the same time. */
const LANES = 8;

const counts: readonly number[] = [1, 2, 4, 8];

function registerTiles(g: ConvGeometry, adapter: AdapterProfile): readonly RegisterTile[] {
  const [kh, kw] = g.kernel;
  const shifted = kw > 1 && g.dilation[1] > LARGEST_SHARED_DILATION;
  const kernelCols = shifted ? 1 : kw <= LONGEST_ROW ? kw : PART_OF_ROW;
  const tiles: RegisterTile[] = [];
  for (const outs of counts) {
    for (const ins of counts) {
      for (let kernelRows = 1; kernelRows <= Math.min(kh, LONGEST_ROW); kernelRows++) {
        const smallest = outs === 1 && ins === 1 && kernelRows === 1;
        const tile = { outs, ins, kernelRows, kernelCols, shifted };
        if (outs * ins * kernelRows * kernelCols > MOST_SUMS[adapter.kind] && !smallest) continue;
        if (hasFewRegisters(adapter) && registersOf(g, tile) > FEW_REGISTERS && !smallest) continue;
        if ((outs > 1 && outs >= 2 * g.groupOut) || (ins > 1 && ins >= 2 * g.groupIn)) continue;
        tiles.push(tile);
      }
    }
  }
  return tiles;
}

/** The number of pairs of a row of x that one pair of dy reads. */
export const spanOf = ({ stride, dilation }: ConvGeometry, { kernelCols, shifted }: RegisterTile): number =>
  ceilDiv(stride[1] + (kernelCols - 1) * dilation[1] + 1 + (shifted ? 1 : 0), 2);

/** The registers of a tile's sums, of the pairs that it holds of x and dy, and of its places in both. */
function registersOf(g: ConvGeometry, tile: RegisterTile): number {
  const { outs, ins, kernelRows, kernelCols } = tile;
  const lines = ins * kernelRows;
  return outs * (lines * kernelCols + 4) + lines * (2 * spanOf(g, tile) + 1);
}

/** The possible numbers of columns of a strip. */
const stripWidths: readonly number[] = [4, 7, 8, 14];

/** The maximum number of products that are unrolled in a strip tile, and its most sums. */
const MOST_PRODUCTS = 1100;
const MOST_STRIP_SUMS = 160;

function stripTiles(g: ConvGeometry, adapter: AdapterProfile): readonly StripTile[] {
  const taps = g.kernel[0] * g.kernel[1];
  const empty = Math.min(g.batch, ...g.size, ...g.outSize) === 0;
  if (empty || !lanesShare(adapter)) return [];
  const tiles: StripTile[] = [];
  for (const outs of [QUAD, 2 * QUAD]) {
    for (const ins of [1, 2, 4]) {
      for (const cols of stripWidths) {
        const sums = outs * ins * taps;
        const wide = stripColumns(g, cols) * ins * g.kernel[0];
        if (sums > MOST_STRIP_SUMS || sums * cols > MOST_PRODUCTS || wide > MOST_STRIP_SUMS) continue;
        if (cols > QUAD && cols >= 2 * g.outSize[1]) continue;
        if ((outs > QUAD && outs >= 2 * g.groupOut) || (ins > 1 && (ins - 1) * QUAD >= g.groupIn)) continue;
        if (g.outSize[0] * cols > LONGEST_SUM) continue;
        tiles.push({ outs, ins, cols });
      }
    }
  }
  return tiles;
}

/** The number of tiles of each kind that are worth measuring. */
const FEW = 6;

/**
 * The tiles that can compute the gradient: first those without workgroup memory, the most promising of them in front.
 */
export function weightGradTiles(g: ConvGeometry, adapter: AdapterProfile): readonly WeightGradTile[] {
  const registers = promising(registerTiles(g, adapter), (tile) => cost(g, tile));
  const strips = promising(stripTiles(g, adapter), (tile) => stripCost(g, tile));
  const best = [...strips, ...registers].sort((a, b) => a.cost - b.cost).map(({ tile }) => tile);
  if (adapter.kind === 'software') return best;
  if (!takesSegments(adapter)) return [...best, ...workgroupTilesFor(adapter)];
  const flat = flattened(g);
  const segments = promising(bySegments().segmentGradTiles(flat, adapter), (tile) =>
    bySegments().segmentGradCost(flat, tile),
  );
  return [...best, ...workgroupTiles, ...segments.map(({ tile }) => tile)];
}

const promising = <T>(tiles: readonly T[], by: (tile: T) => number): readonly { tile: T; cost: number }[] =>
  tiles
    .map((tile) => ({ tile, cost: by(tile) }))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, FEW);

/** The tile that was measured to be the fastest; if there is none, the one that is expected to be. */
export function chooseWeightGradTile(g: ConvGeometry, adapter: AdapterProfile): WeightGradTile {
  const tiles = weightGradTiles(g, adapter);
  const expected = (adapter.kind === 'gpu' && expectedOnGpu(g, adapter)) || expectedTile(g, tiles, adapter);
  const { batch, groups, groupIn, groupOut, size, outSize, kernel, stride, dilation, padding } = g;
  const shape = [batch, groups, groupIn, groupOut, ...size, ...outSize, ...kernel, ...stride, ...dilation, ...padding];
  return tuned(adapter, 'conv2d weight gradient', shape, tiles, expected);
}

/** Usual images decide between strips and registers. If the real sizes decided, each would need kernels of its own. */
const USUAL_BATCH = 64;
const USUAL_SIZE = 32;

/** The geometry with the usual size and number of images. Images of one row keep one row. */
function usually(g: ConvGeometry, batch = USUAL_BATCH): ConvGeometry {
  const outSize = g.outSize[0] === 1 ? ([1, USUAL_SIZE ** 2] as const) : ([USUAL_SIZE, USUAL_SIZE] as const);
  const under = (d: 0 | 1) => (outSize[d] - 1) * g.stride[d] + (g.kernel[d] - 1) * g.dilation[d] + 1;
  const [top, bottom, left, right] = g.padding;
  return { ...g, batch, outSize, size: [under(0) - top - bottom, under(1) - left - right] };
}

/** The tile with workgroup memory that is expected to be the fastest; undefined if most of its sums would be idle. */
function expectedOnGpu(g: ConvGeometry, adapter: AdapterProfile): WeightGradTile | undefined {
  const bySegment = takesSegments(adapter) && bySegments().expectedSegmentGradTile(flattened(g), adapter);
  if (bySegment) return bySegment;
  const block = least(workgroupTilesFor(adapter), (tile) => traffic(g, tile));
  return use(g, block) < LEAST_USE ? undefined : block;
}

/** The most promising of the tiles of the kind that is expected to be the fastest for the usual images. */
function expectedTile(g: ConvGeometry, tiles: readonly WeightGradTile[], adapter: AdapterProfile): WeightGradTile {
  const byStrips = isStripTile(weightGradTiles(usually(g), adapter)[0]!);
  return tiles.find((tile) => isStripTile(tile) === byStrips) ?? tiles[0]!;
}

/**
 * The register tile that can replace any other, for any number and size of images. All of them sum in the same order.
 */
export function generalRegisterTile(g: ConvGeometry, adapter: AdapterProfile): RegisterTile {
  const usual = usually(g, 1);
  const tiles = registerTiles(g, adapter).filter(({ kernelRows }) => g.kernel[0] % kernelRows === 0);
  return promising(tiles, (tile) => cost(usual, tile))[0]!.tile;
}

const least = <T>(tiles: readonly T[], by: (tile: T) => number): T =>
  tiles.reduce((best, tile) => (by(tile) < by(best) ? tile : best));

/** The number of sums that whole workgroups compute, including those that are not stored. */
function sumsOf(g: ConvGeometry, { outs, taps }: WorkgroupTile): number {
  const all = g.groupIn * g.kernel[0] * g.kernel[1];
  return ceilDiv(g.groupOut, outs * SIDE) * outs * SIDE * ceilDiv(all, taps * SIDE) * taps * SIDE;
}

const use = (g: ConvGeometry, tile: WorkgroupTile): number =>
  (g.groupOut * g.groupIn * g.kernel[0] * g.kernel[1]) / sumsOf(g, tile);

/** The cost of a pixel in products. A read of workgroup memory takes about as long as two products. */
const traffic = (g: ConvGeometry, tile: WorkgroupTile): number =>
  sumsOf(g, tile) * (1 + (2 * (tile.outs + tile.taps)) / (tile.outs * tile.taps));

/** The nanoseconds of a register tile's compilation and runs. */
function cost(g: ConvGeometry, { outs, ins, kernelRows, kernelCols }: RegisterTile): number {
  const blocks = g.groups * ceilDiv(g.groupOut, outs) * ceilDiv(g.groupIn, ins) * ceilDiv(g.kernel[0], kernelRows);
  const pairs = g.batch * g.outSize[0] * ceilDiv(g.outSize[1], 2);
  const lines = ins * kernelRows;
  const sums = outs * (1 + lines * kernelCols);
  const run = ((blocks * pairs) / LANES) * (LOAD * (outs + lines * g.stride[1]) + SUM * sums);
  const copied = g.padding.some((n) => n > 0) ? elementsOf(g).x : 0;
  return runsOf(g) * (run + PADDED * copied) + COMPILED + COMPILED_SUM * sums;
}

/** The lanes of a quad. With a strip tile they have the same output channels. */
export const QUAD = 4;

/** The batch is split until there are about this many quads, so that all cores have equal work. */
const QUADS_WANTED = 32;

/** The number of columns of x that a strip of dy reads. */
export const stripColumns = (g: ConvGeometry, cols: number): number =>
  (cols - 1) * g.stride[1] + (g.kernel[1] - 1) * g.dilation[1] + 1;

/** Divides strips of columns among workgroups. */
export function stripPlan(g: ConvGeometry, { outs, ins, cols }: StripTile) {
  const oTiles = ceilDiv(g.groupOut, outs);
  const cTiles = ceilDiv(g.groupIn, QUAD * ins);
  const stripsOfImage = ceilDiv(g.outSize[1], cols);
  const strips = g.batch * stripsOfImage;
  const wanted = Math.max(
    ceilDiv(QUADS_WANTED, g.groups * oTiles * cTiles),
    ceilDiv(strips * g.outSize[0] * cols, LONGEST_SUM),
  );
  const chunk = Math.max(1, Math.floor(strips / wanted));
  const chunks = Math.max(1, ceilDiv(strips, chunk));
  // The rows of x that the next row of dy reads again.
  const kept = g.dilation[0] === 1 ? Math.max(0, g.kernel[0] - g.stride[0]) : 0;
  return { oTiles, cTiles, stripsOfImage, strips, chunk, chunks, kept };
}

// Nanoseconds on SwiftShader for the four lanes of a quad. Fitted to measured times.
const GATHER = 9;
const SPREAD = 2;
const PRODUCT = 0.5;
const CARRIED = 3;
const TURN = 20;
const CORES = 2;
/** Nanoseconds to compile a load, a product, and a value that is carried through the loop or shared among lanes. */
const COMPILED_LOAD = 1.5e6;
const COMPILED_PRODUCT = 0.13e6;
const COMPILED_VALUE = 0.6e6;

/** The nanoseconds of a strip tile's compilation and runs. */
function stripCost(g: ConvGeometry, tile: StripTile): number {
  const { outs, ins, cols } = tile;
  const { oTiles, cTiles, chunk, chunks, kept } = stripPlan(g, tile);
  const [kh, kw] = g.kernel;
  const line = ins * stripColumns(g, cols);
  const sums = outs * ins * kh * kw;
  const loads = (outs / QUAD) * cols + (kh - kept) * line;
  const carried = sums + kept * line + outs / QUAD;
  const turn = GATHER * loads + SPREAD * outs * cols + PRODUCT * sums * cols + CARRIED * carried + TURN;
  const strip = g.outSize[0] * turn + GATHER * kept * line + TURN;
  const run = ceilDiv(g.groups * oTiles * cTiles * chunks, CORES) * chunk * strip;
  const compilation =
    COMPILED_LOAD * (loads + kept * line) + COMPILED_PRODUCT * sums * cols + COMPILED_VALUE * (carried + outs * cols);
  return runsOf(g) * run + compilation;
}
