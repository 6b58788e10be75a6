// Divides a matrix product among invocations: lists the tiles that its kernels can have, and chooses one.

import { candidateKey, mayGrow, tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters } from '../lane-registers';

/** y[batch, m, n] = Σ_k a[batch, m, k] · b[batch, k, n] */
export interface MatmulShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batch: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether the kernel also sums the rows of a, which the kernel for vectors cannot do. */
  readonly sums: boolean;
}

/**
 * Each invocation computes tm × tn elements, and side × side of them share their loads: 1 invocation of matmul.wgsl
 * shares nothing, 2 × 2 are the lanes of a quad, and more are a workgroup of matmul-workgroup.wgsl, through panels of
 * `depth` steps of K. A workgroup has `side` lanes along a column, and `across` along a row if that differs; with 2 `slices`
 * of K, as many for each.
 */
export type BlockTile = {
  readonly side: number;
  readonly across?: number;
  readonly tm: number;
  readonly tn: number;
  readonly depth: number;
  readonly slices?: number;
};

/** A workgroup of matvec.wgsl computes `rows` rows, each with `lanes` lanes. */
export type VectorTile = { readonly lanes: number; readonly rows: number };

export type MatmulTile = BlockTile | VectorTile;

export const isVectorTile = (tile: MatmulTile): tile is VectorTile => 'lanes' in tile;
export const isWorkgroupTile = (tile: BlockTile): boolean => tile.side > 2;

const block = (side: number, tm: number, tn: number, depth = 4): BlockTile => ({ side, tm, tn, depth });
const workgroup = (side: number, across: number, tm: number, tn: number, depth: number): BlockTile => ({
  ...block(side, tm, tn, depth),
  ...(across !== side && { across }),
});

/** The tile with a chunk of K divided among two times as many lanes. */
const sliced = (tile: BlockTile): BlockTile => ({ ...tile, slices: 2 });

/** Into how many slices a workgroup divides K. */
export const slicesOf = ({ slices = 1 }: BlockTile): number => slices;

/** The lanes of a tile along a row. */
export const acrossOf = ({ side, across = side }: BlockTile): number => across;

/** Tiles in registers only. */
const registerTiles = [
  block(1, 1, 1),
  block(1, 1, 4),
  block(1, 4, 1),
  block(1, 1, 8),
  block(1, 8, 1),
  block(1, 2, 8),
  block(1, 8, 2),
  block(1, 4, 4),
  block(1, 4, 8),
  block(1, 8, 4),
  block(1, 8, 8),
];
/** Tiles in registers only, with loads shared among the lanes of a CPU. */
const quadTiles = [
  block(2, 2, 2),
  block(2, 2, 4),
  block(2, 4, 2),
  block(2, 4, 4),
  block(2, 4, 6),
  block(2, 6, 4),
  block(2, 4, 8),
  block(2, 8, 4),
  block(2, 6, 8),
  block(2, 8, 6),
  block(2, 8, 8),
  block(2, 8, 16),
];
/** Tiles through workgroup memory, within the 16 KiB and 256 invocations that every device has. */
const workgroupTiles = [
  workgroup(8, 8, 4, 4, 32),
  workgroup(8, 8, 8, 4, 16),
  workgroup(8, 8, 4, 8, 16),
  workgroup(8, 8, 8, 8, 16),
  workgroup(16, 16, 4, 4, 16),
  workgroup(16, 8, 8, 8, 16),
  workgroup(8, 16, 8, 8, 16),
  workgroup(16, 16, 8, 8, 8),
];
/** The same with slices of K, for products of few tiles: a unit that has one tile more than others works for less time alone. */
const slicedTiles = [
  sliced(workgroup(8, 8, 4, 4, 16)),
  sliced(workgroup(8, 8, 8, 4, 16)),
  sliced(workgroup(8, 8, 4, 8, 16)),
];
const vectorTiles: readonly VectorTile[] = [
  { lanes: 256, rows: 1 },
  { lanes: 64, rows: 4 },
  { lanes: 16, rows: 16 },
  { lanes: 4, rows: 64 },
];

