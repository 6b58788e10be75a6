// How a convolution is divided among invocations that keep their sums in registers: the tiles there are, and which is chosen where.

import type { Text } from '../../compiler/texts';
import { tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
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
import { ceilDiv, divisorUpTo } from './tiles';

const weightsBeside: Text = '#conv/libWeightsBeside';
const weightsOwn: Text = '#conv/libWeightsOwn';
const weightsQuad: Text = '#conv/libWeightsQuad';

/** What the choice for a cross-correlation goes by. */
export interface CorrelationShape {
  readonly batch: number;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
  readonly outSize: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** The outputs of one invocation of conv2d.wgsl, and the loops that are unrolled inside it. */
export type CorrelationTile = {
  readonly images: number;
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  /** Input channels, and rows and columns of the kernel, that a turn of the loop adds; divisors of their numbers. */
  readonly depth: number;
  readonly kernelRows: number;
  readonly kernelCols: number;
  readonly shares: Sharing;
};

/** Longest stretch of a kernel's row that is written out. */
const MAX_TAPS = 11;

/** Elements of x that a quad shares, at most: each is a value that all lanes keep. */
const MAX_SHARED_PATCH = 100;

/** Sums of one invocation, at most: a GPU's registers hold no more, and a processor has none to lose. */
export const MAX_SUMS = { software: 400, gpu: 64 };

/** Products an accumulator and turn that are aimed at: what a loop carries costs as much as seven of them. */
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
export const channelCounts: readonly number[] = [1, 2, 3, 4, 8, 16];

/** Choices that have been made, by all that decides them: layers of a network, and networks in a program, are alike. */
const chosen = new Map<string, unknown>();
/** Past so many everything is forgotten, so that ever-changing sizes do not pile up. */
const MAX_CHOSEN = 2_000;

/** The result of `choose`, or an earlier one for the same kind of choice, shape and adapter, and the same `more`. */
function remembered<T>(
  kind: string,
  c: CorrelationShape,
  adapter: AdapterProfile,
  choose: () => T,
  more: readonly number[] = [],
): T {
  const { batch, groups, groupIn, groupOut, outSize, kernel, stride, dilation } = c;
  const sizes = [batch, groups, groupIn, groupOut, outSize, kernel, stride, dilation, more];
  const key = `${kind} ${adapter.kind} ${lanesShare(adapter)} ${sizes.join()}`;
  if (chosen.has(key)) return chosen.get(key) as T;
  const choice = choose();
  if (chosen.size >= MAX_CHOSEN) chosen.clear();
  chosen.set(key, choice);
  return choice;
}

/** The tiles that a convolution may be computed with, the most promising first. */
export const correlationTiles = (c: CorrelationShape, adapter: AdapterProfile): readonly CorrelationTile[] =>
  remembered('tiles', c, adapter, () => promising(allTiles(c, adapter), (tile) => correlationCost(c, tile)));

/** What a workgroup of conv2d-workgroup.wgsl computes: so many channels and pixels for each of its 16 × 16 invocations. */
export type WorkgroupTile = { readonly outs: number; readonly pixels: number };

/** Tiles of workgroups; both operands of the largest take 16 kB of workgroup memory together. */
const workgroupTiles: readonly WorkgroupTile[] = [
  { outs: 4, pixels: 4 },
  { outs: 2, pixels: 4 },
  { outs: 1, pixels: 4 },
  { outs: 4, pixels: 2 },
  { outs: 4, pixels: 8 },
];

/** Output channels below which most of a workgroup would idle: registers alone are taken. */
const FEW_CHANNELS = 8;

/**
 * Images that decide what must depend neither on their number nor on their size, or each of these would have kernels of its own:
 * how the kernel is divided, hence in which order sums are taken, and whether to pool in place.
 */
const USUAL_BATCH = 64;
export const USUAL_SIZE = 32;

/** The same with the usual number of images and whole windows; single rows are left alone. */
function usually(c: CorrelationShape, [high, wide]: Window = EACH): CorrelationShape {
  const [rows, cols] = c.outSize[0] === 1 ? [1, USUAL_SIZE ** 2] : [USUAL_SIZE, USUAL_SIZE];
  return { ...c, batch: USUAL_BATCH, outSize: [rows - (rows % high), cols - (cols % wide)] };
}

/** Whether two tiles take the same parts of the kernel by turns. */
const sameOrder = (one: CorrelationTile, other: CorrelationTile): boolean =>
  one.kernelRows === other.kernelRows && one.kernelCols === other.kernelCols;

const best = (c: CorrelationShape, tiles: readonly CorrelationTile[]): CorrelationTile | undefined =>
  least(tiles, (tile) => correlationCost(c, tile));

/** The tile that is expected to be the fastest of those that add up in the order of the usual images' best. */
const expectedTile = (c: CorrelationShape, adapter: AdapterProfile): CorrelationTile =>
  remembered('expected', c, adapter, () => {
    const likeUsual = usually(c);
    const usual = best(likeUsual, allTiles(likeUsual, adapter))!;
    const alike = allTiles(c, adapter).filter((tile) => sameOrder(tile, usual));
    return best(c, alike)!;
  });

/** What decides which of the tiles is the fastest. */
export const shapeOf = (c: CorrelationShape): readonly number[] => [
  ...[c.batch, c.groups, c.groupIn, c.groupOut],
  ...[...c.outSize, ...c.kernel, ...c.stride, ...c.dilation],
];

/** The tile that was measured to be the fastest, or is expected to be. */
export function chooseCorrelationTile(c: CorrelationShape, adapter: AdapterProfile): CorrelationTile | WorkgroupTile {
  const alone = () => correlationTiles(c, adapter);
  const shape = shapeOf(c);
  if (adapter.kind === 'software' || c.groupOut < FEW_CHANNELS) {
    return tuned(adapter, 'conv2d', shape, alone, expectedTile(c, adapter));
  }
  const expected = workgroupTiles[c.groupOut > 32 ? 0 : c.groupOut > 16 ? 1 : 2]!;
  const tiles = (): readonly (CorrelationTile | WorkgroupTile)[] => [expected, ...workgroupTiles, ...alone()];
  return tuned(adapter, 'conv2d', shape, tiles, expected);
}

/**
 * The tile of a cross-correlation that keeps only the maximum of each window: of those that hold whole windows and take
 * about as long to compile as the one without, the one expected to be the fastest. None where that and a kernel that pools
 * are expected to be faster for the usual images, or where the pixels of an invocation of the workgroup are no window.
 */
export function choosePooledTile(
  c: CorrelationShape,
  window: Window,
  adapter: AdapterProfile,
): CorrelationTile | WorkgroupTile | undefined {
  const [high, wide] = window;
  const own = chooseCorrelationTile(c, adapter);
  if ('outs' in own) return own.pixels === high * wide ? own : undefined;
  const tiles = allTiles(c, adapter, windowSizes(window));
  const usual = usualPooledTile(c, window, tiles, adapter);
  if (!usual) return undefined;
  const outSize = [c.outSize[0] - (c.outSize[0] % high), c.outSize[1] - (c.outSize[1] % wide)] as const;
  const alike = tiles.filter((tile) => sameOrder(tile, usual));
  return best({ ...c, outSize }, compiledLike(own, alike)) ?? usual;
}

/** The tile for the usual images, if it is expected to be faster than the one without windows and a kernel that pools. */
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

/** Those of the tiles of windows that take about as long to compile as a tile without. */
function compiledLike(apart: CorrelationTile, tiles: readonly CorrelationTile[]): readonly CorrelationTile[] {
  const most = Math.max(MORE_PRODUCTS * productsOf(apart), FEW_PRODUCTS);
  return tiles.filter((tile) => productsOf(tile) <= most);
}

/** Rows and columns of the images that tiles for any are chosen for, their channels, and the products of an output. */
const ANY_SIZE = 16;
const ANY_CHANNELS = 64;
const ANY_PRODUCTS = 512;

/** Runs that such a tile's compilation is worth: few, since it is there for the time until others are compiled. */
const ANY_RUNS = 16;

/** Runs that the compilation for a layer that runs often is worth. */
const OFTEN_RUNS = 1000;

/** What a tile for any images is chosen by: as little as can be, so that the layers of a network share it. */
function anyImages(c: CorrelationShape, own: CorrelationTile, [high, wide]: Window): CorrelationShape {
  const [rows, cols] = c.outSize[0] === 1 ? [1, ANY_SIZE ** 2] : [ANY_SIZE, ANY_SIZE];
  const outSize = [rows - (rows % high), cols - (cols % wide)] as const;
  if (c.groups > 1) return { ...c, batch: 1, groups: ANY_CHANNELS, outSize };
  // A turn of the loop adds several channels, which divide theirs, where the kernel has few taps.
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
 * The tile that stands in for `own`, whatever the number and the size of images and of channels, and adds up in the same order:
 * each part of the kernel that is written out, channel by channel. It is soon compiled. None where it would be too large for that.
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

/** The best of the tiles that add up in the order of `own`, where its compilation is worth so many runs. */
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

/** Elements of weights that a core's own cache does not hold. */
const MANY_WEIGHTS = 1 << 18;

/** Pixels for which it counts how fast the weights come, and channels of lanes side by side whose weights come fast. */
const FEW_PIXELS = 4;
const FEW_ROWS = 2;

/**
 * Whether memory gives weights slowly to a tile, since it reads many rows of them side by side and uses each element for few
 * pixels. Measured on SwiftShader, 512 channels to 512 on 2 × 2, all of it: 8 channels 66, 4 channels 50, 2 channels 44 million
 * cycles, though instructions grow from 82 to 93 million.
 */
const readsManyRows = (
  { groupIn, groupOut, kernel }: CorrelationShape,
  { images, rows, cols, channels, shares }: CorrelationTile,
): boolean =>
  shares === 'patch' &&
  channels > FEW_ROWS &&
  images * rows * cols <= FEW_PIXELS &&
  groupIn * groupOut * kernel[0] * kernel[1] > MANY_WEIGHTS;

/**
 * The tile that is expected to be the fastest where `own` is compiled anew for a layer that runs often: it adds up in the same order.
 */
export function oftenTile(
  c: CorrelationShape,
  own: CorrelationTile,
  adapter: AdapterProfile,
  window: Window,
): CorrelationTile {
  const choose = () => bestAlike(c, own, adapter, window, OFTEN_RUNS, (tile) => !readsManyRows(c, tile)) ?? own;
  return remembered('often', c, adapter, choose, [own.kernelRows, own.kernelCols, ...window]);
}

/** Whether a tile takes the whole kernel at once. */
const isWhole = ({ kernel }: CorrelationShape, { kernelRows, kernelCols }: CorrelationTile): boolean =>
  kernelRows === kernel[0] && kernelCols === kernel[1];

/** The tile of a correlation by kernels of few taps, all at once, that was measured to be the fastest or is expected to be. */
export function chooseMapTile(c: CorrelationShape, adapter: AdapterProfile): CorrelationTile {
  const whole = allTiles(c, adapter).filter((tile) => isWhole(c, tile));
  const tiles = promising(whole, (tile) => correlationCost(c, tile));
  return tuned(adapter, 'conv2d of maps', shapeOf(c), tiles, tiles[0]!);
}

/** The tile that stands in for it, however many channels the sums go over. */
export const generalMapTile = (c: CorrelationShape, adapter: AdapterProfile): CorrelationTile =>
  chooseMapTile({ ...c, groupIn: 1 }, { ...adapter, tuning: undefined });

/** Products that are written out. */
const productsOf = ({ images, rows, cols, channels, depth, kernelRows, kernelCols }: CorrelationTile): number =>
  images * rows * cols * channels * depth * kernelRows * kernelCols;

/**
 * Products of a tile of windows, for each of the usual tile. On SwiftShader 2 × 14 instead of 2 × 8 pixels (2 × 7 are usual) of
 * 32 channels on 14² from 16 ran in 14 instead of 17 ms, but compiled in 340 instead of 210.
 */
const MORE_PRODUCTS = 1.2;

/** Products that compile in less time than a kernel that pools, which need not be compiled then. */
const FEW_PRODUCTS = 100;

type Window = readonly [rows: number, cols: number];

/** Every output is kept. */
const EACH: Window = [1, 1];

/** Windows of a tile, down and across. */
const windowCounts = [
  [1, 2, 3],
  [1, 2, 3, 4, 7],
] as const;

/** Outputs of a window, at most: larger ones leave a tile few channels (measured with 7 × 7: 1.3 times as long as apart). */
const MAX_WINDOW = 16;

/** Sizes of tiles that are whole windows. */
const windowSizes = ([high, wide]: Window): Window[] =>
  high * wide > MAX_WINDOW
    ? []
    : windowCounts[0].flatMap((down) => windowCounts[1].map((across): Window => [down * high, across * wide]));

/** Images of a tile: several where they are so small that a tile holds whole ones. */
const imageCounts: readonly number[] = [1, 2, 4, 8];

/** The tiles that there are, by all that decides which: layers of a network have most of them in common. */
const tilesMade = new Map<string, readonly CorrelationTile[]>();

function allTiles(c: CorrelationShape, adapter: AdapterProfile, of: readonly Window[] = sizes): CorrelationTile[] {
  const divisors = [...Array(PRODUCTS_OF_TURN).keys()].filter((less) => c.groupIn % (less + 1) === 0);
  const counts = channelCounts.filter((channels) => channels <= c.groupOut || channels === 1);
  const shared = counts.map((channels) => sharings(c.groups, c.groupOut, channels, adapter));
  const like = [adapter.kind, c.kernel, c.stride, c.dilation, divisors, shared].join();
  return of.flatMap(([rows, cols]) => {
    const whole = of === sizes && rows >= c.outSize[0] && cols >= c.outSize[1];
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

/** The tiles of a size. */
function tilesOf(
  c: CorrelationShape,
  size: Pick<CorrelationTile, 'images' | 'rows' | 'cols' | 'channels'>,
  shared: readonly Sharing[],
  adapter: AdapterProfile,
): CorrelationTile[] {
  const accumulators = size.images * size.rows * size.cols * size.channels;
  if (accumulators > MAX_SUMS[adapter.kind]) return [];
  const tiles = partsOfKernel(c, accumulators).flatMap((part) =>
    shared.map((shares) => ({ ...size, ...part, shares })),
  );
  return tiles.filter((tile) => tile.shares !== 'patch' || patchElements(c, tile) <= MAX_SHARED_PATCH);
}

/** Elements of x that a turn of an invocation reads. */
function patchElements(c: CorrelationShape, tile: CorrelationTile): number {
  const [rows, cols] = patchSize(c, tile);
  return tile.images * tile.depth * rows * cols;
}

type PartOfKernel = Pick<CorrelationTile, 'depth' | 'kernelRows' | 'kernelCols'>;

/** The parts of the kernel that may be written out for so many sums. */
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

/** What quads may share where an invocation computes so many of a group's channels. */
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

/** Invocations of a workgroup whose lanes share; fewer where there are few tiles. */
const SHARING_WORKGROUP = 16;

/** Invocations of a workgroup whose lanes share nothing. */
const ALONE_WORKGROUP = { software: 16, gpu: 64 };

/** Invocations that compute so many tiles, each for so many of channels, with those that only fill quads. */
function invocationsOf(tiles: number, channelTiles: number, shares: Sharing): number {
  if (shares === 'nothing') return tiles * channelTiles;
  return shares === 'patch' ? ceilDiv(channelTiles, QUAD) * QUAD * tiles : ceilDiv(tiles, QUAD) * QUAD * channelTiles;
}

/**
 * How invocations are laid out that compute so many tiles over the batch, each for so many of channels over the groups: which of them
 * lie side by side, and how many, with those that only fill quads. A kernel for any number of tiles has one size of workgroups.
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

/** Tiles of a correlation: in a column, in a row, over the batch, and of the channels of a group. */
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

/** Whether lanes can hand values round in quads: where they are a processor's, a load costs each of them a branch. */
export const lanesShare = ({ kind, features }: AdapterProfile): boolean =>
  kind === 'software' && features.has('subgroups');

const libraries: Readonly<Record<Sharing, string>> = {
  weights: weightsQuad,
  patch: weightsBeside,
  nothing: weightsOwn,
};

/** The library that loads a tile's weights. */
export const weightsOf = ({ shares }: { readonly shares: Sharing }): string => libraries[shares];

/** Rows and columns of the input under a tile and the part of the kernel that is written out. */
export function patchSize(c: CorrelationShape, tile: CorrelationTile): readonly [rows: number, cols: number] {
  return [
    (tile.rows - 1) * c.stride[0] + (tile.kernelRows - 1) * c.dilation[0] + 1,
    (tile.cols - 1) * c.stride[1] + (tile.kernelCols - 1) * c.dilation[1] + 1,
  ];
}

/** Of the places that a row or column of a patch has, those that some tap of some output meets. */
function touched(outputs: number, stride: number, taps: number, dilation: number): number {
  // Mostly what outputs read is one stretch each, and these touch or overlap, or do not.
  if (dilation === 1 || taps === 1) return taps >= stride ? (outputs - 1) * stride + taps : outputs * taps;
  const places = new Set<number>();
  for (let t = 0; t < outputs; t++) for (let q = 0; q < taps; q++) places.add(t * stride + q * dilation);
  return places.size;
}

/** The cost of a turn of each of the tiles from `allTiles`, which are for one kernel, stride and dilation. */
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

/** Nanoseconds that a tile of `allTiles` is expected to take, with its compilation, which is worth so many runs. */
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
