// Divides a convolution among invocations that keep their sums in registers: lists the possible tiles, and chooses one.

import type { Text } from '../../compiler/texts';
import { tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters } from '../lane-registers';
import { type CorrelationShape, MAX_CHOSEN, remembered } from './chosen-tiles';
import { bySegments, isSegmentTile, takesSegments } from './late-segments';
import type { SegmentTile } from './segment-tiles';
import {
  COMPILED_POOLING,
  cost,
  costOfTurn,
  isStrided,
  least,
  loadsOf,
  MAX_PRODUCTS,
  POOLING,
  promising,
  QUAD,
  RUNS,
  type Sharing,
  STRIDED_RUNS,
  type TurnCost,
} from './tile-costs';
import { ceilDiv, divisorUpTo, mostTileRegisters, touched } from './tiles';
import { expectedWorkgroupTile, type WorkgroupTile, workgroupChunk, workgroupTiles } from './workgroup-tiles';

const weightsBeside: Text = '#conv/libWeightsBeside';
const weightsOwn: Text = '#conv/libWeightsOwn';
const weightsQuad: Text = '#conv/libWeightsQuad';

/** The outputs of one invocation of conv2d.wgsl, and the loops that are unrolled inside it. */
export type CorrelationTile = {
  readonly images: number;
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  /**
   * The input channels, and the rows and columns of the kernel, that one turn of the loop adds; divisors of their
   * numbers.
   */
  readonly depth: number;
  readonly kernelRows: number;
  readonly kernelCols: number;
  readonly shares: Sharing;
};

/** The maximum number of taps of a kernel's row that are unrolled. */
const MAX_TAPS = 11;

/** The maximum number of elements of x that a quad shares: each is a value that all lanes keep. */
const MAX_SHARED_PATCH = 100;

/** The maximum number of elements of x that an invocation of a GPU keeps in registers, besides its sums. */
const MAX_HELD = 96;

/** The maximum number of sums of one invocation. A GPU's registers hold no more; a CPU spills them anyway. */
const MAX_SUMS = { software: 400, gpu: 64, few: 16 };

/** The maximum number of sums of one invocation of this adapter. */
export const mostSums = (adapter: AdapterProfile): number => MAX_SUMS[hasFewRegisters(adapter) ? 'few' : adapter.kind];

/**
 * The number of products per accumulator and turn to aim at: carrying an accumulator through a turn costs as much as
 * seven.
 */
const PRODUCTS_OF_TURN = 8;

const sizes: readonly (readonly [rows: number, cols: number])[] = [
  [1, 1],
  [1, 4],
  [1, 7],
  [1, 8],
  [1, 14],
  [1, 16],
  [2, 2],
  [2, 4],
  [2, 7],
  [2, 8],
  [3, 3],
  [4, 4],
  [4, 7],
  [4, 8],
  [7, 7],
];
/** Where an invocation has few registers, they may be too few for four columns of a long row of taps. */
const sizesOfFew: typeof sizes = [...sizes, [1, 2]];
export const channelCounts: readonly number[] = [1, 2, 3, 4, 8, 16];

/** The tiles that can compute a convolution, the most promising first. */
export const correlationTiles = (c: CorrelationShape, adapter: AdapterProfile): readonly CorrelationTile[] =>
  remembered('tiles', c, adapter, () => promising(allTiles(c, adapter), (tile) => correlationCost(c, tile)));

/** With fewer output channels, most of a workgroup would idle, so register tiles are used. */
const FEW_CHANNELS = 8;

/**
 * Usual numbers and sizes of images. They decide how the kernel is divided (hence the order of sums) and whether to
 * pool in place. If the real sizes decided that, each would need kernels of its own.
 */
const USUAL_BATCH = 64;
export const USUAL_SIZE = 32;