/** All tiles with which this adapter can compute this product. */
export function matmulTiles(shape: MatmulShape, adapter: AdapterProfile): readonly MatmulTile[] {
  if (adapter.kind === 'software') return softwareTiles(adapter);
  return (shape.m === 1 || shape.n === 1) && !shape.sums
    ? vectorTiles
    : [...sharedTiles(adapter), ...slicesFor(shape, adapter), ...registerTiles];
}

/** The tiles with slices; the kernel does not sum rows in slices. */
const slicesFor = ({ sums }: MatmulShape, adapter: AdapterProfile): readonly BlockTile[] =>
  sums || hasFewRegisters(adapter) ? [] : slicedTiles;

const sharedTiles = (adapter: AdapterProfile): readonly BlockTile[] =>
  hasFewRegisters(adapter)
    ? workgroupTiles.filter(({ tm, tn, depth }) => tm * tn <= 16 && depth <= 16)
    : workgroupTiles;

const softwareTiles = (adapter: AdapterProfile): readonly BlockTile[] =>
  lanesInFours(adapter) ? [...registerTiles, ...quadTiles] : registerTiles;

/**
 * Whether invocations 4i to 4i + 3 of a workgroup are the lanes of one quad, as on SwiftShader, whose subgroups have 4
 * lanes.
 */
const lanesInFours = ({ kind, architecture, features }: AdapterProfile): boolean =>
  kind === 'software' && architecture === 'swiftshader' && features.has('subgroups');

/** The milliseconds of the product in `probeShape`, by the `candidateKey` of its tile. */
export type TileTimes = Readonly<Record<string, number>>;

/**
 * The tile that was measured to be the fastest for this shape; if there is none, the one that is expected to be.
 * `times`: the measured times of tiles on this adapter, to correct the expectation.
 */
export function chooseTile(shape: MatmulShape, adapter: AdapterProfile, times: TileTimes | null = null): MatmulTile {
  const tiles = matmulTiles(shape, adapter);
  const cost: Cost = (tile, factor) => costOf(shape, tile, adapter.kind, factor);
  const expected = expectedOf(tiles, shape, adapter, times, cost);
  return tuned(adapter, 'matmul', sizesOf(shape), tiles, expected);
}

/** The numbers by which measured choices are stored. */
function sizesOf({ m, k, n, batch, transposeA, transposeB, sums }: MatmulShape): number[] {
  return [batch, m, k, n, ...[transposeA, transposeB, sums].map(Number)];
}

/**
 * The runs over which a kernel for a layer that runs often must pay for its compilation. Measured on SwiftShader with
 * MobileNetV2 at 64²: with 1000 instead, tiles take twice as long to compile, 0.95 of the instructions, and the same
 * time.
 */
const OFTEN_RUNS = 300;

/**
 * The tile that is expected to be the fastest for a layer that runs often. It sums K in the same chunks as `own`. On a
 * GPU, or if `own` was measured to be the fastest, it is `own`.
 */
export function oftenTile(
  shape: MatmulShape,
  own: BlockTile,
  chunk: number,
  adapter: AdapterProfile,
  times: TileTimes | null,
): BlockTile {
  if (!mayGrow(adapter, 'matmul', sizesOf(shape))) return own;
  const cost: Cost = (tile, factor) =>
    isVectorTile(tile) ? Number.POSITIVE_INFINITY : softwareCost(shape, tile, factor, chunk, OFTEN_RUNS);
  const often = expectedOf(softwareTiles(adapter), shape, adapter, times, cost);
  return isVectorTile(often) ? own : often;
}

/** The cost of a tile, if a run takes `factor` times as long as the table says. */
type Cost = (tile: MatmulTile, factor?: number) => number;

/** The cheapest tile by the table, corrected by measured times of this adapter if there are any. */
function expectedOf(
  tiles: readonly MatmulTile[],
  shape: MatmulShape,
  adapter: AdapterProfile,
  times: TileTimes | null,
  cost: Cost,
): MatmulTile {
  const byTable = cheapest(tiles, cost);
  return times ? corrected(shape, adapter, byTable, times, cost) : byTable;
}

/**
 * Products of at most this many multiplications use the general tile: a better tile would save less than a dispatch
 * costs.
 */
const SMALL_PRODUCT = 2 ** 17;

