// How the gradient of a convolution by its weight is divided among invocations: the tiles there are, and which is chosen where.
import type { ConvGeometry } from './conv-geometry';
import { ceilDiv } from './conv-tiles';

/** What one invocation of conv2d-weight-grad.wgsl sums: so many output and input channels by rows and columns of the kernel. */
export interface WeightGradTile {
  readonly outs: number;
  readonly ins: number;
  readonly kernelRows: number;
  readonly kernelCols: number;
  /** Whether a tile may begin at an odd column of x. */
  readonly shifted: boolean;
}

/** Sums that one invocation keeps, at most: compilation takes longer than in proportion to them. */
const MOST_SUMS = 88;

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

/** Every tile that the gradient can be computed with. */
export function weightGradTiles(g: ConvGeometry): readonly WeightGradTile[] {
  const [kh, kw] = g.kernel;
  const shifted = kw > 1 && g.dilation[1] > LARGEST_SHARED_DILATION;
  const kernelCols = shifted ? 1 : kw <= LONGEST_ROW ? kw : PART_OF_ROW;
  const tiles: WeightGradTile[] = [];
  for (const outs of counts) {
    for (const ins of counts) {
      for (let kernelRows = 1; kernelRows <= Math.min(kh, LONGEST_ROW); kernelRows++) {
        const least = outs === 1 && ins === 1 && kernelRows === 1;
        if (outs * ins * kernelRows * kernelCols > MOST_SUMS && !least) continue;
        if ((outs > 1 && outs >= 2 * g.groupOut) || (ins > 1 && ins >= 2 * g.groupIn)) continue;
        tiles.push({ outs, ins, kernelRows, kernelCols, shifted });
      }
    }
  }
  return tiles;
}

/** The tile that is expected to be the fastest. */
export function chooseWeightGradTile(g: ConvGeometry): WeightGradTile {
  const tiles = weightGradTiles(g);
  return tiles.reduce((best, tile) => (cost(g, tile) < cost(g, best) ? tile : best));
}

/** Nanoseconds that the tile's compilation and runs take. */
function cost(g: ConvGeometry, { outs, ins, kernelRows, kernelCols }: WeightGradTile): number {
  const blocks = g.groups * ceilDiv(g.groupOut, outs) * ceilDiv(g.groupIn, ins) * ceilDiv(g.kernel[0], kernelRows);
  const pairs = g.batch * g.outSize[0] * ceilDiv(g.outSize[1], 2);
  const lines = ins * kernelRows;
  const sums = outs * (1 + lines * kernelCols);
  const run = ((blocks * pairs) / LANES) * (LOAD * (outs + lines * g.stride[1]) + SUM * sums);
  return RUNS * run + COMPILED + COMPILED_SUM * sums;
}