/** The shape with the usual number and size of images, cut to whole windows. Images of one row keep one row. */
function usually(c: CorrelationShape, [high, wide]: Window = EACH): CorrelationShape {
  const [rows, cols] = c.outSize[0] === 1 ? [1, USUAL_SIZE ** 2] : [USUAL_SIZE, USUAL_SIZE];
  return { ...c, batch: USUAL_BATCH, outSize: [rows - (rows % high), cols - (cols % wide)] };
}

/** Whether two tiles sum in the same order: they divide the kernel in the same way. */
const sameOrder = (one: CorrelationTile, other: CorrelationTile): boolean =>
  one.kernelRows === other.kernelRows && one.kernelCols === other.kernelCols;

const best = (c: CorrelationShape, tiles: readonly CorrelationTile[]): CorrelationTile | undefined =>
  least(tiles, (tile) => correlationCost(c, tile));

/**
 * The tile that is expected to be the fastest among those that sum in the same order as the best tile for usual images.
 */
const expectedTile = (c: CorrelationShape, adapter: AdapterProfile): CorrelationTile =>
  remembered('expected', c, adapter, () => {
    const likeUsual = usually(c);
    const usual = best(likeUsual, allTiles(likeUsual, adapter))!;
    const alike = allTiles(c, adapter).filter((tile) => sameOrder(tile, usual));
    return best(c, alike)!;
  });

/** Everything that decides which tile is the fastest. */
export const shapeOf = (c: CorrelationShape): readonly number[] => [
  ...[c.batch, c.groups, c.groupIn, c.groupOut],
  ...[...c.outSize, ...c.kernel, ...c.stride, ...c.dilation],
];

export type AnyTile = CorrelationTile | WorkgroupTile | SegmentTile;

/** The tile that was measured to be the fastest; if there is none, the one that is expected to be. */
export function chooseCorrelationTile(c: CorrelationShape, adapter: AdapterProfile): AnyTile {
  const alone = () => correlationTiles(c, adapter);
  const shape = shapeOf(c);
  const segments = takesSegments(adapter) ? bySegments().expectedSegmentTile(c, adapter) : undefined;
  if (segments) {
    const tiles = (): readonly AnyTile[] => [
      segments,
      ...promising(bySegments().segmentTiles(c, adapter), (tile) => bySegments().segmentCost(c, tile)),
      ...workgroupTiles,
    ];
    return tuned<AnyTile>(adapter, 'conv2d', shape, tiles, segments);
  }
  if (adapter.kind === 'software' || c.groupOut < FEW_CHANNELS) {
    return tuned(adapter, 'conv2d', shape, alone, expectedTile(c, adapter));
  }
  const expected = expectedWorkgroupTile(c);
  const tiles = (): readonly (CorrelationTile | WorkgroupTile)[] => [expected, ...workgroupTiles, ...alone()];
  return tuned(adapter, 'conv2d', shape, tiles, expected);
}

/**
 * The products of an output up to which storing and loading it takes longer than the difference between the kernels of
 * workgroups.
 */
const FEW_OF_OUTPUT = 100;

const poolsQuickly = ({ groupIn, kernel }: CorrelationShape): boolean =>
  groupIn * kernel[0] * kernel[1] <= FEW_OF_OUTPUT;

/**
 * The tile for a cross-correlation that keeps only the maximum of each window: among tiles of whole windows that
 * compile about as fast as the tile without pooling, the one that is expected to be the fastest. Undefined if, for
 * usual images, the tile without pooling and a separate pooling kernel are expected to be faster, or if the pixels of a
 * workgroup's invocation are no window.
 */