/** Whether a product always uses the general tile, unless another was measured to be faster. */
export function isSmall(shape: MatmulShape, adapter: AdapterProfile): boolean {
  const { m, k, n, batch } = shape;
  return adapter.kind === 'software' && m * k * n * batch <= SMALL_PRODUCT;
}

/** The general tile for a single row, as in a batch of one, or for each new token of a language model. */
export const ROW_TILE = block(1, 1, 4);

/**
 * With this many columns, the general tile is larger. Columns decide, since rows are usually a batch, whose size
 * changes.
 */
const MANY = 64;

/**
 * The tiles of the same kernel that can replace `own` and sum in the same order: first one for a row or a column, last
 * one for any sizes.
 */
export function generalTiles({ m, n }: MatmulShape, own: BlockTile, adapter: AdapterProfile): readonly BlockTile[] {
  if (isWorkgroupTile(own)) {
    const any = block(hasFewRegisters(adapter) ? 16 : 8, 4, 4, 16);
    return [own.slices ? sliced(any) : any];
  }
  const side = lanesInFours(adapter) ? 2 : 1;
  const any = n >= MANY ? block(side, 8, 4) : block(side, 4, 4);
  if (m === 1) return [ROW_TILE, any];
  return n === 1 ? [block(1, 8, 1), any] : [any];
}

function cheapest<T>(choices: readonly T[], cost: (choice: T) => number): T {
  const costs = choices.map((choice) => cost(choice));
  return choices[costs.indexOf(Math.min(...costs))]!;
}

function costOf(shape: MatmulShape, tile: MatmulTile, kind: AdapterProfile['kind'], factor = 1): number {
  if (isVectorTile(tile)) return vectorCost(shape, tile);
  if (kind === 'software') return softwareCost(shape, tile, factor);
  return isWorkgroupTile(tile) ? factor * workgroupCost(shape, tile) : Number.POSITIVE_INFINITY;
}

/** The tiles that are measured once on each adapter: those that large products may use. */
export function probeTiles(adapter: AdapterProfile): readonly BlockTile[] {
  if (adapter.kind === 'gpu') return sharedTiles(adapter);
  const pairs = [
    [4, 4],
    [4, 8],
    [8, 4],
    [6, 8],
    [8, 6],
    [8, 8],
    [8, 16],
  ] as const;
  const tiles = lanesInFours(adapter) ? quadTiles : registerTiles;
  return tiles.filter(({ tm, tn }) => pairs.some(([rows, cols]) => tm === rows && tn === cols));
}

/** A product that all these tiles divide evenly, that keeps the adapter busy, and that takes some milliseconds. */
export function probeShape({ kind }: AdapterProfile): MatmulShape {
  const [m, k, n] = kind === 'gpu' ? [1024, 512, 1024] : [192, 256, 192];
  return { m, k, n, batch: 1, transposeA: false, transposeB: false, sums: false };
}

/** A tile must be faster by this factor to be worth another kernel. */
const WORTHWHILE = 1.05;

/**
 * Corrects the choice of the table by measured times: scales the cost of each measured tile, and returns the cheapest
 * tile that sums in exactly the same order as `expected`, the cheapest by the table alone.
 */
function corrected(
  shape: MatmulShape,
  adapter: AdapterProfile,
  expected: MatmulTile,
  times: TileTimes,
  cost: Cost,
): MatmulTile {
  if (isVectorTile(expected) || times[candidateKey(expected)] === undefined) return expected;
  const { kind } = adapter;
  const probe = probeShape(adapter);
  const ratio = (tile: BlockTile) => times[candidateKey(tile)]! / runCost(probe, tile, kind);
  const measured = probeTiles(adapter).filter((tile) => times[candidateKey(tile)] !== undefined);
  const unit = Math.min(...measured.map(ratio));
  const chunk = Math.min(chunkOf(shape, expected, kind), shape.k);
  const alike = measured.filter((tile) => Math.min(chunkOf(shape, tile, kind), shape.k) === chunk);
  const measuredCost = (tile: BlockTile) => cost(tile, ratio(tile) / unit);
  const best = cheapest(alike, measuredCost);
  return measuredCost(best) * WORTHWHILE < measuredCost(expected) ? best : expected;
}

