// Divides the gradient of a convolution by its input into blocks that invocations keep in registers, and chooses the
// size of the blocks.
import { tuned } from '../../compiler/tuning/tuning';
import type { AdapterProfile } from '../../gpu/device';
import { hasHalfRegisters, mostLaneRegisters } from '../lane-registers';
import type { ConvGeometry } from './geometry';
import { channelCounts, lanesOf, mostSums, sharings, USUAL_SIZE } from './register-tiles';
import { costOf, loadsOf, MAX_PRODUCTS, promising, type Sharing, STRIDED_RUNS, type Work } from './tile-costs';
import { ceilDiv, divisorUpTo, mostTileRegisters } from './tiles';

/**
 * The outputs of one invocation of conv2d-input-grad-block.wgsl: rows and columns, counted in strides, and channels.
 */
export type BlockTile = {
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  /** The channels of dy that one turn of the loop adds; a divisor of their number. */
  readonly depth: number;
  readonly shares: Sharing;
};

/** The number of blocks of a gradient by the input: per column, per row, over the batch, and per group's channels. */
export function blockCounts(g: ConvGeometry, tile: BlockTile) {
  const yTiles = ceilDiv(g.size[0], tile.rows * g.stride[0]);
  const xTiles = ceilDiv(g.size[1], tile.cols * g.stride[1]);
  return { yTiles, xTiles, tiles: yTiles * xTiles * g.batch, cTiles: ceilDiv(g.groupIn, tile.channels) };
}

/** The number of products per accumulator and turn to aim at; blocks need fewer loads for each product. */
const PRODUCTS_OF_BLOCK = 6;

const blockSizes: readonly (readonly [rows: number, cols: number])[] = [
  [1, 1],
  [1, 2],
  [1, 4],
  [1, 7],
  [2, 2],
  [2, 4],
  [2, 7],
  [4, 4],
];

/**
 * The maximum number of loads in one turn. SwiftShader took 23 s to compile the 1,560 loads of a block of 16 × 16 taps
 * at stride 16, as for patches of images, where each load is used only once. One row of such a block at a time needs no
 * more loads in all.
 */
const MAX_LOADS = 200;

/** The tiles that can compute a gradient by the input, the most promising first; none if the kernel is too large. */
export function blockTiles(g: ConvGeometry, adapter: AdapterProfile): readonly BlockTile[] {
  const taps = g.kernel[0] * g.kernel[1];
  const [sh, sw] = g.stride;
  const medium = { rows: 2, cols: 2, channels: 1, depth: 1, shares: 'nothing' } as const;
  const most = mostTileRegisters(adapter, registersOf(g, medium));
  const tiles: BlockTile[] = [];
  for (const [rows, cols] of blockSizes) {
    for (const channels of channelCounts) {
      if ((channels > g.groupIn && channels > 1) || rows * cols * sh * sw * channels > mostSums(adapter)) continue;
      const products = rows * cols * channels * taps;
      if (products > MAX_PRODUCTS) continue;
      const deepest = Math.min((PRODUCTS_OF_BLOCK * sh * sw) / taps, MAX_PRODUCTS / products);
      const depth = divisorUpTo(g.groupOut, Math.max(1, Math.floor(deepest)));
      for (const shares of sharings(g.groups, g.groupIn, channels, adapter)) {
        const tile = { rows, cols, channels, depth, shares };
        if (adapter.kind === 'software' || registersOf(g, tile) <= most) tiles.push(tile);
      }
    }
  }
  const works = tiles.map((tile) => ({ tile, work: blockWork(g, tile) }));
  const few = works.filter(({ work }) => work.loads <= MAX_LOADS);
  return promising(few, ({ work }) => costOf(work)).map(({ tile }) => tile);
}

/** The tile that was measured to be the fastest; if there is none, the one that is expected to be. */
export function chooseBlockTile(g: ConvGeometry, adapter: AdapterProfile): BlockTile | undefined {
  const tiles = blockTiles(g, adapter);
  const shape = [g.batch, g.groups, g.groupIn, g.groupOut, ...g.size, ...g.outSize, ...g.kernel, ...g.stride];
  return tiles[0] && tuned(adapter, 'conv2d input gradient', shape, tiles, tiles[0]);
}

/** The tile that can replace any other, for any number and size of images. All tiles sum in the same order. */
export const generalBlockTile = (g: ConvGeometry, adapter: AdapterProfile): BlockTile | undefined =>
  blockTiles({ ...g, batch: 1, size: [USUAL_SIZE, USUAL_SIZE] }, adapter)[0];

/** The registers of a tile's sums, of what a turn loads of dy and of the weights, and of the places of rows and columns. */
function registersOf(g: ConvGeometry, { rows, cols, channels, depth }: BlockTile): number {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const [patchRows, patchCols] = [rows + ceilDiv(kh, sh), cols + ceilDiv(kw, sw)];
  const loaded = depth * (patchRows * patchCols + kh * kw * Math.min(channels, 4));
  return rows * sh * cols * sw * channels + loaded + 2 * (patchRows + patchCols);
}

/** Whether a block takes more registers than a lane has, where it has about half as many as usual. */
export const spills = (g: ConvGeometry, tile: BlockTile, adapter: AdapterProfile): boolean =>
  hasHalfRegisters(adapter) && registersOf(g, tile) > mostLaneRegisters(adapter);

function blockWork(g: ConvGeometry, tile: BlockTile): Work {
  const [kh, kw] = g.kernel;
  const [sh, sw] = g.stride;
  const pixels = tile.rows * sh * tile.cols * sw;
  const { tiles, cTiles } = blockCounts(g, tile);
  const values = tile.depth * (tile.rows + ceilDiv(kh, sh) - 1) * (tile.cols + ceilDiv(kw, sw) - 1);
  return {
    ...loadsOf(values, tile.depth * kh * kw, tile),
    products: tile.depth * kh * kw * tile.rows * tile.cols * tile.channels,
    accumulators: pixels * tile.channels,
    pixels,
    turns: g.groupOut / tile.depth,
    outerTurns: 1,
    invocations: lanesOf(tiles, cTiles * g.groups, tile.shares, { kind: 'software' }).invocations,
    runs: STRIDED_RUNS,
  };
}