export function choosePooledTile(
  c: CorrelationShape,
  window: Window,
  adapter: AdapterProfile,
): CorrelationTile | WorkgroupTile | undefined {
  const [high, wide] = window;
  const chosen = chooseCorrelationTile(c, adapter);
  const quick = isSegmentTile(chosen) && chosen.chunks === 1 && poolsQuickly(c);
  const own = quick ? expectedWorkgroupTile(c) : chosen;
  if (isSegmentTile(own)) return undefined;
  if ('outs' in own) return own.pixels === high * wide && workgroupChunk(c, own).chunks === 1 ? own : undefined;
  const tiles = allTiles(c, adapter, windowSizes(window));
  const usual = usualPooledTile(c, window, tiles, adapter);
  if (!usual) return undefined;
  const outSize = [c.outSize[0] - (c.outSize[0] % high), c.outSize[1] - (c.outSize[1] % wide)] as const;
  const alike = tiles.filter((tile) => sameOrder(tile, usual));
  return best({ ...c, outSize }, compiledLike(own, alike)) ?? usual;
}

/**
 * The pooling tile for usual images, if it is expected to be faster than the tile without pooling and a pooling kernel.
 */
function usualPooledTile(
  given: CorrelationShape,
  window: Window,
  tiles: readonly CorrelationTile[],
  adapter: AdapterProfile,
): CorrelationTile | undefined {
  const c = usually(given);
  const apart = expectedTile(c, adapter);
  const pooled = usually(given, window);
  const tile = best(pooled, compiledLike(apart, tiles));
  if (!tile || adapter.kind !== 'software') return tile;
  const outputs = c.batch * c.groups * c.groupOut * c.outSize[0] * c.outSize[1];
  const both = correlationCost(c, apart) + RUNS * POOLING * outputs + COMPILED_POOLING;
  return correlationCost(pooled, tile) <= both ? tile : undefined;
}

/** The tiles that take about as long to compile as the tile `apart`, or little time anyway. */
function compiledLike(apart: CorrelationTile, tiles: readonly CorrelationTile[]): readonly CorrelationTile[] {
  const most = Math.max(MORE_PRODUCTS * productsOf(apart), FEW_PRODUCTS);
  return tiles.filter((tile) => productsOf(tile) <= most);
}

/** The sizes for which tiles for any images are chosen: rows and columns, channels, and products of an output. */
const ANY_SIZE = 16;
const ANY_CHANNELS = 64;
const ANY_PRODUCTS = 512;

/**
 * The runs over which a tile for images of any size must pay for its compilation. They are few, since the tile is used
 * only until a kernel for the layer's own size has been compiled.
 */
const ANY_RUNS = 16;

/** The runs over which a kernel for a layer that runs often must pay for its compilation. */
const OFTEN_RUNS = 1000;

/**
 * The shape by which a tile for any images is chosen. It depends on as little as possible, so that layers share tiles.
 */
function anyImages(c: CorrelationShape, own: CorrelationTile, [high, wide]: Window): CorrelationShape {
  const [rows, cols] = c.outSize[0] === 1 ? [1, ANY_SIZE ** 2] : [ANY_SIZE, ANY_SIZE];
  const outSize = [rows - (rows % high), cols - (cols % wide)] as const;
  if (c.groups > 1) return { ...c, batch: 1, groups: ANY_CHANNELS, outSize };
  // If the kernel has few taps, a turn of the loop adds several channels, whose number must divide that of all
  // channels.
  const one = 2 * own.kernelRows * own.kernelCols > PRODUCTS_OF_TURN;
  const usual = ceilDiv(ANY_PRODUCTS, PRODUCTS_OF_TURN * c.kernel[0] * c.kernel[1]) * PRODUCTS_OF_TURN;
  return {
    ...c,
    batch: 1,
    outSize,
    groupIn: one || c.groupIn % PRODUCTS_OF_TURN === 0 ? usual : c.groupIn,
    groupOut: c.groupOut >= FEW_CHANNELS ? ANY_CHANNELS : c.groupOut,
  };
}

/**
 * The tile that can replace `own` for any number and size of images and channels. It sums in the same order: each
 * unrolled part of the kernel, channel by channel. It compiles quickly; undefined if it would be too large for that.
 */