// Costs on SwiftShader, whose lanes load one after another, in multiplications. Fitted to times of tiles from 2 × 2 to
// 8 × 16.
const LOAD = 16;
const STORE = 24;
const INVOCATION = 600;
/**
 * The cost of compiling one multiplication of the loop, and the runs over which a kernel must pay for its compilation.
 */
const COMPILATION = 2.7e6;
const RUNS = 50;
/**
 * A penalty for tiles of 8 × 8 in each of four lanes. By the numbers above, from an AMD EPYC, an element takes 0.9
 * times as long as with 8 × 6; on an Intel Xeon, it was measured to take 1.5 times as long. A tile that is good on both
 * is better.
 */
const UNEVEN = 1.2;

/** The cost of a second pass: its dispatch, each element it adds, and its compilation. */
const SECOND_PASS = 2.5e5;
const ADDITION = 16;
const SECOND_COMPILATION = 4e7;

const stepCost = ({ side, tm, tn }: BlockTile): number =>
  (tm * tn + (LOAD * (tm + tn)) / side) * (side === 2 && tm === 8 && tn === 8 ? UNEVEN : 1);

/** The cost of a run by the table, without compiling. */
const runCost = (shape: MatmulShape, tile: BlockTile, kind: AdapterProfile['kind']): number =>
  kind === 'gpu' ? workgroupCost(shape, tile) : softwareRun(shape, tile).first;

/** The cost of the first pass, over all chunks of K, and the number of chunks. */
function softwareRun(
  shape: MatmulShape,
  tile: BlockTile,
  chunk = chunkOf(shape, tile, 'software'),
): { readonly first: number; readonly chunks: number } {
  const { side, tm, tn } = tile;
  const chunks = Math.ceil(shape.k / chunk);
  const invocations = Math.max(tilesOf(shape, tile) * side * side * chunks, FEW_INVOCATIONS.software);
  const first = invocations * (Math.min(chunk, shape.k) * stepCost(tile) + STORE * tm * tn + INVOCATION);
  return { first, chunks };
}

/** `factor`: how many times as long as the table says a run takes on this adapter. */
function softwareCost(shape: MatmulShape, tile: BlockTile, factor = 1, chunk?: number, runs = RUNS): number {
  const run = softwareRun(shape, tile, chunk);
  const { chunks } = run;
  const first = factor * run.first;
  const step = stepCost(tile);
  if (chunks < 2) return runs * first + COMPILATION * step;
  const second = SECOND_PASS + chunks * shape.batch * shape.m * shape.n * ADDITION;
  return runs * (first + second) + COMPILATION * step + SECOND_COMPILATION;
}

/** With fewer invocations, a part of a GPU, or some cores of a CPU, are idle. */
const FEW_INVOCATIONS = { software: 16, gpu: 16384 };

// The cost of a read on a GPU, in multiplications: of one element from workgroup memory, which works beside the
// multiplications (by the widths of both, 2.5 on AMD's GPUs and 4 on NVIDIA's), and of one from a cache on its way there.
const PANEL_READ = 2.8;
const CACHE_READ = 2;
/** The cost of a tile's start and end, in multiplications of each element: addresses before, and stores after. */
const ENDS = 8;
/** The cost of adding an element of another slice. */
const JOIN = 4;
/**
 * The numbers of compute units that GPUs have, from those within processors to the largest. A page cannot ask, so the
 * cost is the mean over these: a tile should suit all of them.
 */
const UNITS = [16, 32, 60, 80, 96, 128];
/** The invocations that one unit computes at a time. With fewer, a part of it is idle. */
const UNIT_INVOCATIONS = 128;
/** The cost of a second pass, as that of `UNIT_INVOCATIONS` multiplications: its dispatch, and each element it reads. */
const SECOND_DISPATCH = 3400;
const SECOND_READ = 0.009;

