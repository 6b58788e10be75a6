// How the gradient of a convolution by its weight is divided among invocations: the tiles there are, and which is chosen where.
import { tuned } from '../compiler/tuning';
import type { AdapterProfile } from '../gpu/device';
import type { ConvGeometry } from './conv-geometry';
import { ceilDiv } from './conv-tiles';

/** What one invocation of conv2d-weight-grad.wgsl sums: so many output and input channels by rows and columns of the kernel. */
export type RegisterTile = {
  readonly outs: number;
  readonly ins: number;
  readonly kernelRows: number;
  readonly kernelCols: number;
  /** Whether a tile may begin at an odd column of x. */
  readonly shifted: boolean;
};

/** What one invocation of conv2d-weight-grad-workgroup.wgsl sums: so many output channels by taps of input channels. */
export type WorkgroupTile = { readonly outs: number; readonly taps: number };

export type WeightGradTile = RegisterTile | WorkgroupTile;

export const isWorkgroupTile = (tile: WeightGradTile): tile is WorkgroupTile => 'taps' in tile;

/** Invocations along each side of a workgroup of conv2d-weight-grad-workgroup.wgsl. */
export const SIDE = 16;

/** Tiles of workgroups; both operands of the largest take 14 kB of workgroup memory. */
const workgroupTiles: readonly WorkgroupTile[] = [
  { outs: 1, taps: 4 },
  { outs: 2, taps: 4 },
  { outs: 4, taps: 4 },
  { outs: 4, taps: 8 },
  { outs: 8, taps: 4 },
];

/** Share of a workgroup's sums that must be of use: below, registers alone are taken. */
const LEAST_USE = 1 / 8;

/** Sums that one invocation keeps in registers, at most: compilation takes longer than in proportion to them. */
const MOST_SUMS = { software: 88, gpu: 36 };

/** Longest row of a kernel that one invocation takes whole, and the even part of it that is taken otherwise. */
const LONGEST_ROW = 11;
const PART_OF_ROW = 8;

/** Largest dilation at which the taps of a row share what is read of x. */
const LARGEST_SHARED_DILATION = 2;

// Nanoseconds on SwiftShader for four lanes, where all loads cost a branch a lane: fitted to measured times.
const LOAD = 15;
const SUM = 3.5;
/** Nanoseconds to compile the kernel, and what each sum adds to it. */
const COMPILED = 30e6;
const COMPILED_SUM = 1e6;
/** Runs that a compilation is worth. */
const RUNS = 100;
/** Invocations that run at the same time. */
const LANES = 8;

const counts: readonly number[] = [1, 2, 4, 8];

function registerTiles(g: ConvGeometry, kind: AdapterProfile['kind']): readonly RegisterTile[] {
  const [kh, kw] = g.kernel;
  const shifted = kw > 1 && g.dilation[1] > LARGEST_SHARED_DILATION;
  const kernelCols = shifted ? 1 : kw <= LONGEST_ROW ? kw : PART_OF_ROW;
  const tiles: RegisterTile[] = [];
  for (const outs of counts) {
    for (const ins of counts) {
      for (let kernelRows = 1; kernelRows <= Math.min(kh, LONGEST_ROW); kernelRows++) {
        const smallest = outs === 1 && ins === 1 && kernelRows === 1;
        if (outs * ins * kernelRows * kernelCols > MOST_SUMS[kind] && !smallest) continue;
        if ((outs > 1 && outs >= 2 * g.groupOut) || (ins > 1 && ins >= 2 * g.groupIn)) continue;
        tiles.push({ outs, ins, kernelRows, kernelCols, shifted });
      }
    }
  }
  return tiles;
}

/** Tiles of registers that are worth measuring. */
const FEW = 6;

/** The tiles that the gradient may be computed with, the most promising of those in registers first. */
export function weightGradTiles(g: ConvGeometry, { kind }: AdapterProfile): readonly WeightGradTile[] {
  const registers = registerTiles(g, kind)
    .map((tile) => ({ tile, cost: cost(g, tile) }))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, FEW)
    .map(({ tile }) => tile);
  return kind === 'software' ? registers : [...registers, ...workgroupTiles];
}

/** The tile that has been measured to be the fastest, else the one that is expected to be. */
export function chooseWeightGradTile(g: ConvGeometry, adapter: AdapterProfile): WeightGradTile {
  const tiles = weightGradTiles(g, adapter);
  const block = least(workgroupTiles, (tile) => traffic(g, tile));
  const expected = adapter.kind === 'gpu' && use(g, block) >= LEAST_USE ? block : tiles[0]!;
  const { batch, groups, groupIn, groupOut, size, outSize, kernel, stride, dilation, padding } = g;
  const shape = [batch, groups, groupIn, groupOut, ...size, ...outSize, ...kernel, ...stride, ...dilation, ...padding];
  return tuned(adapter, 'conv2d weight gradient', shape, tiles, expected);
}

const least = <T>(tiles: readonly T[], by: (tile: T) => number): T =>
  tiles.reduce((best, tile) => (by(tile) < by(best) ? tile : best));

/** Sums of whole workgroups, those that are not stored included. */
function sumsOf(g: ConvGeometry, { outs, taps }: WorkgroupTile): number {
  const all = g.groupIn * g.kernel[0] * g.kernel[1];
  return ceilDiv(g.groupOut, outs * SIDE) * outs * SIDE * ceilDiv(all, taps * SIDE) * taps * SIDE;
}

const use = (g: ConvGeometry, tile: WorkgroupTile): number =>
  (g.groupOut * g.groupIn * g.kernel[0] * g.kernel[1]) / sumsOf(g, tile);

/** Products and reads of workgroup memory for a pixel; a read takes about as long as two products. */
const traffic = (g: ConvGeometry, tile: WorkgroupTile): number =>
  sumsOf(g, tile) * (1 + (2 * (tile.outs + tile.taps)) / (tile.outs * tile.taps));

/** Nanoseconds that the tile's compilation and runs take. */
function cost(g: ConvGeometry, { outs, ins, kernelRows, kernelCols }: RegisterTile): number {
  const blocks = g.groups * ceilDiv(g.groupOut, outs) * ceilDiv(g.groupIn, ins) * ceilDiv(g.kernel[0], kernelRows);
  const pairs = g.batch * g.outSize[0] * ceilDiv(g.outSize[1], 2);
  const lines = ins * kernelRows;
  const sums = outs * (1 + lines * kernelCols);
  const run = ((blocks * pairs) / LANES) * (LOAD * (outs + lines * g.stride[1]) + SUM * sums);
  return RUNS * run + COMPILED + COMPILED_SUM * sums;
}