export function generalCorrelationTile(
  c: CorrelationShape,
  own: CorrelationTile,
  adapter: AdapterProfile,
  window: Window,
): CorrelationTile | undefined {
  const any = anyImages(c, own, window);
  const choose = () => bestAlike(any, own, adapter, window, ANY_RUNS);
  return remembered('general', any, adapter, choose, [own.kernelRows, own.kernelCols, ...window]);
}

/** The best tile that sums in the order of `own`, if its compilation is paid for by this many runs. */
function bestAlike(
  c: CorrelationShape,
  own: CorrelationTile,
  adapter: AdapterProfile,
  window: Window,
  runs: number,
  allows: (tile: CorrelationTile) => boolean = () => true,
): CorrelationTile | undefined {
  const all = window[0] * window[1] === 1 ? allTiles(c, adapter) : allTiles(c, adapter, windowSizes(window));
  const alike = all.filter((tile) => sameOrder(tile, own) && allows(tile));
  return least(alike, (tile) => correlationCost(c, tile, runs));
}

/** More elements of weights than a core's own cache holds. */
const MANY_WEIGHTS = 1 << 18;

/**
 * With at most FEW_PIXELS pixels, the speed of loading weights matters; with at most FEW_ROWS channels, loading is
 * fast.
 */
const FEW_PIXELS = 4;
const FEW_ROWS = 2;

/**
 * Whether memory gives weights slowly to a tile, since it reads many rows of them side by side and uses each element
 * for few pixels. Measured on SwiftShader, 512 channels to 512 on 2 × 2, all of it: 8 channels 66, 4 channels 50, 2
 * channels 44 million cycles, though instructions grow from 82 to 93 million.
 */
const readsManyRows = (
  { groupIn, groupOut, kernel }: CorrelationShape,
  { images, rows, cols, channels, shares }: CorrelationTile,
): boolean =>
  shares === 'patch' &&
  channels > FEW_ROWS &&
  images * rows * cols <= FEW_PIXELS &&
  groupIn * groupOut * kernel[0] * kernel[1] > MANY_WEIGHTS;

/** The tile that is expected to be the fastest for a layer that runs often. It sums in the same order as `own`. */
export function oftenTile(
  c: CorrelationShape,
  own: CorrelationTile,
  adapter: AdapterProfile,
  window: Window,
): CorrelationTile {
  const choose = () => bestAlike(c, own, adapter, window, OFTEN_RUNS, (tile) => !readsManyRows(c, tile)) ?? own;
  return remembered('often', c, adapter, choose, [own.kernelRows, own.kernelCols, ...window]);
}

/** Whether one turn of a tile's loop takes the whole kernel. */
const isWhole = ({ kernel }: CorrelationShape, { kernelRows, kernelCols }: CorrelationTile): boolean =>
  kernelRows === kernel[0] && kernelCols === kernel[1];

/** The fastest tile for kernels of few taps, all of which one turn of the loop takes. */
export function chooseMapTile(c: CorrelationShape, adapter: AdapterProfile): CorrelationTile {
  const whole = allTiles(c, adapter).filter((tile) => isWhole(c, tile));
  const tiles = promising(whole, (tile) => correlationCost(c, tile));
  return tuned(adapter, 'conv2d of maps', shapeOf(c), tiles, tiles[0]!);
}

/** The tile that can replace that of `chooseMapTile` for any number of input channels. */
export const generalMapTile = (c: CorrelationShape, adapter: AdapterProfile): CorrelationTile =>
  chooseMapTile({ ...c, groupIn: 1 }, { ...adapter, tuning: undefined });

/** The number of products in the unrolled code. */
const productsOf = ({ images, rows, cols, channels, depth, kernelRows, kernelCols }: CorrelationTile): number =>
  images * rows * cols * channels * depth * kernelRows * kernelCols;