function workgroupCost(shape: MatmulShape, tile: BlockTile, length = chunkOf(shape, tile, 'gpu')): number {
  const { side, tm, tn } = tile;
  const reads = CACHE_READ * (tm / acrossOf(tile) + tn / side);
  const step = Math.max(tm * tn, PANEL_READ * (tm + tn)) + reads;
  const chunk = Math.min(length, shape.k);
  const chunks = Math.max(1, Math.ceil(shape.k / length));
  const slices = slicesOf(tile);
  const group = (chunk / slices) * step + (ENDS + JOIN * (slices - 1)) * tm * tn;
  const size = invocationsOf(tile) / UNIT_INVOCATIONS;
  const groups = tilesOf(shape, tile) * chunks;
  const rounds = UNITS.map(
    (units) => (Math.ceil((groups * Math.min(size, 1)) / units) * Math.max(size, 1) * group * units) / 80,
  );
  const first = rounds.reduce((sum, round) => sum + round, 0) / UNITS.length;
  if (chunks === 1) return first;
  return first + SECOND_DISPATCH + (chunks + 1) * shape.m * shape.n * shape.batch * SECOND_READ;
}

/**
 * The cost of a vector tile. If the elements along K are neighbours in memory, about 64 lanes are best; otherwise few.
 */
function vectorCost({ m, k, n, transposeA, transposeB }: MatmulShape, { lanes, rows }: VectorTile): number {
  const alongK = n === 1 ? !transposeA : transposeB;
  const idle =
    (Math.ceil(k / lanes) * lanes) / Math.max(1, k) + (Math.ceil((m * n) / rows) * rows) / Math.max(1, m * n);
  return alongK ? idle + Math.abs(lanes - 64) / 64 : idle + lanes / 4;
}

/** The number of tiles of the result. A tile belongs to a workgroup, a quad, or an invocation that shares nothing. */
export function tilesOf({ m, n, batch }: MatmulShape, tile: MatmulTile): number {
  if (isVectorTile(tile)) return batch * Math.ceil((m * n) / tile.rows);
  return batch * Math.ceil(m / (tile.side * tile.tm)) * Math.ceil(n / (acrossOf(tile) * tile.tn));
}

/** The invocations that compute one tile. */
export const invocationsOf = (tile: MatmulTile): number =>
  isVectorTile(tile) ? tile.lanes * tile.rows : tile.side * acrossOf(tile) * slicesOf(tile);

/** The shortest chunk of K that is worth a second pass. */
const SHORTEST_CHUNK = { software: 256, gpu: 128 };
/** The longest chunk: the rounding error of a sum grows with its length. */
const LONGEST_CHUNK = 16384;

/** On a CPU, a second pass does not make a product of up to this many multiplications faster. */
const UNDIVIDED = 2 ** 19;

/** The length of the chunks in which K is summed: all of K, unless there are too few invocations or K is too long. */
export function chunkOf(shape: MatmulShape, tile: MatmulTile, kind: AdapterProfile['kind']): number {
  const short = chunkFor(shape, tile, kind, FEW_INVOCATIONS[kind]);
  if (kind === 'software' || isVectorTile(tile)) return short;
  // Half as many invocations without a second pass may be faster.
  return cheapest([chunkFor(shape, tile, kind, FEW_INVOCATIONS.gpu / 2), short], (chunk) =>
    workgroupCost(shape, tile, chunk),
  );
}

/** The length of chunks with which there are at least `few` invocations, if K is long enough. */
function chunkFor(shape: MatmulShape, tile: MatmulTile, kind: AdapterProfile['kind'], few: number): number {
  const { m, k, n, batch } = shape;
  if (kind === 'software' && m * k * n * batch <= UNDIVIDED) return inSteps(Math.min(k, LONGEST_CHUNK), tile);
  const invocations = Math.max(1, tilesOf(shape, tile) * invocationsOf(tile));
  const wanted = Math.ceil(few / invocations);
  const lanes = isVectorTile(tile) ? tile.lanes : 1;
  const shortest = Math.max(SHORTEST_CHUNK[kind], 8 * lanes);
  const chunk = Math.min(LONGEST_CHUNK * lanes, Math.max(shortest, Math.ceil(k / wanted)));
  return inSteps(chunk, tile);
}

/** A length rounded up to whole turns of the loop. */
function inSteps(length: number, tile: MatmulTile): number {
  const unit = isVectorTile(tile) ? 4 * tile.lanes : tile.depth;
  return Math.max(1, Math.ceil(length / unit)) * unit;
}