/**
 * A pooling tile may have this many times the products of the usual tile. On SwiftShader, 2 × 14 instead of 2 × 8
 * pixels (2 × 7 are usual), 32 channels from 16 on 14² pixels, ran in 14 instead of 17 ms, but compiled in 340 instead
 * of 210 ms.
 */
const MORE_PRODUCTS = 1.2;

/** This many products always compile faster than the separate pooling kernel that they save. */
const FEW_PRODUCTS = 100;

type Window = readonly [rows: number, cols: number];

/** A window of one output, that is, no pooling. */
const EACH: Window = [1, 1];

/** The possible numbers of windows in a tile, down and across. */
const windowCounts = [
  [1, 2, 3],
  [1, 2, 3, 4, 7],
] as const;

/**
 * The maximum number of outputs of a window. Larger ones leave a tile few channels (7 × 7: measured 1.3 times as long
 * as pooling apart).
 */
const MAX_WINDOW = 16;

/** The sizes of tiles that consist of whole windows. */
const windowSizes = ([high, wide]: Window): Window[] =>
  high * wide > MAX_WINDOW
    ? []
    : windowCounts[0].flatMap((down) => windowCounts[1].map((across): Window => [down * high, across * wide]));

/** The possible numbers of images in a tile. Several only if a tile holds whole images. */
const imageCounts: readonly number[] = [1, 2, 4, 8];

/** All possible tiles, cached by everything that decides them: the layers of a network have most in common. */
const tilesMade = new Map<string, readonly CorrelationTile[]>();

function allTiles(c: CorrelationShape, adapter: AdapterProfile, windows?: readonly Window[]): CorrelationTile[] {
  const of = windows ?? (hasFewRegisters(adapter) ? sizesOfFew : sizes);
  const divisors = [...Array(PRODUCTS_OF_TURN).keys()].filter((less) => c.groupIn % (less + 1) === 0);
  const counts = channelCounts.filter((channels) => channels <= c.groupOut || channels === 1);
  const shared = counts.map((channels) => sharings(c.groups, c.groupOut, channels, adapter));
  const like = [adapter.kind, mostRegisters(c, adapter), c.kernel, c.stride, c.dilation, divisors, shared].join();
  return of.flatMap(([rows, cols]) => {
    const whole = !windows && rows >= c.outSize[0] && cols >= c.outSize[1];
    const batches = whole ? imageCounts.filter((images) => images < 2 * c.batch) : [1];
    return batches.flatMap((images) => {
      const key = `${like} ${images} ${rows} ${cols}`;
      const known = tilesMade.get(key);
      if (known) return known;
      const made = counts.flatMap((channels, i) => tilesOf(c, { images, rows, cols, channels }, shared[i]!, adapter));
      if (tilesMade.size >= MAX_CHOSEN) tilesMade.clear();
      tilesMade.set(key, made);
      return made;
    });
  });
}

/** The tiles of one size. */
function tilesOf(
  c: CorrelationShape,
  size: Pick<CorrelationTile, 'images' | 'rows' | 'cols' | 'channels'>,
  shared: readonly Sharing[],
  adapter: AdapterProfile,
): CorrelationTile[] {
  const accumulators = size.images * size.rows * size.cols * size.channels;
  if (accumulators > mostSums(adapter)) return [];
  const tiles = partsOfKernel(c, accumulators).flatMap((part) =>
    shared.map((shares) => ({ ...size, ...part, shares })),
  );
  const most = mostRegisters(c, adapter);
  const isHeld = (tile: CorrelationTile): boolean =>
    adapter.kind === 'software' ||
    accumulators * tile.kernelRows === 1 ||
    (patchElements(c, tile) <= MAX_HELD && registersOf(c, tile) <= most);
  return tiles.filter(
    (tile) => isHeld(tile) && (tile.shares !== 'patch' || patchElements(c, tile) <= MAX_SHARED_PATCH),
  );
}

/** The registers of a tile's sums, of the patch and the weights of a turn, and of the places of its rows and columns. */
function registersOf(c: CorrelationShape, tile: CorrelationTile): number {
  const { images, rows, cols, channels, depth, kernelRows, kernelCols } = tile;
  const weights = depth * kernelRows * kernelCols * Math.min(channels, 4);
  const [patchRows, patchCols] = patchSize(c, tile);
  return images * rows * cols * channels + patchElements(c, tile) + weights + 2 * (patchRows + patchCols);
}

/** The most registers of a tile. */
function mostRegisters(c: CorrelationShape, adapter: AdapterProfile): number {
  const [kernelRows, kernelCols] = c.kernel;
  const size = { images: 1, rows: 2, cols: 4, channels: 1 };
  return mostTileRegisters(adapter, registersOf(c, { ...size, depth: 1, kernelRows, kernelCols, shares: 'nothing' }));
}

/** The number of elements of x that an invocation reads in one turn. */
function patchElements(c: CorrelationShape, tile: CorrelationTile): number {
  const [rows, cols] = patchSize(c, tile);
  return tile.images * tile.depth * rows * cols;
}

type PartOfKernel = Pick<CorrelationTile, 'depth' | 'kernelRows' | 'kernelCols'>;

/** The parts of the kernel that may be unrolled with this many accumulators. */
function partsOfKernel(c: CorrelationShape, accumulators: number): readonly PartOfKernel[] {
  const [kh, kw] = c.kernel;
  const kernelCols = divisorUpTo(kw, MAX_TAPS);
  const parts: PartOfKernel[] = [];
  for (let kernelRows = 1; kernelRows <= kh; kernelRows++) {
    const taps = kernelRows * kernelCols;
    if (kh % kernelRows !== 0 || (taps * accumulators > MAX_PRODUCTS && kernelRows > 1)) continue;
    const deepest = Math.min(PRODUCTS_OF_TURN / taps, MAX_PRODUCTS / (taps * accumulators));
    const depth = divisorUpTo(c.groupIn, Math.max(1, Math.floor(deepest)));
    if (depth * taps * accumulators <= MAX_PRODUCTS) parts.push({ depth, kernelRows, kernelCols });
  }
  return parts;
}

/** The loads that the lanes of a quad may share if an invocation computes `channels` channels of a group. */
export function sharings(
  groups: number,
  groupOut: number,
  channels: number,
  adapter: AdapterProfile,
): readonly Sharing[] {
  if (!lanesShare(adapter)) return ['nothing'];
  const ofGroup = ceilDiv(groupOut, channels);
  const besides: readonly Sharing[] = ofGroup % QUAD === 0 || (groups === 1 && ofGroup > 1) ? ['patch'] : [];
  return channels > 1 ? ['weights', ...besides] : ['nothing', ...besides];
}

/** The size of a workgroup whose lanes share loads, unless there are few tiles. */
const SHARING_WORKGROUP = 16;

/** The size of a workgroup whose lanes share nothing. */
const ALONE_WORKGROUP = { software: 16, gpu: 64 };

/**
 * The number of invocations for `tiles` tiles times `channelTiles` channel tiles, including idle ones that fill quads.
 */
function invocationsOf(tiles: number, channelTiles: number, shares: Sharing): number {
  if (shares === 'nothing') return tiles * channelTiles;
  return shares === 'patch' ? ceilDiv(channelTiles, QUAD) * QUAD * tiles : ceilDiv(tiles, QUAD) * QUAD * channelTiles;
}

/**
 * The layout of invocations for `tiles` tiles over the batch times `channelTiles` channel tiles over the groups: how
 * many are side by side, the size of a workgroup, and their number, including idle ones that fill quads. A general
 * kernel has one size of workgroups for all numbers of tiles.
 */
export function lanesOf(
  tiles: number,
  channelTiles: number,
  shares: Sharing,
  { kind, general = false }: { readonly kind: AdapterProfile['kind']; readonly general?: boolean },
) {
  const fast = shares === 'patch' ? channelTiles : tiles;
  const invocations = invocationsOf(tiles, channelTiles, shares);
  if (shares === 'nothing') return { lanes: fast, workgroup: ALONE_WORKGROUP[kind], invocations };
  const workgroup = general || fast >= 2 * SHARING_WORKGROUP ? SHARING_WORKGROUP : QUAD;
  return { lanes: ceilDiv(fast, QUAD) * QUAD, workgroup, invocations };
}

/** The number of tiles of a correlation: per column, per row, over the batch, and per group's channels. */
export function correlationCounts(c: CorrelationShape, tile: CorrelationTile) {
  const yTiles = ceilDiv(c.outSize[0], tile.rows);
  const xTiles = ceilDiv(c.outSize[1], tile.cols);
  return {
    yTiles,
    xTiles,
    tiles: yTiles * xTiles * ceilDiv(c.batch, tile.images),
    oTiles: ceilDiv(c.groupOut, tile.channels),
  };
}

/**
 * Whether the lanes of a quad share loads by subgroup operations. It pays on CPUs, where a load costs each lane a
 * branch.
 */
export const lanesShare = ({ kind, features }: AdapterProfile): boolean =>
  kind === 'software' && features.has('subgroups');

const libraries: Readonly<Record<Sharing, string>> = {
  weights: weightsQuad,
  patch: weightsBeside,
  nothing: weightsOwn,
};

/** The library that loads a tile's weights. */
export const weightsOf = ({ shares }: { readonly shares: Sharing }): string => libraries[shares];

/** The rows and columns of the input that a tile reads for the unrolled part of the kernel. */
export function patchSize(c: CorrelationShape, tile: CorrelationTile): readonly [rows: number, cols: number] {
  return [
    (tile.rows - 1) * c.stride[0] + (tile.kernelRows - 1) * c.dilation[0] + 1,
    (tile.cols - 1) * c.stride[1] + (tile.kernelCols - 1) * c.dilation[1] + 1,
  ];
}

/** The cost of one turn for each tile of `allTiles`. Such a tile belongs to one kernel size, stride and dilation. */
const turnCosts = new WeakMap<CorrelationTile, TurnCost>();

function costOfTurnOf(c: CorrelationShape, tile: CorrelationTile): TurnCost {
  const known = turnCosts.get(tile);
  if (known) return known;
  const pixels = tile.images * tile.rows * tile.cols;
  const accumulators = pixels * tile.channels;
  const taps = tile.depth * tile.kernelRows * tile.kernelCols;
  const values =
    tile.images *
    tile.depth *
    touched(tile.rows, c.stride[0], tile.kernelRows, c.dilation[0]) *
    touched(tile.cols, c.stride[1], tile.kernelCols, c.dilation[1]);
  const made = costOfTurn({ ...loadsOf(values, taps, tile), products: taps * accumulators, accumulators, pixels });
  turnCosts.set(tile, made);
  return made;
}

/** The expected nanoseconds of a tile of `allTiles`: `runs` runs and its compilation. */
function correlationCost(
  c: CorrelationShape,
  tile: CorrelationTile,
  runs = isStrided(c) ? STRIDED_RUNS : RUNS,
): number {
  const outerTurns = (c.kernel[0] * c.kernel[1]) / (tile.kernelRows * tile.kernelCols);
  const turns = (c.groupIn / tile.depth) * outerTurns;
  const tiles = ceilDiv(c.outSize[0], tile.rows) * ceilDiv(c.outSize[1], tile.cols) * ceilDiv(c.batch, tile.images);
  const channelTiles = ceilDiv(c.groupOut, tile.channels) * c.groups;
  const invocations = invocationsOf(tiles, channelTiles, tile.shares);
  return cost(costOfTurnOf(c, tile), turns, outerTurns, invocations, runs);
}
